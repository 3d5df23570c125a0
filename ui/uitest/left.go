package uitest

import (
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Left is a journal in which an earlier run left transfers.
type Left struct {
	*transfer.Memory
	Rows   []transfer.Record
	Broken error // why no more than Rows can be read
}

var _ transfer.Journal = (*Left)(nil)

// LeaveUploads makes a journal in which uploads of a file were left: to a.csv, b.csv and
// so on of the bucket reports.
func LeaveUploads(file string, states ...transfer.State) (*Left, error) {
	l := &Left{Memory: &transfer.Memory{}}
	for i, s := range states {
		at := client.Location{Bucket: "reports", Key: string(rune('a'+i)) + ".csv"}
		l.Rows = append(l.Rows, transfer.Record{State: s, Job: transfer.Job{
			Op: transfer.Upload, From: transfer.ReadFrom(file), To: transfer.ObjectAt("", at, ""),
			Treatment: client.Treatment{Type: client.TypeSSEKMS, Key: client.KeyID(Key)}, Expect: transfer.Expect{Size: 1}, Overwrite: transfer.OverwriteAlways,
		}})
	}
	e, err := l.Enter()
	if err == nil {
		err = e.Add(l.Rows)
	}
	if err == nil {
		err = e.Commit()
	}
	return l, err
}

// Lasts is true.
func (l *Left) Lasts() bool { return true }

// Left yields what was left.
func (l *Left) Left() iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		for _, r := range l.Rows {
			if !yield(r, nil) {
				return
			}
		}
		if l.Broken != nil {
			yield(transfer.Record{}, l.Broken)
		}
	}
}

// TakeOver gets all.
func (l *Left) TakeOver(numbers []int64) ([]int64, error) { return numbers, nil }
