package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Environment of a process that works on a ledger.
const (
	workOn     = "BUCKETSEAL_TEST_WORK_ON"     // folder of the ledger, of its sources and of what is downloaded: be such a process
	workWith   = "BUCKETSEAL_TEST_WORK_WITH"   // URL of the S3 server
	workFor    = "BUCKETSEAL_TEST_WORK_FOR"    // URL of the witness
	workAs     = "BUCKETSEAL_TEST_WORK_AS"     // id of the access key
	workSecret = "BUCKETSEAL_TEST_WORK_SECRET" //nolint:gosec // the name of a variable
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(workOn); dir != "" {
		if err := work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// work is such a process: one engine on the ledger, which does what the witness says
// until there is nothing more.
func work(dir string) error {
	w := teller{url: os.Getenv(workFor)}
	l := New(Options{Dir: filepath.Join(dir, "ledger"), Note: func(t client.Text) { fmt.Fprintln(os.Stderr, t) }})
	account := ward
	account.Endpoint, account.AccessKeyID = os.Getenv(workWith), os.Getenv(workAs)
	store, err := s3store.Dial(account, client.Credentials{AccessKeyID: account.AccessKeyID, Secret: client.NewSecret(os.Getenv(workSecret))}, s3store.Options{})
	if err != nil {
		return err
	}
	engine, err := transfer.New(transfer.Config{
		Store: store, Account: client.AccountRef{ID: ward.ID, Name: ward.Name}, PartSize: 5 << 20,
		Journal: &told{Journal: l.Journal(account), teller: w, names: map[int64]string{}},
	})
	if err != nil {
		return err
	}
	for {
		order, names, err := w.next()
		switch {
		case err != nil:
			return err
		case order == "submit":
			_, err = engine.Submit(jobs(dir, names))
		case order == "take-over":
			_, err = engine.TakeOver(transfer.Queued, nil)
		default:
			return end(engine, l)
		}
		if err != nil {
			return err
		}
	}
}

// end waits for what is under way; nothing may have failed.
func end(engine *transfer.Engine, l *Ledger) error {
	err := engine.Wait(context.Background())
	for _, row := range engine.AppendRows(nil, 0, 1<<30) {
		if row.Phase != transfer.Done {
			err = errors.Join(err, fmt.Errorf("%s is %s: %w", nameOf(row.Job), row.Phase, row.Err))
		}
	}
	return errors.Join(err, engine.Close(context.Background()), l.Close())
}

// jobs are uploads, and downloads of what was uploaded: "up/NAME" and "down/NAME".
func jobs(dir string, names []string) iter.Seq[transfer.Job] {
	return func(yield func(transfer.Job) bool) {
		for _, name := range names {
			key := strings.TrimPrefix(name, "down/")
			j := transfer.Job{Op: transfer.Upload, Overwrite: transfer.OverwriteAlways, Treatment: client.TreatmentOf(client.SSES3{})}
			source, size := sourceOf(key)
			j.From, j.To = transfer.ReadFrom(filepath.Join(dir, source)), transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: key}, "")
			j.Expect.Size = size
			if key != name {
				j.Op, j.Treatment = transfer.Download, client.Treatment{}
				j.From, j.To = j.To, transfer.WriteTo(filepath.Join(dir, "down"), strings.ReplaceAll(key, "/", "-"))
			}
			if !yield(j) {
				return
			}
		}
	}
}

// nameOf is the name of a job, as jobs had it.
func nameOf(j transfer.Job) string {
	if j.Op == transfer.Download {
		return "down/" + j.From.At.Key
	}
	return j.To.At.Key
}

// A teller tells the witness what a process does; it gets its answer before the process
// goes on.
type teller struct{ url string }

func (t teller) tell(what string, names ...string) (answer string, err error) {
	r, err := http.PostForm(t.url+"/"+what, url.Values{"name": names})
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", what, r.Status)
	}
	return string(b), err
}

// next is what the witness wants done: the names of jobs to submit, or nothing.
func (t teller) next() (order string, names []string, err error) {
	answer, err := t.tell("next")
	words := strings.Fields(answer)
	if err != nil || len(words) == 0 {
		return "", nil, err
	}
	return words[0], words[1:], nil
}

// told is a journal of which the witness is told: whose a row is, before the engine
// knows that it has it, and that it is done, before the engine knows that either.
type told struct {
	transfer.Journal
	teller teller

	mu    sync.Mutex
	names map[int64]string // of rows
}

func (j *told) named(rows []transfer.Record) (names []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range rows {
		j.names[r.Number] = nameOf(r.Job)
		names = append(names, j.names[r.Number])
	}
	return names
}

func (j *told) Enter() (transfer.Entering, error) {
	e, err := j.Journal.Enter()
	return &toldEntering{Entering: e, of: j}, err
}

type toldEntering struct {
	transfer.Entering
	of    *told
	names []string
}

func (e *toldEntering) Add(rows []transfer.Record) error {
	err := e.Entering.Add(rows)
	e.names = append(e.names, e.of.named(rows)...)
	return err
}

func (e *toldEntering) Commit() error {
	err := e.Entering.Commit()
	if err == nil {
		_, err = e.of.teller.tell("entered", e.names...)
	}
	return err
}

// Left has been read to its end before the witness lets the processes go on, both at
// once: they reach for the same rows.
func (j *told) Left() iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		var all []transfer.Record
		for r, err := range j.Journal.Left() {
			if err != nil {
				yield(r, err)
				return
			}
			all = append(all, r)
		}
		if _, err := j.teller.tell("looked"); err != nil {
			yield(transfer.Record{}, err)
			return
		}
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (j *told) TakeOver(numbers []int64) ([]int64, error) {
	got, err := j.Journal.TakeOver(slices.Clone(numbers))
	if err != nil || len(got) == 0 {
		return got, err
	}
	rows, err := j.Read(got)
	if err == nil {
		_, err = j.teller.tell("taken-over", j.named(rows)...)
	}
	return got, err
}

func (j *told) Write(entries []transfer.Entry) error {
	var done []string
	j.mu.Lock()
	for _, e := range entries {
		if e.Receipt != nil && e.State != nil && e.State.Phase == transfer.Done {
			done = append(done, j.names[e.Number])
		}
	}
	j.mu.Unlock()
	if len(done) == 0 {
		return j.Journal.Write(entries)
	}
	if _, err := j.teller.tell("keeps"); err != nil {
		return err
	}
	if err := j.Journal.Write(entries); err != nil {
		return err
	}
	_, err := j.teller.tell("done", done...)
	return err
}
