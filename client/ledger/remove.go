package ledger

import (
	"database/sql"
	"iter"
)

// removeAll removes rows with what they have begun; an upload that may be open at its
// server is not forgotten.
func (t *transaction) removeAll(numbers string, values ...any) {
	within := " WHERE number IN (" + numbers + ")"
	t.removeBegun(within, values...)
	t.exec("DELETE FROM jobs"+within, values...)
}

// removeBegun removes what rows have begun, but for what is known of uploads that may be
// open at their server: no row goes on with them.
func (t *transaction) removeBegun(within string, values ...any) {
	t.exec("INSERT INTO uploads (account, upload, begun, job) SELECT account, upload, begun, job FROM progress JOIN jobs USING (number)"+within+" AND upload <> ''", values...)
	t.exec("DELETE FROM progress"+within, values...)
	t.exec("DELETE FROM pieces"+within, values...)
}

// longRun is how many rows one behind the other are removed by their first and last
// number rather than one by one.
const longRun = 64

// remove removes rows by their numbers. Many files that are over are many rows one behind
// the other, most often all there are: so they cost next to nothing.
func (t *transaction) remove(numbers []int64) {
	var single []int64
	for run := range runs(numbers) {
		if len(run) < longRun {
			single = append(single, run...)
			continue
		}
		t.removeRun(run[0], run[len(run)-1])
	}
	if len(single) > 0 {
		t.removeAll(listed, listOf(single))
	}
}

// removeRun removes the rows from one number to another.
func (t *transaction) removeRun(first, last int64) {
	const within = " WHERE number BETWEEN ? AND ?"
	t.removeBegun(within, first, last)
	all := false
	t.each("SELECT (SELECT min(number) FROM jobs) >= ? AND (SELECT max(number) FROM jobs) <= ?", []any{first, last}, func(r *sql.Rows) error {
		var is sql.NullBool
		err := r.Scan(&is)
		all = is.Bool
		return err
	})
	if all {
		t.exec("DELETE FROM jobs") // looks at no row: SQLite gives the pages back as they are
		return
	}
	t.exec("DELETE FROM jobs"+within, first, last)
}

// runs are numbers cut where one is not the one before and one more.
func runs(numbers []int64) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		for from := 0; from < len(numbers); {
			to := from + 1
			for to < len(numbers) && numbers[to] == numbers[to-1]+1 {
				to++
			}
			if !yield(numbers[from:to]) {
				return
			}
			from = to
		}
	}
}
