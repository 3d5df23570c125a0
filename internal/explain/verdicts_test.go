package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestEachVerdictIsSaidTheSameWherever(t *testing.T) {
	kms := client.Reported{Told: true, Type: client.TypeSSEKMS, Key: "ab12"}
	for _, c := range []struct {
		v                        transfer.Verdict
		r                        client.Reported
		row, name, stored, badge string
	}{
		{transfer.Verified, kms, "Verified, SSE-KMS ab12", "Verified", "", "As asked"},
		{transfer.OtherKey, kms, "Encrypted, another key: SSE-KMS, key ab12", "Encrypted, another key", "encrypted with another key: SSE-KMS, key ab12", "Not as asked"},
		{transfer.OtherKey, client.Reported{Told: true, Type: client.TypeSSES3}, "Encrypted in another way: SSE-S3", "Encrypted, another key", "encrypted in another way than asked: SSE-S3", "Not as asked"},
		{
			transfer.KeyNotReported, kms, "Encrypted, unknown whether with the key asked for: SSE-KMS, key ab12", "Encrypted, key not reported",
			"encrypted, and it cannot be told whether with the key asked for: SSE-KMS, key ab12", "Cannot be told",
		},
		{transfer.KeyNotReported, client.Reported{}, "Encrypted, key not reported", "Encrypted, key not reported", "and the server does not say how it is encrypted", "Cannot be told"},
		{transfer.NotEncrypted, client.Reported{Told: true, Type: client.TypeNone}, "Not encrypted", "Not encrypted", "stored without encryption", "Not as asked"},
		{transfer.NothingAsked, kms, "Done, nothing asked (SSE-KMS, key ab12)", "Nothing asked", "", "Nothing is asked"},
		{transfer.NotYetVerified, client.Reported{}, "Not yet verified", "Not yet verified", "and how it is encrypted is not yet verified", "Cannot be told"},
		{transfer.VerdictNone, client.Reported{}, "Done", "", "", "Cannot be told"},
	} {
		r := transfer.Receipt{Verdict: c.v, Reported: c.r, Treatment: client.Treatment{Type: client.TypeSSEKMS}}
		row, _ := explain.Verdict(r)
		assert.Equal(t, c.row, row)
		assert.Equal(t, c.name, explain.VerdictName(c.v))
		assert.Equal(t, c.stored, explain.Stored(r), c.row)
		badge, _ := explain.AsAsked(transfer.Finding{Verdict: c.v})
		assert.Equal(t, c.badge, badge, c.row)
	}
}

func TestWhereNothingIsAskedTheAnswerIsNoYes(t *testing.T) {
	judged := func(asked client.Treatment) string {
		return explain.AnswerAsAsked(transfer.Judge(asked, client.Reported{Told: true, Type: client.TypeSSES3}, client.Key{}))
	}
	assert.Equal(t, "nothing is asked; SSE-S3", judged(client.Treatment{Type: client.TypeInherit}))
	assert.Equal(t, "yes: encrypted as asked: SSE-S3", judged(client.Treatment{Type: client.TypeSSES3}))
}

func TestWhatIsLeftInAFolderIsCalledByItsWorst(t *testing.T) {
	say := func(all ...transfer.Verdict) string { text, _ := explain.Unproven(all); return text }
	assert.Empty(t, say())
	assert.Equal(t, "1 object here is NOT encrypted", say(transfer.NotEncrypted))
	assert.Equal(t, "2 objects here are not yet verified", say(transfer.NotYetVerified, transfer.NotYetVerified))
	assert.Equal(t, "2 objects here are not encrypted as asked", say(transfer.NotEncrypted, transfer.NotYetVerified))
	assert.Equal(t, "1 object here is not encrypted as asked", say(transfer.OtherKey))
}
