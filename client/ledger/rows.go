package ledger

import (
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Journal keeps the transfers of one account: in the ledger or, where there can be
// none, in memory, so that transfers go on. That is noted.
func (l *Ledger) Journal(a client.Account) transfer.Journal { return &rows{l, a} }

// rows are what the ledger keeps for one account.
type rows struct {
	ledger  *Ledger
	account client.Account
}

// Keeps looks at all that was begun, whatever account it is of: a folder may be
// anybody's.
func (j *rows) Keeps(temp string) (kept bool, err error) {
	err = j.ledger.read(func(d *database) error {
		return d.read("SELECT EXISTS (SELECT 1 FROM progress WHERE CASE WHEN json_valid(begun) THEN begun ->> '$.temp' END = ?)", []any{temp}, func(r *sql.Rows) error {
			return r.Scan(&kept)
		})
	})
	return kept, err
}

// Lasts is false where there can be no ledger on the disk.
func (j *rows) Lasts() bool {
	l := j.ledger
	_ = l.Open() // it says so
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.db != nil && !l.db.memory
}

// accountsOf are the numbers of the accounts that are the same: by the id, so that one
// whose key was changed has what it had; by endpoint and access key, so that one
// that was removed and added again has, and the account of one run.
const accountsOf = "(SELECT number FROM accounts WHERE id = ? AND id <> '' OR endpoint = ? AND access_key = ?)"

// names are by what an account is known.
func names(a client.Account) []any { return []any{a.ID, a.Endpoint, a.Identity()} }

// columns are what a Record is read from, of wholes.
const columns = `jobs.number, phase, attempts, started, ended, failure, job, receipts.receipt, ` +
	`progress.number IS NOT NULL, CASE WHEN progress.number IS NULL THEN 0 ELSE ` + kept + ` END`

// kept is transfer.Progress.Bytes. What is damaged keeps nothing here: who goes on with
// it is told.
const kept = `COALESCE(` +
	`CASE WHEN json_valid(begun) THEN CASE WHEN begun ->> '$.stored' IS NOT NULL THEN MAX(0, begun ->> '$.source.size') END END, ` +
	`(SELECT SUM(largest) FROM (SELECT MAX(CASE WHEN json_valid(piece) THEN piece ->> '$.size' END) AS largest FROM pieces ` +
	`WHERE pieces.number = jobs.number GROUP BY CASE WHEN json_valid(piece) THEN piece ->> '$.number' END)), 0)`

// wholes are rows with their receipts and what they have begun.
const wholes = `whole_jobs AS jobs LEFT JOIN whole_receipts AS receipts ON receipts.id = jobs.receipt AND receipts.number = jobs.number ` +
	`LEFT JOIN progress ON progress.number = jobs.number`

// record reads a row.
func record(r *sql.Rows, jobs *transfer.JobReader) (rec transfer.Record, err error) {
	var phase string
	var started, ended sql.NullInt64
	var failure, job, receipt sql.RawBytes
	if err := r.Scan(&rec.Number, &phase, &rec.Attempts, &started, &ended, &failure, &job, &receipt, &rec.Begun, &rec.Kept); err != nil {
		return rec, err
	}
	rec.Started, rec.Ended = timeOf(started), timeOf(ended)
	rec.Err = transfer.DecodeFailure(failure)
	if rec.Job, err = jobs.Read(job); err != nil {
		return rec, err
	}
	if len(receipt) > 0 {
		rec.Receipt = new(transfer.Receipt)
		if err := json.Unmarshal(receipt, rec.Receipt); err != nil {
			return rec, err
		}
	}
	rec.Phase, err = phaseOf(phase)
	return rec, err
}

var phases = []transfer.Phase{transfer.Queued, transfer.Sending, transfer.Verifying, transfer.Done, transfer.Failed, transfer.Skipped, transfer.Cancelled, transfer.Paused}

func phaseOf(name string) (transfer.Phase, error) {
	i := slices.IndexFunc(phases, func(p transfer.Phase) bool { return p.String() == name })
	if i < 0 {
		return 0, client.Say("%q is no phase of a transfer", name).Err()
	}
	return phases[i], nil
}

func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// nanoseconds is a time as it is kept, nil for none. Those that do not fit are as
// early or late as any can be.
func nanoseconds(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	case t.Year() < 1678:
		return int64(math.MinInt64)
	case t.Year() > 2261:
		return int64(math.MaxInt64)
	}
	return t.UnixNano()
}

// listed are the numbers of a list that a statement is given.
const listed = "SELECT value FROM json_each(?)"

// listOf is numbers as a statement takes them.
func listOf(numbers []int64) string {
	b := []byte{'['}
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}

