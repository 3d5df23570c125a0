package ledger

import (
	"database/sql"
	"errors"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Where nothing can be kept on the disk, transfers go on in a database in memory, with
// the rows of this program as they are. If the disk was full, or refused to write, and
// does no longer, what became of them is written there after all.

// refuse takes down why there can be no ledger on the disk, and says what follows.
func (l *Ledger) refuse(err error) {
	l.refused.Store(&err)
	l.note(client.Say("transfers and their receipts are not kept beyond this run of the program: %v", err))
}

// toMemory goes on in memory with rows of this program. home is the ledger on the
// disk, if it can be read and perhaps written later. The caller holds the mutex alone,
// or nobody uses the ledger yet.
func (l *Ledger) toMemory(own ownRows, home *database) bool {
	d, err := openMemory()
	if err == nil && l.owner == 0 {
		l.owner = 1
		l.last = firstOf(l.owner) - 1
	}
	if err == nil {
		err = d.change(func(t *transaction) {
			t.exec("INSERT INTO owners (id, lock) VALUES (?, ?)", l.owner, l.lease.name)
			t.put(own)
		})
	}
	if err != nil {
		l.note(client.Say("transfers can be kept neither on the disk nor in memory: %v", err))
		return false
	}
	l.db, l.home, l.tried = d, home, l.options.Now()
	return true
}

// fall leaves the disk, which refuses. It reports whether what failed may be tried
// again.
func (l *Ledger) fall(why error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil || l.db.memory {
		return l.db != nil && l.home != nil
	}
	l.harm()
	home := l.db
	own := home.ownRows(l.owner, l.last)
	if !l.toMemory(own, home) {
		return false
	}
	_ = l.db.change(func(t *transaction) { home.lendReceipts(t, own) }) // a row without its receipt is one nevertheless
	l.note(client.Say("the ledger of transfers %s cannot be written: %v. Transfers and their receipts are kept in memory now, and written there as soon as it can be; if the program ends before that, they are lost", l.path(), why))
	return true
}

// lendReceipts copies the receipts of rows, under the ids that mean another database's.
func (d *database) lendReceipts(t *transaction, own ownRows) {
	for _, row := range own.tables[0] {
		id, _ := row[receiptColumn].(int64)
		if id >= 0 {
			continue
		}
		_ = d.read("SELECT number, at, receipt FROM whole_receipts WHERE id = ?", []any{-id}, func(r *sql.Rows) error {
			values, err := scanned(r)
			t.exec("INSERT INTO receipts (id, number, at, receipt) VALUES (?, ?, ?, ?)", append([]any{id}, values...)...)
			return err
		})
	}
}

// homeAgain is how often it is tried whether the disk can be written again.
const homeAgain = time.Minute

// tryHome goes back to the disk if it can be written again.
func (l *Ledger) tryHome() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.home == nil || l.options.Now().Sub(l.tried) < homeAgain {
		return
	}
	l.tried = l.options.Now()
	if l.goHome() == nil {
		l.note(client.Say("the ledger of transfers %s can be written again: nothing was lost", l.path()))
	}
}

// goHome writes what is in memory to the disk. The caller holds the mutex alone.
func (l *Ledger) goHome() error {
	if !l.isThere(l.home.file) {
		return errReplaced
	}
	own := l.db.ownRows(l.owner, l.last)
	made, err := l.db.newReceipts()
	if err != nil {
		return err
	}
	for _, row := range own.tables[0] {
		if id, ok := row[receiptColumn].(int64); ok && id >= 0 { // one of those that were made
			row[receiptColumn] = nil
		}
	}
	err = l.home.change(func(t *transaction) {
		t.disown(l.owner)
		t.put(own)
		t.exec("UPDATE jobs SET receipt = -receipt WHERE receipt < 0 AND"+its, l.owner, l.owner, l.owner)
		for _, row := range made {
			id := t.insert("INSERT INTO receipts (number, at, receipt) VALUES (?, ?, ?)", row...)
			t.exec("UPDATE jobs SET receipt = ? WHERE number = ?", id, row[0])
		}
	})
	if err != nil {
		return err
	}
	_ = l.db.close() // nothing in it is needed any more
	l.db, l.home = l.home, nil
	return nil
}

// newReceipts are those that were made in memory.
func (d *database) newReceipts() (all [][]any, err error) {
	err = d.read("SELECT number, at, receipt FROM whole_receipts WHERE id >= 0 ORDER BY id", nil, func(r *sql.Rows) error {
		row, err := scanned(r)
		all = append(all, row)
		return err
	})
	return all, err
}

// its are the rows of a program, whose id is asked for three times.
const its = " (number BETWEEN (? << 32 | 1) AND (? + 1 << 32) OR number IN (SELECT number FROM taken WHERE owner = ?))"

// disown removes the rows of a program with all that belongs to them.
func (t *transaction) disown(owner int64) {
	for _, table := range []string{"progress", "pieces", "jobs"} {
		t.exec("DELETE FROM "+table+" WHERE"+its, owner, owner, owner)
	}
	t.exec("DELETE FROM entering WHERE first BETWEEN ? AND ?", firstOf(owner), lastOf(owner))
	t.exec("DELETE FROM taken WHERE owner = ?", owner)
}

// closeMemory ends what is in memory, after a last attempt to write it to the disk.
func (l *Ledger) closeMemory() error {
	if l.home == nil {
		return nil
	}
	memory, err := l.db, l.goHome()
	if err == nil {
		return nil
	}
	err = client.Say("transfers and receipts of this run of the program could not be kept: %v", err).Err()
	err = errors.Join(err, memory.close())
	l.db, l.home = l.home, nil
	return err
}
