package ledger

import (
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Journal keeps the transfers of one account: in the ledger or, where there can be
// none, in memory, so that transfers go on. That is noted once.
func (l *Ledger) Journal(a client.Account) transfer.Journal {
	return &journal{rows: &rows{l, a}}
}

type journal struct {
	rows   *rows
	memory transfer.Memory
}

func (j *journal) now() transfer.Journal {
	l := j.rows.ledger
	if err := l.Open(); err != nil {
		l.told.Do(func() {
			l.note(client.Say("transfers and their receipts are not kept beyond this run of the program: %v", err))
		})
		return &j.memory
	}
	return j.rows
}

func (j *journal) Enter() (transfer.Entering, error)                 { return j.now().Enter() }
func (j *journal) Write(entries []transfer.Entry) error              { return j.now().Write(entries) }
func (j *journal) Read(numbers []int64) ([]transfer.Record, error)   { return j.now().Read(numbers) }
func (j *journal) Progress(number int64) (*transfer.Progress, error) { return j.now().Progress(number) }
func (j *journal) Left() iter.Seq2[transfer.Record, error]           { return j.now().Left() }
func (j *journal) TakeOver(numbers []int64) ([]int64, error)         { return j.now().TakeOver(numbers) }
func (j *journal) Uploads() ([]transfer.KnownUpload, error)          { return j.now().Uploads() }
func (j *journal) Dropped(at client.Location, id string) error       { return j.now().Dropped(at, id) }
func (j *journal) Keeps(temp string) (bool, error)                   { return j.now().Keeps(temp) }
func (j *journal) Lasts() bool                                       { return j.now().Lasts() }
