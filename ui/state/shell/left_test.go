package shell_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// left is a journal in which an earlier run left rows.
type left struct {
	*transfer.Memory
	rows   []transfer.Record
	broken error
}

func (l *left) Lasts() bool { return true }

func (l *left) Left() iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		for _, r := range l.rows {
			if !yield(r, nil) {
				return
			}
		}
		if l.broken != nil {
			yield(transfer.Record{}, l.broken)
		}
	}
}

func (l *left) TakeOver(numbers []int64) ([]int64, error) { return numbers, nil }

// leaves is a journal in which uploads of a file were left.
func leaves(t *testing.T, file string, states ...transfer.State) *left {
	t.Helper()
	l := &left{Memory: &transfer.Memory{}}
	for i, s := range states {
		at := client.Location{Bucket: "reports", Key: string(rune('a'+i)) + ".csv"}
		l.rows = append(l.rows, transfer.Record{State: s, Job: transfer.Job{
			Op: transfer.Upload, From: transfer.ReadFrom(file), To: transfer.ObjectAt("", at, ""),
			Treatment: client.Treatment{Type: client.TypeSSEKMS, Key: client.KeyID(uitest.Key)}, Expect: transfer.Expect{Size: 1}, Overwrite: transfer.OverwriteAlways,
		}})
	}
	e, err := l.Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(l.rows))
	require.NoError(t, e.Commit())
	return l
}

func TestWhatAnEarlierRunLeftIsInTheListAndNothingOfItRuns(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"), transfer.State{}, transfer.State{Phase: transfer.Paused},
		transfer.State{Phase: transfer.Failed, Attempts: 1, Err: &client.Error{Op: "put", Kind: client.KindDenied}})
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := &screen{t: t, loop: s.loop, desk: s.desk, store: s.store}
	later.App = shell.New(s.desk, s.loop, nil)
	later.OnProblem = func(m explain.Message) { later.problems = append(later.problems, m) }
	var notices []string
	later.OnNotice = func(text string) { notices = append(notices, text) }
	later.Start()
	later.loop.Pump()
	assert.Equal(t, []string{"3 transfers of an earlier run are in the list: resume or retry them to go on."}, notices)
	assert.Empty(t, later.problems)
	assert.Equal(t, "Paused 2  |  Failed 1", later.Transfers.Tally().String())
	assert.True(t, later.Transfers.AreKept(), "and the end of this run is a pause")
	assert.Empty(t, s.store.Names("reports"))

	later.Transfers.Do(transfers.Resume, nil)
	later.Transfers.Do(transfers.Retry, nil)
	later.waitIdle()
	assert.Equal(t, "Done 3", later.Transfers.Tally().String())
	later.Close(func() {})
	later.loop.Pump()
}

func TestThatNothingCanBeReadOfAnEarlierRunIsSaid(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"))
	journal.broken = errors.New("the disk is broken")
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := shell.New(s.desk, s.loop, nil)
	var problems []explain.Message
	later.OnProblem = func(m explain.Message) { problems = append(problems, m) }
	later.Start()
	s.loop.Pump()
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Text(), "The disk is broken")
	later.Close(func() {})
	s.loop.Pump()
}
