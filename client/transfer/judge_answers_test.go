package transfer

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// What one witness of an upload can say of a key that was asked for by name.
var sayings = []struct {
	name  string
	said  client.Reported
	alone Verdict // when all others are right; of HEAD see below
}{
	{"right", told(client.TypeSSEKMS, keyARN), Verified},
	{"silent", client.Reported{}, Verified},
	{"none", told(client.TypeNone, ""), NotEncrypted},
	{"another key", told(client.TypeSSEKMS, otherID), OtherKey},
	{"another type", told(client.TypeSSES3, ""), OtherKey},
	{"no key", told(client.TypeSSEKMS, ""), Verified},
}

// Silence of an answer is no "no" and no "yes": HEAD decides, and whatever else
// was said may only make it worse.
func TestEveryWitnessAgainstEverySaying(t *testing.T) {
	asked := client.SSEKMS{Key: keyID}
	rank := map[Verdict]int{Verified: 0, KeyNotReported: 1, OtherKey: 2, NotEncrypted: 3}
	seen := 0
	for _, answer := range sayings {
		for _, part := range sayings {
			for _, completion := range sayings {
				for _, head := range sayings {
					want := head.alone
					if head.name == "silent" || head.name == "no key" {
						want = KeyNotReported
					}
					for _, w := range []Verdict{answer.alone, part.alone, completion.alone} {
						if rank[w] > rank[want] {
							want = w
						}
					}
					answers := []Answer{{byBeginning, answer.said}, {byPart, part.said}, {byCompletion, completion.said}}
					name := fmt.Sprintf("answer %s, part %s, completion %s, HEAD %s", answer.name, part.name, completion.name, head.name)
					assert.Equal(t, want, CompareEncryption(client.TreatmentOf(asked), answers, head.said, client.Key{}).Verdict, name)
					seen++
				}
			}
		}
	}
	assert.Equal(t, 6*6*6*6, seen)
}

// The same at the store's end of an upload: a server that says so of one thing
// and is right about all others.
func TestAnUploadIsJudgedByWhatEachAnswerSays(t *testing.T) {
	const (
		v = Verified
		k = KeyNotReported
		o = OtherKey
		n = NotEncrypted
	)
	for _, c := range []struct {
		call memstore.Op
		want map[string]Verdict
	}{
		{memstore.PutObject, map[string]Verdict{"right": v, "silent": v, "none": n, "another key": o, "another type": o, "no key": v}},
		{memstore.CreateMultipartUpload, map[string]Verdict{"right": v, "silent": v, "none": n, "another key": o, "another type": o, "no key": v}},
		{memstore.UploadPart, map[string]Verdict{"right": v, "silent": v, "none": n, "another key": o, "another type": o, "no key": v}},
		{memstore.CompleteMultipartUpload, map[string]Verdict{"right": v, "silent": v, "none": n, "another key": o, "another type": o, "no key": v}},
		{memstore.HeadObject, map[string]Verdict{"right": v, "silent": k, "none": n, "another key": o, "another type": o, "no key": k}},
	} {
		for _, say := range sayings {
			w := newBench(t)
			w.store.After(says(c.call, say.said))
			size := int64(100)
			if c.call != memstore.PutObject {
				size = 2*minPartSize + 100
			}
			job, _ := w.file(size, client.SSEKMS{Key: keyID})
			row := w.run(job)[0]
			name := string(c.call) + " says: " + say.name
			if assert.NotNil(t, row.Receipt, name) {
				assert.Equal(t, c.want[say.name], row.Receipt.Verdict, name)
				assert.Equal(t, c.want[say.name] == v, row.Phase == Done, name)
			}
		}
	}
}
