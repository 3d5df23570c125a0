package ledger

import (
	"database/sql"

	"github.com/bucketseal/bucketseal/client"
)

// ownRows are the rows of one program and what they have begun, to be brought into
// another database.
type ownRows struct {
	accounts map[int64]client.Account // by their numbers in the old one
	tables   [][][]any                // as ownTables
	lost     int                      // rows that could not be read
}

// ownTables are those in which rows of programs are, jobs first.
var ownTables = []struct{ name, whole, key, columns string }{
	{"jobs", "whole_jobs", "number", "number, account, twin, phase, attempts, started, ended, failure, receipt, job"},
	{"taken", "taken", "number", "number, owner"},
	{"progress", "progress", "number", "number, upload, begun"},
	{"pieces", "pieces", "number", "number, piece"},
	{"entering", "entering", "first", "first, last"},
}

// Columns of jobs.
const (
	accountColumn = 1
	receiptColumn = 8
)

// ownRows reads the rows of one program, the last of which is known, past those that
// cannot be read.
func (d *database) ownRows(owner, last int64) ownRows {
	own := ownRows{accounts: map[int64]client.Account{}}
	_ = d.read("SELECT number, id, endpoint, access_key FROM accounts", nil, func(r *sql.Rows) error { // what cannot be read is not known then
		var n int64
		var a client.Account
		err := r.Scan(&n, &a.ID, &a.Endpoint, &a.AccessKeyID)
		own.accounts[n] = a
		return err
	})
	var taken []int64
	_ = d.read("SELECT number FROM taken WHERE owner = ?", []any{owner}, func(r *sql.Rows) error { // likewise
		var n int64
		err := r.Scan(&n)
		taken = append(taken, n)
		return err
	})
	for _, table := range ownTables {
		s := &span{database: d, query: "SELECT " + table.columns + " FROM " + table.whole + " WHERE " + table.key + " > ? AND " + table.key + " <= ? ORDER BY " + table.key}
		s.read(firstOf(owner)-1, last)
		for _, n := range taken {
			s.read(n-1, n)
		}
		own.tables = append(own.tables, s.rows)
		if table.name == "jobs" {
			own.lost = s.lost
		}
	}
	return own
}

// A span is read in pieces, which get smaller where one cannot be read.
type span struct {
	database *database
	query    string // has two places: after which, and up to which number
	rows     [][]any
	lost     int
}

// mostLost is how many rows are given up one by one; what remains then is given up
// as a whole. Transfers wait meanwhile.
const mostLost = 5_000

// read reads rows with numbers above after, up to last.
func (s *span) read(after, last int64) {
	for ; last-after > inOneGo; after += inOneGo {
		s.piece(after, after+inOneGo)
	}
	s.piece(after, last)
}

func (s *span) piece(after, last int64) {
	if after >= last {
		return
	}
	if s.lost >= mostLost {
		s.lost += int(last - after)
		return
	}
	had := len(s.rows)
	err := s.database.read(s.query, []any{after, last}, func(r *sql.Rows) error {
		row, err := scanned(r)
		s.rows = append(s.rows, row)
		return err
	})
	if err == nil {
		return
	}
	s.rows = s.rows[:had]
	if last-after == 1 {
		s.lost++
		return
	}
	middle := after + (last-after)/2
	s.piece(after, middle)
	s.piece(middle, last)
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

// put brings rows in. Their receipts are not there yet.
func (t *transaction) put(own ownRows) {
	numbers := map[int64]int64{}
	for i, rows := range own.tables {
		table := ownTables[i]
		for _, row := range rows {
			if i == 0 {
				row[accountColumn] = t.accountFrom(own, numbers, row[accountColumn])
				row[receiptColumn] = unresolved(row[receiptColumn])
			}
			t.exec("INSERT OR REPLACE INTO "+table.name+" ("+table.columns+") VALUES "+places(len(row)), row...)
		}
	}
}

// accountFrom is the number that an account of the old database has here, 0 where it
// is not known.
func (t *transaction) accountFrom(own ownRows, numbers map[int64]int64, there any) int64 {
	n, _ := there.(int64)
	a, known := own.accounts[n]
	if known && numbers[n] == 0 {
		numbers[n] = t.account(a)
	}
	return numbers[n]
}

// places is (?, ?, ?) for some values.
func places(n int) string {
	b := []byte("(?")
	for range n - 1 {
		b = append(b, ", ?"...)
	}
	return string(append(b, ')'))
}