// Read reads rows; one that is unreadable costs no other.
func (j *rows) Read(numbers []int64) (all []transfer.Record, err error) {
	var unreadable error // the first
	err = j.ledger.read(func(d *database) error {
		all, unreadable = make([]transfer.Record, 0, len(numbers)), nil
		var jobs transfer.JobReader
		return d.read("SELECT "+columns+" FROM "+wholes+" WHERE jobs.number IN ("+listed+") ORDER BY jobs.number",
			[]any{listOf(numbers)}, func(r *sql.Rows) error {
				rec, err := record(r, &jobs)
				switch {
				case err == nil:
					all = append(all, rec)
				case unreadable == nil:
					unreadable = err
				}
				return nil
			})
	})
	if err == nil {
		err = unreadable
	}
	return all, err
}

// Progress is what attempts have left.
func (j *rows) Progress(number int64) (p *transfer.Progress, err error) {
	err = j.ledger.read(func(d *database) error {
		p = nil
		err := d.read("SELECT begun FROM progress WHERE number = ?", []any{number}, func(r *sql.Rows) error {
			p = new(transfer.Progress)
			return scanJSON(r, p)
		})
		if err != nil || p == nil {
			return err
		}
		return d.read("SELECT piece FROM pieces WHERE number = ? ORDER BY id", []any{number}, func(r *sql.Rows) error {
			var piece transfer.Piece
			err := scanJSON(r, &piece)
			p.Pieces = append(p.Pieces, piece)
			return err
		})
	})
	return p, err
}

func scanJSON(r *sql.Rows, v any) error {
	var b sql.RawBytes
	if err := r.Scan(&b); err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// inOneGo is how many rows are read at once of many.
const inOneGo = 256

// Left yields what ended programs have left.
func (j *rows) Left() iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		if err := j.ledger.settleOthers(); err != nil {
			yield(transfer.Record{}, err)
			return
		}
		for last := int64(0); ; {
			some, err := j.left(last)
			for _, r := range some {
				if !yield(r, nil) {
					return
				}
				last = r.Number
			}
			if err != nil {
				yield(transfer.Record{}, err)
			}
			if err != nil || len(some) < inOneGo {
				return
			}
		}
	}
}

// left are some rows that were left, after one of them.
func (j *rows) left(after int64) (all []transfer.Record, err error) {
	err = j.ledger.read(func(d *database) error {
		all = nil
		var jobs transfer.JobReader
		return d.read("SELECT "+columns+" FROM lefts CROSS JOIN "+wholes+" WHERE jobs.number = lefts.number AND lefts.account IN "+accountsOf+
			" AND lefts.number > ? ORDER BY lefts.number LIMIT ?",
			append(names(j.account), after, inOneGo), func(r *sql.Rows) error {
				rec, err := record(r, &jobs)
				all = append(all, rec)
				return err
			})
	})
	return all, err
}

// TakeOver makes rows this program's.
func (j *rows) TakeOver(numbers []int64) (taken []int64, err error) {
	err = j.ledger.change(func(t *transaction) {
		taken = nil
		for _, n := range numbers {
			if t.exec("DELETE FROM lefts WHERE number = ?", n) == 1 {
				t.exec("INSERT INTO taken (number, owner) VALUES (?, ?)", n, j.ledger.owner)
				taken = append(taken, n)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// Uploads are those that rows have begun, and those that no row goes on with.
func (j *rows) Uploads() (all []transfer.KnownUpload, err error) {
	if err := j.ledger.settleOthers(); err != nil {
		return nil, err
	}
	scan := func(r *sql.Rows) error {
		var u transfer.KnownUpload
		var job, begun sql.RawBytes
		if err := r.Scan(&u.Number, &u.Left, &u.ID, &job, &begun); err != nil {
			return err
		}
		var p transfer.Progress
		var of transfer.Job
		if err := errors.Join(json.Unmarshal(job, &of), json.Unmarshal(begun, &p)); err != nil {
			return err
		}
		u.At, u.Begun = of.At(), p.At
		all = append(all, u)
		return nil
	}
	err = j.ledger.read(func(d *database) error {
		all = nil
		const left = "EXISTS (SELECT 1 FROM lefts WHERE lefts.number = jobs.number)"
		err := d.read("SELECT number, "+left+", upload, job, begun FROM progress JOIN jobs USING (number) WHERE upload <> '' AND account IN "+accountsOf, names(j.account), scan)
		if err != nil {
			return err
		}
		return d.read("SELECT 0, TRUE, upload, job, begun FROM uploads WHERE account IN "+accountsOf, names(j.account), scan)
	})
	return all, err
}

// Dropped forgets what goes on with an upload: of what was left the row too, since
// whoever drops the parts does not want them sent again.
func (j *rows) Dropped(at client.Location, id string) error {
	all, err := j.Uploads()
	if err != nil {
		return err
	}
	return j.ledger.change(func(t *transaction) {
		for _, u := range all {
			if u.At != at || u.ID != id {
				continue
			}
			t.forget(u.Number)
			if t.exec("DELETE FROM lefts WHERE number = ?", u.Number) == 1 {
				t.removeAll("?", u.Number)
			}
			t.exec("DELETE FROM uploads WHERE upload = ? AND account IN "+accountsOf, append([]any{id}, names(j.account)...)...)
		}
	})
}
