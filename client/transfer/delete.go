package transfer

import (
	"context"
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes an object. A job whose source names a version, or was expected to
// have an ETag or a date, removes that very object, and is skipped where another has
// taken its place; every other job removes what has the name. One request takes many
// of them: the jobs of one bucket that wait one behind the other, client.MaxEntries
// at most. Each is still a job with an outcome of its own. A job that names an SSE-C key
// goes alone, and asks for its object with that.
const Delete Op = "delete"

type deleting struct{}

func (deleting) admit(j Job) error { return j.From.At.CheckKey() }

// writes nowhere.
func (deleting) writes(Job) end { return end{} }

func (d deleting) run(ctx context.Context, e *Engine, it *item) error {
	j := it.row.Job
	if j.From.CustomerKeyMD5 == "" {
		return d.runAll(ctx, e, []*item{it})[0]
	}
	if err := e.cfg.Store.DeleteOnly(ctx, d.was(j), it.key); err != nil {
		return unlessAnother(err)
	}
	return e.keep(it, d.receipt(e, j), nil)
}

// was is what a job removes, as far as that was seen.
func (deleting) was(j Job) client.Object {
	return client.Object{At: j.From.At, VersionID: j.From.Version, ETag: j.Expect.ETag, Modified: j.Expect.Modified}
}

// unlessAnother skips a job whose object is gone, and another has its name.
func unlessAnother(err error) error {
	if client.KindOf(err) == client.KindPrecondition {
		return &skipped{err}
	}
	return err
}

func (deleting) joins(first, j Job) bool {
	return first.From.CustomerKeyMD5 == "" && j.From.CustomerKeyMD5 == "" && j.From.At.Bucket == first.From.At.Bucket
}

// runAll removes what was seen, with one request.
func (d deleting) runAll(ctx context.Context, e *Engine, its []*item) []error {
	was := make([]client.Object, len(its))
	for i, it := range its {
		was[i] = d.was(it.row.Job)
	}
	results, err := e.cfg.Store.DeleteSeen(ctx, was)
	if err != nil {
		if !refusedWhole(err) {
			err = &requestFailure{err}
		}
		return slices.Repeat([]error{err}, len(its))
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
		} else {
			results[i] = unlessAnother(results[i])
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

// refusedWhole reports whether an error says that a server did nothing of what a request
// asked for.
func refusedWhole(err error) bool {
	switch client.KindOf(err) {
	case client.KindNoBucket, client.KindDenied, client.KindBadCredentials, client.KindExpired, client.KindClockSkew,
		client.KindInvalid, client.KindInsecure, client.KindUnsupported, client.KindDigestRequired, client.KindWrongRegion,
		client.KindTLS, client.KindRefused:
		return true
	}
	return false
}

// requestFailure is the error of a request as a whole that may have been acted on:
// of none of the objects it was for anything is known.
type requestFailure struct{ error }

func (r *requestFailure) Unwrap() error { return r.error }

// Unknown reports whether a deletion failed and nothing is known of its object:
// the request for it, and for those that went with it, failed as a whole. Of every
// other failure the server has said that the object is still there.
func (r Row) Unknown() bool {
	var f *requestFailure
	return r.Phase == Failed && errors.As(r.Err, &f)
}
