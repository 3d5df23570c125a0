package ledger

import (
	"encoding/json"
	"slices"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// Write keeps changes in one transaction. What happens to very many rows is kept some
// of them at a time: other programs would wait for all.
func (j *rows) Write(entries []transfer.Entry) error {
	if len(entries) == 1 && len(entries[0].More) > changedAtOnce {
		return j.writeSome(entries[0])
	}
	var proved []int64 // rows of which there is a receipt
	var last int64
	err := j.ledger.change(func(t *transaction) {
		var gone []int64 // in one go, once something else comes
		proved = proved[:0]
		for i := range entries {
			e := &entries[i]
			if e.Removed && e.Receipt == nil && e.Begun == nil { // nothing else that it says outlives the row
				gone = append(append(gone, e.Number), e.More...)
				continue
			}
			t.remove(gone)
			gone = gone[:0]
			id := t.write(e)
			if e.Receipt != nil {
				proved, last = append(proved, e.Number), id
			}
		}
		t.remove(gone)
	})
	if err == nil {
		j.ledger.keptProofs(proved, last)
	}
	return err
}

// changedAtOnce is how many rows one transaction changes in the same way.
const changedAtOnce = 10_000

func (j *rows) writeSome(e transfer.Entry) error {
	for some := range slices.Chunk(e.More, changedAtOnce) {
		part := transfer.Entry{Number: some[0], More: some[1:], Shift: e.Shift, Priority: e.Priority, AcceptStale: e.AcceptStale, Forget: e.Forget, Abandon: e.Abandon, Removed: e.Removed}
		if err := j.Write([]transfer.Entry{part}); err != nil {
			return err
		}
	}
	e.More = nil
	return j.Write([]transfer.Entry{e})
}

// write keeps one change, and is the id of its receipt where it has one.
func (t *transaction) write(e *transfer.Entry) (id int64) {
	var proof any // that id, nil for none
	if e.Receipt != nil {
		query := "INSERT INTO receipts (number, at, receipt, common) VALUES (?, ?, ?, ?)"
		if t.database.memory { // what follows those that were lent, below 0, would be taken for one of them
			query = "INSERT INTO receipts (id, number, at, receipt, common) VALUES ((SELECT max(0, coalesce(max(id), 0)) + 1 FROM receipts), ?, ?, ?, ?)"
		}
		text, commonly := t.receipt(e.Receipt)
		id = t.insert(query, e.Number, nanoseconds(e.Receipt.VerifiedAt), text, commonly)
		proof = id
	}
	switch {
	case e.State != nil:
		t.writeState(e.Number, e.State, proof)
	case proof != nil:
		t.exec("UPDATE jobs SET receipt = ? WHERE number = ?", proof, e.Number)
	}
	if e.Job != nil {
		text, commonly := t.job(e.Job)
		t.exec("UPDATE jobs SET twin = ?, job = ?, common = ? WHERE number = ?", twinOf(e.Job), text, commonly, e.Number)
	}
	if e.Begun != nil {
		t.forget(e.Number)
		t.exec("INSERT INTO progress (number, upload, begun) SELECT number, ?, ? FROM jobs WHERE number = ?", e.Begun.Upload, t.json(e.Begun), e.Number)
	}
	if e.Piece != nil {
		t.exec("INSERT INTO pieces (number, piece) SELECT number, ? FROM progress WHERE number = ?", t.json(e.Piece), e.Number)
	}
	if e.Shift != nil || e.Priority != nil || e.AcceptStale || e.Forget || e.Abandon || e.Removed {
		t.writeMany(e)
	}
	return id
}

// writeMany keeps what happens to many rows at once.
func (t *transaction) writeMany(e *transfer.Entry) {
	rows := listOf(slices.Concat([]int64{e.Number}, e.More))
	const these = " WHERE number IN (" + listed + ")"
	if m := e.Shift; m != nil {
		t.exec("UPDATE jobs SET phase = ?, ended = coalesce(?, ended)"+these, m.Phase.String(), nanoseconds(m.Ended), rows)
	}
	if e.Priority != nil {
		t.exec("UPDATE jobs SET job = json_set(job, '$.priority', ?)"+these+" AND json_valid(job)", *e.Priority, rows)
	}
	if e.AcceptStale {
		t.exec("UPDATE jobs SET job = json_set(job, '$.acceptStale', json('true'))"+these+" AND json_valid(job)", rows)
	}
	if e.Abandon {
		t.removeBegun(these, rows)
	}
	if e.Forget {
		t.exec("DELETE FROM progress"+these, rows)
		t.exec("DELETE FROM pieces"+these, rows)
	}
	if e.Removed {
		t.remove(slices.Concat([]int64{e.Number}, e.More))
	}
}

// forget ends what a row had begun.
func (t *transaction) forget(number int64) {
	t.exec("DELETE FROM progress WHERE number = ?", number)
	t.exec("DELETE FROM pieces WHERE number = ?", number)
}

func (t *transaction) writeState(number int64, s *transfer.State, proof any) {
	t.exec("UPDATE jobs SET phase = ?, attempts = ?, started = ?, ended = ?, failure = ?, receipt = coalesce(?, receipt) WHERE number = ?",
		s.Phase.String(), s.Attempts, nanoseconds(s.Started), nanoseconds(s.Ended), failureOf(s.Err), proof, number)
}

// json is a value as it is kept.
func (t *transaction) json(v any) string {
	b, err := json.Marshal(v)
	return t.text(b, err)
}

// job and receipt are such a value as it is kept, and what it has in common with others.
func (t *transaction) job(j *transfer.Job) (text string, commonly any) {
	h := &t.database.halves
	return t.halves(h, h.OfJob(j))
}

func (t *transaction) receipt(r *transfer.Receipt) (text string, commonly any) {
	h := &t.database.halves
	return t.halves(h, h.OfReceipt(r))
}

// text is what was encoded, where that went well.
func (t *transaction) text(b []byte, err error) string {
	if err != nil && t.err == nil {
		t.err = err
	}
	return string(b)
}

// failureOf is an error as it is kept, nil for none.
func failureOf(err error) any {
	if b := transfer.EncodeFailure(err); b != nil {
		return string(b)
	}
	return nil
}
