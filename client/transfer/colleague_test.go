package transfer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// A colleague works with the same objects, and does one thing at a moment of his: when
// so many calls have come to the servers.
type colleague struct {
	mu     sync.Mutex
	calls  int // that have come
	moment int
	does   func()
	// spares is a call just before which he does nothing, but just after it.
	spares memstore.Op
	// inParts: the server copies nothing with one request.
	inParts bool
}

func (c *colleague) sees(_ context.Context, call memstore.Call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls++; c.calls == c.moment && call.Op == c.spares {
		c.moment++
	} else if c.calls == c.moment {
		c.does()
	}
	if c.inParts && call.Op == memstore.CopyObject {
		return call.Error(client.KindTooLarge)
	}
	return nil
}

// TestNothingOfAColleagueIsLost lets him write, overwrite or delete the source or the
// target at 500 random moments of moves, inside an account and between two, of
// deletions, and of objects encrypted anew in their place. What he wrote last is there, whatever became of the job, and what the job
// calls done is what was there when it began. At servers that look at no condition on the
// target of a copy he leaves the target alone: nobody could tell there. Nor could they just
// before the parts of an object become it in its place, after it was looked at last.
func TestNothingOfAColleagueIsLost(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	servers := []string{"AWS", "Ceph", "MinIO"}
	outcomes, calm := map[string]int{}, map[meet]int{}
	for round := range 500 {
		name := servers[round%3]
		k := &meeting{T: t, meet: meet{server: name, op: []string{"move", "move between accounts", "delete", "encrypt"}[r.IntN(4)], size: 100}}
		if r.IntN(12) == 0 {
			k.size = minPartSize + 10
		}
		calls, known := calm[k.meet]
		if !known { // a run that is let be
			calls = k.run(nil, 0).calls
			calm[k.meet] = calls
		}
		c := &colleague{moment: 1 + r.IntN(calls+1)}
		k.does = []string{"writes", "deletes"}[r.IntN(2)]
		k.at = copyFrom
		if k.op != "delete" && k.op != "encrypt" && name == "AWS" && r.IntN(2) == 0 {
			k.at = copyTo
		}
		outcomes[k.run(c, c.moment).outcome]++
		if t.Failed() {
			t.Fatalf("round %d at %s: %s of %d bytes, and a colleague %s %s at call %d of %d", round, name, k.op, k.size, k.does, k.at.Key, c.moment, calls)
		}
	}
	t.Logf("500 moments: %v", outcomes)
	assert.Greater(t, len(outcomes), 2)
}

// A meeting is a job that a colleague comes across.
type meeting struct {
	*testing.T
	meet
	does string
	at   client.Location
}

// A meet is what he comes across.
type meet struct {
	server, op string
	size       int
}

// A passing is what became of a meeting.
type passing struct {
	calls   int
	outcome string
}

func (k *meeting) run(c *colleague, moment int) (p passing) {
	outside := k.T
	defer func() { k.T = outside }()
	synctest.Test(outside, func(t *testing.T) { // whoever waits for an object that is gone waits no time
		k.T = t
		p = k.pass(c, moment)
	})
	return p
}

func (k *meeting) pass(c *colleague, moment int) passing {
	k.Helper()
	w := newTwo(k.T)
	server := map[string]storetest.Server{"AWS": storetest.AWS, "Ceph": storetest.Ceph, "MinIO": storetest.MinIO}[k.server]
	w.store.Become(server)
	w.other.Become(server)
	source, as := w.store, underKey
	j := copies(Move, client.SSEKMS{Key: keyID})
	switch k.op {
	case "move between accounts":
		source, j = w.other, between(Move, client.SSEKMS{Key: keyID})
	case "delete":
		j = Job{ID: "copy", Op: Delete, From: ObjectAt("", copyFrom, "")}
	case "encrypt":
		as, j = client.PutOptions{}, encryptsAnew(client.SSEKMS{Key: keyID})
	}
	data := pattern(k.size)
	was := source.Write(copyFrom, data, as)
	j.Expect = Expect{Size: was.Size, ETag: was.ETag, Modified: was.Modified}
	if c == nil {
		c = &colleague{moment: moment}
	}
	c.inParts = k.op == "encrypt" && k.size > 100
	if k.op == "encrypt" && !server.Conditions {
		c.spares = memstore.CompleteMultipartUpload
	}
	at := source // where he works
	if k.at == copyTo {
		at = w.store
	}
	his, done := []byte("of a colleague"), false
	c.does = func() {
		done = true
		if k.does == "deletes" {
			at.Remove(k.at)
		} else {
			at.Write(k.at, his, client.PutOptions{})
		}
	}
	w.store.Before(c.sees)
	w.other.Before(c.sees)
	row := w.run(j)[0]
	if c.moment > 0 && !done { // he comes when all is over
		c.does()
	}
	w.store.Before(nil)
	w.other.Before(nil)
	assert.True(k, row.Phase.Over())
	if c.moment > 0 && k.does == "writes" {
		assert.Equal(k, his, at.Content(k.at), "what he wrote is there")
	}
	if made, there := w.store.Object(copyTo); there && row.Phase == Done && !(k.at == copyTo && c.moment > 0) {
		assert.Equal(k, int64(k.size), made.Size)
		assert.True(k, string(data) == string(w.store.Content(copyTo)), "what is called done is what was there")
	}
	if now, there := w.store.Object(copyFrom); there && k.op == "encrypt" && c.moment == 0 {
		assert.Equal(k, Done, row.Phase, "%v", row.Err)
		assert.Equal(k, keyID, now.Encryption.Key)
		assert.True(k, string(data) == string(w.store.Content(copyFrom)))
	}
	if row.Phase != Done && k.op != "delete" && !(k.at == copyFrom && c.moment > 0) {
		assert.True(k, source.Holds(copyFrom), "the source of what is not done is there: %v", row.Err)
	}
	require.NoError(k, w.engine.Close(context.Background()))
	return passing{c.calls, fmt.Sprintf("%s %v", k.op, row.Phase)}
}
