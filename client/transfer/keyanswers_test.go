package transfer

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A ward is KMS with one alias that may be moved, counting what it is asked.
type ward struct {
	asked int
	means client.KeyID
	err   error
}

func (k *ward) describe(_ context.Context, _ client.KeyID) (client.Key, error) {
	time.Sleep(time.Second) // in the bubble of a test: others come meanwhile
	k.asked++
	return client.Key{ARN: k.means}, k.err
}

// uploads sends n files under the alias and gives what they came to.
func uploads(t *testing.T, w *workbench, n int) (verdicts []Verdict) {
	t.Helper()
	var jobs []Job
	for i := range n {
		j, _ := w.file(10, client.SSEKMS{Key: alias})
		j.To.At.Key = fmt.Sprintf("file-%d", i)
		jobs = append(jobs, j)
	}
	for _, row := range w.run(jobs...) {
		require.NotNil(t, row.Receipt, "%v", row.Err)
		verdicts = append(verdicts, row.Receipt.Verdict)
	}
	return verdicts
}

func each(v Verdict, n int) (same []Verdict) {
	for range n {
		same = append(same, v)
	}
	return same
}

func aliasBench(t *testing.T, k *ward) *workbench {
	w := newBench(t, func(c *Config) { c.DescribeKey, c.Concurrency = k.describe, 8 })
	w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
	return w
}

func TestManyFilesUnderOneAliasAskKMSOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &ward{means: keyARN}
		w := aliasBench(t, k)
		assert.Equal(t, each(Verified, 20), uploads(t, w, 20))
		assert.Equal(t, 1, k.asked)
	})
}

func TestAnAliasIsAskedForAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &ward{means: keyARN}
		w := aliasBench(t, k)
		uploads(t, w, 2)
		time.Sleep(answerCounts)
		uploads(t, w, 2)
		assert.Equal(t, 2, k.asked)
	})
}

func TestAnAliasThatWasMovedIsAskedForAgainBeforeAKeyIsCalledAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &ward{means: keyARN}
		w := aliasBench(t, k)
		require.Equal(t, each(Verified, 1), uploads(t, w, 1))
		moved := client.KeyID("arn:aws:kms:eu-west-1:111122223333:key/" + otherID)
		k.means = moved
		w.store.After(memstore.Report(told(client.TypeSSEKMS, moved)))
		assert.Equal(t, each(Verified, 5), uploads(t, w, 5))
		assert.Equal(t, 2, k.asked)

		w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
		assert.Equal(t, each(OtherKey, 2), uploads(t, w, 2), "KMS was asked, and it is another key")
		assert.Equal(t, 4, k.asked)
	})
}

func TestWhatWasThereBeforeIsJudgedByWhatTheAliasMeansNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &ward{means: keyARN}
		w := aliasBench(t, k)
		require.Equal(t, each(Verified, 3), uploads(t, w, 3))
		k.means = "arn:aws:kms:eu-west-1:111122223333:key/" + otherID
		time.Sleep(presentCounts)
		var jobs []Job
		for i := range 3 {
			j, _ := w.file(10, client.SSEKMS{Key: alias})
			j.To.At.Key, j.Overwrite = fmt.Sprintf("file-%d", i), OverwriteSkip
			jobs = append(jobs, j)
		}
		for _, row := range w.run(jobs...) {
			require.NotNil(t, row.Receipt, "%v", row.Err)
			assert.Equal(t, OtherKey, row.Receipt.Verdict, "it is under the key that the alias meant before")
			assert.Equal(t, Failed, row.Phase)
		}
	})
}

func TestAKMSThatDoesNotSayIsLeftInPeaceForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &ward{err: &client.Error{Op: "DescribeKey", Kind: client.KindDenied}}
		w := aliasBench(t, k)
		assert.Equal(t, each(KeyNotReported, 20), uploads(t, w, 20))
		assert.Equal(t, 1, k.asked)

		k.err, k.means = nil, keyARN
		time.Sleep(refusalCounts)
		assert.Equal(t, each(Verified, 1), uploads(t, w, 1), "the right was given meanwhile")
	})
}

func TestWhoWaitsForAnAnswerAboutAKeyCanStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := keyAnswers{now: time.Now, describeKey: func(ctx context.Context, _ client.KeyID) (client.Key, error) {
			<-ctx.Done()
			return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindCancelled}
		}}
		yes := func(client.Key) bool { return true }
		asking, stopAsking := context.WithCancel(t.Context())
		waiting, stopWaiting := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { _, err := answers.describe(asking, alias, answerCounts, yes); done <- err }()
		synctest.Wait()
		go func() { _, err := answers.describe(waiting, alias, answerCounts, yes); done <- err }()
		synctest.Wait()
		stopWaiting()
		require.ErrorIs(t, <-done, context.Canceled)
		stopAsking()
		assert.Equal(t, client.KindCancelled, client.KindOf(<-done))
	})
}
