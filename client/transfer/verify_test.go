package transfer

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

const (
	keyID   = client.KeyID("1234abcd-12ab-34cd-56ef-1234567890ab")
	keyARN  = client.KeyID("arn:aws:kms:eu-west-1:111122223333:key/" + keyID)
	otherID = client.KeyID("ffffffff-12ab-34cd-56ef-1234567890ab")
	alias   = client.KeyID("alias/ward-7")
)

func sseC(t testing.TB, fill string) client.SSEC {
	key, err := client.NewCustomerKey([]byte(strings.Repeat(fill, client.CustomerKeyBytes)))
	require.NoError(t, err)
	return client.SSEC{Key: key}
}

func told(kind client.EncryptionType, key client.KeyID) client.Reported {
	return client.Reported{Told: true, Type: kind, Key: key}
}

// The table of the promise: every type that can be asked for against every
// report a server can give.
func TestEveryAskedTypeAgainstEveryReport(t *testing.T) {
	mine, another := sseC(t, "m"), sseC(t, "o")
	customer := func(md5 string) client.Reported {
		return client.Reported{Told: true, Type: client.TypeSSEC, CustomerKeyMD5: md5}
	}
	reports := []struct {
		name string
		r    client.Reported
	}{
		{"untold", client.Reported{}},
		{"none", told(client.TypeNone, "")},
		{"s3", told(client.TypeSSES3, "")},
		{"kms without key", told(client.TypeSSEKMS, "")},
		{"kms id", told(client.TypeSSEKMS, keyID)},
		{"kms arn", told(client.TypeSSEKMS, keyARN)},
		{"kms other", told(client.TypeSSEKMS, otherID)},
		{"dsse arn", told(client.TypeDSSEKMS, keyARN)},
		{"dsse other", told(client.TypeDSSEKMS, otherID)},
		{"c mine", customer(mine.Key.MD5())},
		{"c other", customer(another.Key.MD5())},
		{"c unnamed", customer("")},
		{"unknown", told("aws:fsx", "")},
	}
	const (
		v = Verified
		o = OtherKey
		k = KeyNotReported
		n = NotEncrypted
		a = NothingAsked
	)
	for _, c := range []struct {
		asked client.Encryption
		kms   client.Key
		want  []Verdict
	}{
		{client.Inherit{}, client.Key{}, []Verdict{a, a, a, a, a, a, a, a, a, a, a, a, a}},
		{client.SSES3{}, client.Key{}, []Verdict{k, n, v, o, o, o, o, o, o, o, o, o, o}},
		{client.SSEKMS{}, client.Key{}, []Verdict{k, n, o, k, k, k, k, o, o, o, o, o, o}},
		{client.SSEKMS{}, client.Key{ARN: keyARN, AWSManaged: true}, []Verdict{k, n, o, k, v, v, k, o, o, o, o, o, o}},
		{client.SSEKMS{}, client.Key{ARN: keyARN}, []Verdict{k, n, o, k, k, k, k, o, o, o, o, o, o}},
		{client.SSEKMS{Key: keyID}, client.Key{}, []Verdict{k, n, o, k, v, v, o, o, o, o, o, o, o}},
		{client.SSEKMS{Key: keyARN}, client.Key{}, []Verdict{k, n, o, k, v, v, o, o, o, o, o, o, o}},
		{client.SSEKMS{Key: alias}, client.Key{}, []Verdict{k, n, o, k, k, k, k, o, o, o, o, o, o}},
		{client.SSEKMS{Key: alias}, client.Key{ARN: keyARN}, []Verdict{k, n, o, k, v, v, o, o, o, o, o, o, o}},
		{client.DSSEKMS{Key: keyID}, client.Key{}, []Verdict{k, n, o, o, o, o, o, v, o, o, o, o, o}},
		{client.DSSEKMS{}, client.Key{}, []Verdict{k, n, o, o, o, o, o, k, k, o, o, o, o}},
		{client.DSSEKMS{}, client.Key{ID: string(keyID), AWSManaged: true}, []Verdict{k, n, o, o, o, o, o, v, k, o, o, o, o}},
		{mine, client.Key{}, []Verdict{k, n, o, o, o, o, o, o, o, v, o, k, o}},
	} {
		for i, r := range reports {
			name := fmt.Sprintf("%s (KMS says %q), server: %s", client.TreatmentOf(c.asked).Describe(), c.kms.ARN, r.name)
			assert.Equal(t, c.want[i], Judge(client.TreatmentOf(c.asked), r.r, c.kms).Verdict, name)
			both := CompareEncryption(client.TreatmentOf(c.asked), []Answer{{byUpload, r.r}}, r.r, c.kms)
			assert.Equal(t, c.want[i], both.Verdict, name)
			assert.NotEmpty(t, both.Why.String(), name)
			// The worse of the two answers counts, whichever says it.
			faithful := honest(c.asked)
			if key := client.KeyOf(c.asked); key.IsAlias() || key == "" {
				faithful.Key = client.KeyID(first(string(c.kms.ARN), c.kms.ID))
			}
			if Judge(client.TreatmentOf(c.asked), faithful, c.kms).Verdict == KeyNotReported {
				continue // nothing is verified then
			}
			atHead := CompareEncryption(client.TreatmentOf(c.asked), []Answer{{byUpload, faithful}}, r.r, c.kms)
			assert.Equal(t, c.want[i], atHead.Verdict, "HEAD alone: "+name)
			atAnswer := CompareEncryption(client.TreatmentOf(c.asked), []Answer{{byUpload, r.r}}, faithful, c.kms)
			if c.want[i] == KeyNotReported && namesNoKey(r.r) {
				assert.Equal(t, Verified, atAnswer.Verdict, "a quiet answer, and HEAD names the key: "+name)
			} else {
				assert.Equal(t, c.want[i], atAnswer.Verdict, "the answer alone: "+name)
			}
		}
	}
	assert.True(t, Verified.AsAsked() && NothingAsked.AsAsked())
	for _, bad := range []Verdict{OtherKey, KeyNotReported, NotEncrypted, NotYetVerified, VerdictNone} {
		assert.False(t, bad.AsAsked(), "%q", bad)
	}
}

