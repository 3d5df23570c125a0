package ledger

import (
	"database/sql"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
)

// mend sets a database aside that turned out to be damaged while it was used, and goes
// on in a new one, with those rows of this program that can still be read. Where there
// can be no new one, transfers go on in memory. It reports whether there is a new one.
func (l *Ledger) mend(was *database, why error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db != was {
		return l.db != nil // somebody else has, or it is closed
	}
	saved := was.ownRows(firstOf(l.owner), lastOf(l.owner), l.owner)
	l.db = nil
	_ = was.close() // what it had to say was said
	err := l.alone(func() error {
		if err := l.setAside(was.file, why); err != nil {
			return err
		}
		return l.begin(l.owner)
	})
	if err == nil {
		err = l.db.change(func(t *transaction) { t.put(saved) })
	}
	if err != nil {
		l.refuse(client.Say("open the ledger of transfers %s: %v", l.path(), err).Err())
		return false
	}
	return true
}

// setAside gives a damaged database another name, unless another program has done that
// already to the file that was open. The caller is alone.
func (l *Ledger) setAside(was os.FileInfo, why error) error {
	if was != nil && !l.isThere(was) {
		return nil
	}
	aside := filepath.Join(l.options.Dir, "ledger-damaged-"+l.options.Now().UTC().Format("20060102-150405.000")+".db")
	for _, suffix := range []string{"-wal", "-shm", ""} { // the file last: a WAL is never another file's
		if err := os.Rename(l.path()+suffix, aside+suffix); err != nil && !os.IsNotExist(err) {
			return client.Say("it is damaged (%v) and cannot be set aside: %v", why, err).Err()
		}
	}
	l.note(client.Say("the ledger of transfers was damaged (%v): it is set aside as %s, and a new one is begun, which knows neither what earlier programs left nor their receipts", why, aside))
	return nil
}

// isThere reports whether a file is the ledger's still.
func (l *Ledger) isThere(was os.FileInfo) bool {
	now, err := os.Stat(l.path())
	return err == nil && os.SameFile(was, now)
}

// savedRows are rows of one table.
type savedRows struct {
	insert string
	rows   [][]any
}

// ownRows are the rows of one program and what they have begun, as far as they can be
// read.
func (d *database) ownRows(first, last, owner int64) (saved []savedRows) {
	const own = " WHERE number BETWEEN ? AND ? OR number IN (SELECT number FROM taken WHERE owner = ?)"
	for _, table := range []struct {
		name, columns string
		values        []any
	}{
		{"accounts", "number, id, endpoint, access_key", nil},
		{"jobs", "number, account, twin, phase, attempts, started, ended, failure, receipt, job", []any{first, last, owner}},
		{"taken", "number, owner", []any{first, last, owner}},
		{"progress", "number, upload, begun", []any{first, last, owner}},
		{"pieces", "id, number, piece", []any{first, last, owner}},
	} {
		s := savedRows{insert: "INSERT OR REPLACE INTO " + table.name + " (" + table.columns + ") VALUES "}
		query := "SELECT " + table.columns + " FROM " + table.name
		if table.values != nil {
			query += own
		}
		_ = d.read(query, table.values, func(r *sql.Rows) error { // what cannot be read is lost
			row, err := scanned(r)
			s.rows = append(s.rows, row)
			return err
		})
		saved = append(saved, s)
	}
	return saved
}

// scanned is one row, whatever is in it.
func scanned(r *sql.Rows) ([]any, error) {
	names, err := r.Columns()
	if err != nil {
		return nil, err
	}
	row, into := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	return row, r.Scan(into...)
}

func (t *transaction) put(saved []savedRows) {
	for _, s := range saved {
		for _, row := range s.rows {
			t.exec(s.insert+places(len(row)), row...)
		}
	}
}

// places is (?, ?, ?) for some values.
func places(n int) string {
	b := []byte("(?")
	for range n - 1 {
		b = append(b, ", ?"...)
	}
	return string(append(b, ')'))
}
