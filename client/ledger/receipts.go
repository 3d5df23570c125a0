package ledger

import (
	"database/sql"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// A KeptReceipt is a receipt as the ledger has it.
type KeptReceipt struct {
	ID int64 // for DeleteReceipts
	transfer.Receipt
}

// Receipts yields the receipts of all accounts that were proved at since or later, in
// the order in which they were kept. The zero time is all. They stay until somebody
// deletes them.
func (l *Ledger) Receipts(since time.Time) iter.Seq2[KeptReceipt, error] {
	return func(yield func(KeptReceipt, error) bool) {
		if err := l.Open(); err != nil {
			yield(KeptReceipt{}, err)
			return
		}
		for last := int64(0); ; {
			some, err := l.receipts(since, last)
			for _, r := range some {
				if !yield(r, nil) {
					return
				}
				last = r.ID
			}
			if err != nil {
				yield(KeptReceipt{}, err)
			}
			if err != nil || len(some) < inOneGo {
				return
			}
		}
	}
}

// receipts are some receipts, after one of them.
func (l *Ledger) receipts(since time.Time, after int64) (some []KeptReceipt, err error) {
	err = l.readDisk(func(d *database) error {
		some = nil
		return d.read("SELECT id, receipt FROM whole_receipts WHERE id > ?1 AND (?2 IS NULL OR at >= ?2) ORDER BY id LIMIT ?3", []any{after, nanoseconds(since), inOneGo}, func(r *sql.Rows) error {
			var kept KeptReceipt
			var text sql.RawBytes
			if err := r.Scan(&kept.ID, &text); err != nil {
				return err
			}
			err := json.Unmarshal(text, &kept.Receipt)
			some = append(some, kept)
			return err
		})
	})
	return some, err
}

// deletedAtOnce is how many receipts go in one transaction: transfers wait that long.
const deletedAtOnce = 2_000

// DeleteReceipts deletes receipts, many some at a time: what they prove cannot be shown
// any more. Where it fails some may be gone.
func (l *Ledger) DeleteReceipts(ids []int64) error {
	if err := l.Open(); err != nil {
		return err
	}
	return l.readDisk(func(d *database) error {
		for some := range slices.Chunk(ids, deletedAtOnce) {
			err := l.inTurn(d, func(t *transaction) { t.exec("DELETE FROM receipts WHERE id IN ("+listed+")", listOf(some)) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}
