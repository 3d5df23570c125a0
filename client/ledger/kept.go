package ledger

import "database/sql"

// A record of what a program was told of its receipts: that they are kept. What is done
// to the ledger's files meanwhile may prove that wrong.
type proofsKept struct {
	n      int64   // receipts
	last   int64   // the id of the last, in the database of that moment
	others []int64 // rows that they are of, where these were not entered by this program
	harmed bool    // the database is not the one any more that they were written to
}

// keptProofs takes down that receipts were kept.
func (l *Ledger) keptProofs(numbers []int64, last int64) {
	if len(numbers) == 0 {
		return
	}
	l.proofsMu.Lock()
	defer l.proofsMu.Unlock()
	l.proofs.n += int64(len(numbers))
	l.proofs.last = last
	for _, n := range numbers {
		if n < firstOf(l.owner) || n > lastOf(l.owner) {
			l.proofs.others = append(l.proofs.others, n)
		}
	}
}

func (l *Ledger) harm() {
	l.proofsMu.Lock()
	defer l.proofsMu.Unlock()
	l.proofs.harmed = true
}

// Lost is how many receipts are not in the ledger that were kept in this run of the
// program, since somebody or something has damaged or removed its files meanwhile, or
// the disk refused. It is known once the ledger is closed. What was kept in memory from
// the beginning, since there could be no ledger, is not among them.
func (l *Ledger) Lost() int {
	l.proofsMu.Lock()
	defer l.proofsMu.Unlock()
	return l.lost
}

// lookOnceMore finds out what was done to the files since the last write, while it can
// still be mended.
func (l *Ledger) lookOnceMore() {
	l.proofsMu.Lock()
	kept := l.proofs.n
	l.proofsMu.Unlock()
	if kept > 0 {
		_ = l.write(func(*transaction) {}) // what cannot be mended is counted
	}
}

// count finds out what is lost. The caller holds the mutex alone, and the database is
// open for the last time.
func (l *Ledger) count() {
	l.proofsMu.Lock()
	defer l.proofsMu.Unlock()
	p := l.proofs
	switch {
	case p.n == 0, l.db.memory && !p.harmed:
	case l.db.memory, !l.isThere(l.db.file):
		l.lost = int(p.n)
	default:
		l.lost = int(max(p.n-p.there(l.db, l.owner), 0))
	}
}

// there counts those that are in a database. While nothing was done to it the last is
// there with all the others.
func (p proofsKept) there(d *database, owner int64) (n int64) {
	query, values := "SELECT count(*) FROM receipts WHERE number BETWEEN ? AND ? OR number IN ("+listed+")", []any{firstOf(owner), lastOf(owner), listOf(p.others)}
	if !p.harmed {
		query, values = "SELECT ? FROM receipts WHERE id = ?", []any{p.n, p.last}
	}
	_ = d.read(query, values, func(r *sql.Rows) error { return r.Scan(&n) }) // what cannot be read is not there
	return n
}