func TestVerifyRefusesAnObjectThatIsNotWhatWasSent(t *testing.T) {
	sum := client.Checksum{Algorithm: client.CRC64NVME, Value: "rosUhgp5mIg="}
	job := Job{Op: Upload, Expect: Expect{Size: 9}, To: ObjectAt("", client.Location{Bucket: "b", Key: "k"}, ""), Treatment: client.Treatment{Type: client.TypeSSES3}}
	good := Evidence{Sum: sum, Answers: []Answer{{byUpload, told(client.TypeSSES3, "")}}, Head: client.Object{
		Size: 9, Encryption: told(client.TypeSSES3, ""), Checksums: []client.Checksum{sum},
	}}
	f, err := Verify(job, good)
	require.NoError(t, err)
	assert.Equal(t, Verified, f.Verdict)

	short := good
	short.Head.Size = 8
	_, err = Verify(job, short)
	assert.Equal(t, client.KindCorrupt, client.KindOf(err))

	changed := good
	changed.Head.Checksums = []client.Checksum{{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}}
	_, err = Verify(job, changed)
	assert.Equal(t, client.KindCorrupt, client.KindOf(err))

	composite := good
	composite.Head.Checksums = []client.Checksum{{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA=", Composite: true}}
	_, err = Verify(job, composite)
	require.NoError(t, err, "a checksum of checksums says nothing about the content")

	kept := composite
	kept.Head.Metadata = map[string]string{client.MetaChecksum: "AAAAAAAAAAA="}
	_, err = Verify(job, kept)
	assert.Equal(t, client.KindCorrupt, client.KindOf(err), "what the upload left in the metadata")
}

func TestReceiptsHoldNoSecret(t *testing.T) {
	e := sseC(t, "q")
	a := client.TreatmentOf(e)
	text, err := json.Marshal(Receipt{Treatment: a})
	require.NoError(t, err)
	written := string(text) + fmt.Sprintf("%+v %#v", Receipt{Treatment: a}, a)
	assert.Contains(t, written, e.Key.MD5(), "the search would find what is there")
	assert.NotContains(t, written, strings.Repeat("q", 8))
	assert.NotContains(t, written, e.Key.Secret().Reveal())
}

func TestPhasesHaveNames(t *testing.T) {
	for p, over := range map[Phase]bool{
		Queued: false, Sending: false, Verifying: false, Paused: false, Done: true, Failed: true, Skipped: true, Cancelled: true,
	} {
		assert.NotEmpty(t, p.String())
		assert.Equal(t, over, p.Over(), p.String())
	}
}
