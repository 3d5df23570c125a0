package ledger

import (
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Enter begins to keep new rows. They are in the database from their Add on, and are
// nothing until the Commit: what is then still in entering goes when its program has
// ended.
func (j *rows) Enter() (transfer.Entering, error) {
	e := &entering{rows: j}
	err := j.ledger.settleOthers()
	if err == nil {
		e.account, err = j.number()
	}
	if err == nil {
		e.lefts, err = j.hasLefts()
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

type entering struct {
	rows    *rows
	account int64
	lefts   bool    // something was left that the new rows may be the same as
	spans   []int64 // first numbers of those in the database
	heirs   []heir
	over    bool
	values  []any // room for those of a statement
}

// An heir goes on with what another row has begun.
type heir struct{ old, number int64 }

const accountNumber = "SELECT number FROM accounts WHERE id = ? AND endpoint = ? AND access_key = ?"

// number is the account's, which is entered where it is new.
func (j *rows) number() (number int64, err error) {
	err = j.ledger.read(func(d *database) error {
		return d.read(accountNumber, names(j.account), func(r *sql.Rows) error { return r.Scan(&number) })
	})
	if err != nil || number != 0 {
		return number, err
	}
	err = j.ledger.change(func(t *transaction) { number = t.account(j.account) })
	return number, err
}

// account is the number of an account, which is entered where it is new.
func (t *transaction) account(a client.Account) (number int64) {
	t.exec("INSERT INTO accounts (id, endpoint, access_key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", names(a)...)
	t.each(accountNumber, names(a), func(r *sql.Rows) error { return r.Scan(&number) })
	return number
}

func (j *rows) hasLefts() (has bool, err error) {
	err = j.ledger.read(func(d *database) error {
		return d.read("SELECT EXISTS (SELECT 1 FROM lefts WHERE account IN "+accountsOf+")", names(j.account), func(r *sql.Rows) error { return r.Scan(&has) })
	})
	return has, err
}

// Add keeps some rows.
func (e *entering) Add(rows []transfer.Record) error {
	if len(rows) == 0 {
		return nil
	}
	l := e.rows.ledger
	had := len(e.heirs)
	err := l.change(func(t *transaction) {
		e.heirs = e.heirs[:had]
		for some := range slices.Chunk(rows, jobsAtOnce) {
			e.add(t, some)
		}
		t.exec("INSERT INTO entering (first, last) VALUES (?, ?)", rows[0].Number, l.last)
	})
	if err != nil {
		e.heirs = e.heirs[:had]
		return err
	}
	e.spans = append(e.spans, rows[0].Number)
	return nil
}

// jobsAtOnce is how many rows one statement enters: a sixth less work for each than one
// by one.
const jobsAtOnce = 16

// insertJobs are the statements that enter so many rows.
var insertJobs = func() (queries [jobsAtOnce + 1]string) {
	row := places(10)
	queries[1] = "INSERT INTO jobs (number, account, twin, phase, attempts, started, ended, failure, job, common) VALUES " + row
	for n := 2; n <= jobsAtOnce; n++ {
		queries[n] = queries[n-1] + ", " + row
	}
	return queries
}()

// add numbers some rows and keeps them.
func (e *entering) add(t *transaction, rows []transfer.Record) {
	e.values = e.values[:0]
	for i := range rows {
		r, twin := &rows[i], twinOf(&rows[i].Job)
		e.rows.ledger.last++
		r.Number, r.Begun = e.rows.ledger.last, false
		if e.lefts && twin != 0 {
			e.inherit(t, r, twin)
		}
		job, commonly := t.job(&r.Job)
		e.values = append(e.values,
			r.Number, e.account, twin, r.Phase.String(), r.Attempts, nanoseconds(r.Started), nanoseconds(r.Ended), failureOf(r.Err), job, commonly)
	}
	t.exec(insertJobs[len(rows)], e.values...)
}

// inherit finds the same job among what was left.
func (e *entering) inherit(t *transaction, r *transfer.Record, twin int64) {
	const query = "SELECT number, job, EXISTS (SELECT 1 FROM progress WHERE progress.number = jobs.number) FROM lefts JOIN jobs USING (number) WHERE lefts.twin = ? AND lefts.account IN " + accountsOf
	t.each(query, append([]any{twin}, names(e.rows.account)...), func(rows *sql.Rows) error {
		var old int64
		var begun bool
		var text sql.RawBytes
		var job transfer.Job
		if err := rows.Scan(&old, &text, &begun); err != nil {
			return err
		}
		if err := json.Unmarshal(text, &job); err != nil {
			return err
		}
		if partsOf(&job) == partsOf(&r.Job) {
			e.heirs = append(e.heirs, heir{old, r.Number})
			r.Begun = r.Begun || begun
		}
		return nil
	})
}

// Commit keeps the rows, in the places of those they inherit from: where another
// program has taken one of these over meanwhile, its row begins anew.
func (e *entering) Commit() error {
	err := e.rows.ledger.change(func(t *transaction) {
		for _, first := range e.spans {
			t.exec("DELETE FROM entering WHERE first = ?", first)
		}
		for _, h := range e.heirs {
			if t.exec("DELETE FROM lefts WHERE number = ?", h.old) == 1 {
				if t.exec("UPDATE OR IGNORE progress SET number = ? WHERE number = ?", h.number, h.old) == 1 {
					t.exec("UPDATE pieces SET number = ? WHERE number = ?", h.number, h.old)
				}
				t.removeAll("?", h.old)
			}
		}
	})
	e.over = err == nil
	return err
}

// Discard removes the rows.
func (e *entering) Discard() {
	if e.over || len(e.spans) == 0 {
		return
	}
	e.over = true
	_ = e.rows.ledger.change(func(t *transaction) { // where that fails they go when the program has ended
		for _, first := range e.spans {
			t.exec("DELETE FROM jobs WHERE number BETWEEN ?1 AND (SELECT last FROM entering WHERE first = ?1)", first)
			t.exec("DELETE FROM entering WHERE first = ?", first)
		}
	})
}

// A jobParts is by what two jobs are the same.
type jobParts struct {
	op                transfer.Op
	from, version, to string
}

func partsOf(j *transfer.Job) jobParts {
	from := j.From.String()
	if j.IsBetween() { // the same name is another object there
		from = j.From.Account + " " + from
	}
	return jobParts{j.Op, from, j.From.Version, j.To.String()}
}

// twinOf is a number which the same jobs have, and others hardly ever; 0 where no
// other program goes on: the contents of a stream are gone, and nobody deletes what
// somebody wanted deleted in another program.
func twinOf(j *transfer.Job) int64 {
	if j.Op == transfer.Delete || j.From.Stream != "" || j.To.Stream != "" {
		return 0
	}
	p := partsOf(j)
	return int64(xxhash.Sum64String(string(p.op)+"\x00"+p.from+"\x00"+p.version+"\x00"+p.to)) | 1
}
