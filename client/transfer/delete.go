package transfer

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes an object. A job whose source names a version, or was expected
// to have an ETag or a date, removes that very object; where another has taken its
// place it is skipped, and it goes alone. Every other job removes what has the name, and one
// request takes many of them: the jobs of one bucket that wait one behind the
// other, client.MaxEntries at most. Each is still a job with an outcome of its
// own.
const Delete Op = "delete"

type deleting struct{}

func (deleting) admit(j Job) error { return j.From.At.CheckKey() }

// writes nowhere.
func (deleting) writes(Job) end { return end{} }

// onlyThat reports whether a job removes one object only, and not another of its
// name.
func (deleting) onlyThat(j Job) bool {
	return j.From.Version != "" || j.Expect.ETag != "" || !j.Expect.Modified.IsZero()
}

func (d deleting) run(ctx context.Context, e *Engine, it *item) error {
	j := it.row.Job
	if !d.onlyThat(j) {
		return d.runAll(ctx, e, []*item{it})[0]
	}
	was := client.Object{At: j.From.At, VersionID: j.From.Version, ETag: j.Expect.ETag, Modified: j.Expect.Modified}
	err := e.cfg.Store.DeleteOnly(ctx, was, it.key)
	switch {
	case client.KindOf(err) == client.KindPrecondition: // that object is gone, and another has its name
		return &skipped{err}
	case err != nil:
		return err
	}
	return e.keep(it, d.receipt(e, it.row.Job), nil)
}

func (d deleting) joins(first, j Job) bool {
	return !d.onlyThat(first) && !d.onlyThat(j) && j.From.At.Bucket == first.From.At.Bucket
}

// runAll removes what has the names, with one request.
func (d deleting) runAll(ctx context.Context, e *Engine, its []*item) []error {
	at := make([]client.Location, len(its))
	for i, it := range its {
		at[i] = it.row.Job.From.At
	}
	results, err := e.cfg.Store.Delete(ctx, at)
	if err != nil {
		results = make([]error, len(its))
		for i := range results {
			results[i] = &requestFailure{err}
		}
		return results
	}
	var gone []*item
	var found []finding
	for i, it := range its {
		if results[i] == nil {
			gone, found = append(gone, it), append(found, finding{receipt: d.receipt(e, it.row.Job)})
		}
	}
	kept := e.keepAll(gone, found)
	for i := range its {
		if results[i] == nil {
			results[i], kept = kept[0], kept[1:]
		}
	}
	return results
}

// receipt is that of an object that is gone.
func (deleting) receipt(e *Engine, j Job) Receipt {
	return Receipt{
		Job: j.ID, Account: e.cfg.Account.Name, AccountID: e.cfg.Account.ID, Op: Delete, Source: j.From.String(), At: j.From.At, VersionID: j.From.Version,
		ETag: j.Expect.ETag, Modified: j.Expect.Modified, Size: j.Expect.Size, VerifiedAt: e.cfg.Now(),
	}
}

// requestFailure is the error of a request as a whole: of none of the objects it
// was for anything is known.
type requestFailure struct{ error }

func (r *requestFailure) Unwrap() error { return r.error }

// Unknown reports whether a deletion failed and nothing is known of its object:
// the request for it, and for those that went with it, failed as a whole. Of every
// other failure the server has said that the object is still there.
func (r Row) Unknown() bool {
	var f *requestFailure
	return r.Phase == Failed && errors.As(r.Err, &f)
}
