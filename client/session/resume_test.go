package session

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A leaving is a journal in which a program that ended has left rows.
type leaving struct {
	transfer.Memory
	rows []transfer.Record
}

func (l *leaving) Lasts() bool { return true }

func (l *leaving) Left() iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		for _, r := range l.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (l *leaving) TakeOver(numbers []int64) ([]int64, error) { return numbers, nil }

func (l *leaving) Uploads() ([]transfer.KnownUpload, error) {
	return []transfer.KnownUpload{{At: l.rows[0].Job.At(), ID: "u1", Number: l.rows[0].Number, Left: true}}, nil
}

func TestWhatWasCancelledIsNotResumedUnlessItsUploadIsNamed(t *testing.T) {
	for what, n := range map[Leftovers]int{{}: 0, {UploadID: "u1"}: 1} {
		d := open(t, nil)
		j := &leaving{rows: []transfer.Record{{
			Job: transfer.Job{
				Op: transfer.Upload, From: transfer.ReadFrom(d.write("a", "a")), To: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: "a"}, ""),
				Treatment: client.TreatmentOf(client.SSES3{}), Expect: transfer.Expect{Size: 1},
			},
			State: transfer.State{Phase: transfer.Cancelled}, Begun: true,
		}}}
		e, err := j.Enter()
		require.NoError(t, err)
		require.NoError(t, e.Add(j.rows))
		require.NoError(t, e.Commit())
		opener := d.opener()
		opener.Journal = func(client.Account) transfer.Journal { return j }
		s, err := opener.Open(t.Context(), d.account())
		require.NoError(t, err)
		got, err := s.Resume(what)
		require.NoError(t, err)
		assert.Equal(t, n, got)
		require.NoError(t, s.Transfers().Wait(t.Context()))
		assert.Equal(t, n, s.Transfers().Summary().Phases[transfer.Done])
		require.NoError(t, s.Close(context.Background()))
	}
}
