package transfer

import (
	"context"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Ledger remembers which multipart uploads are open, beyond the life of the
// program: parts that nobody drops are paid for and never seen.
type Ledger interface {
	// Begun remembers an upload until ended is called, once: gone says that there is
	// nothing to drop any more.
	Begun(ctx context.Context, u client.Upload) (ended func(gone bool), err error)
	// Stale are those to a bucket which their programs have left.
	Stale(bucket string) ([]client.Upload, error)
	// Has reports whether an upload is one of those.
	Has(u client.Upload) bool
	Forget(u client.Upload) error
}

// abortWithin is how long the clean-up after a failed upload may take.
const abortWithin = 30 * time.Second

// begun writes an upload down where the journal does not outlive the program. That it
// could not be is no reason to stop.
func (e *Engine) begun(ctx context.Context, u client.Upload) (ended func(gone bool)) {
	e.uploads.Store(u.ID, true)
	forget := func(bool) { e.uploads.Delete(u.ID) }
	if e.cfg.Ledger == nil || e.cfg.Journal.Lasts() {
		return forget
	}
	written, err := e.cfg.Ledger.Begun(ctx, u)
	if err != nil {
		e.note(client.Say("the upload of %s could not be written down, so that its parts would stay if the program were ended: %v", u.At.String(), err))
		return forget
	}
	return func(gone bool) {
		written(gone)
		forget(gone)
	}
}

// abort drops the parts, also when the user or the engine's end stopped the
// upload: its context is a fresh one. Where that is refused, the parts stay, and
// a note says so: they cost, and nobody sees them.
func (e *Engine) abort(ctx context.Context, u client.Upload) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
	defer cancel()
	err := e.cfg.Store.AbortUpload(ctx, u)
	if err == nil && e.cfg.Ledger != nil {
		return e.cfg.Ledger.Forget(u)
	}
	if err != nil {
		e.note(client.Say("the parts sent of %s stay on the server, since dropping them failed (bucketseal-cli uploads abort %s): %v", u.At.String(), u.At.String(), err))
	}
	return err
}

// dropStale drops what programs that were killed have left in a bucket, once in
// a run. What cannot be dropped stays in the ledger.
func (e *Engine) dropStale(ctx context.Context, bucket string) {
	if e.cfg.Ledger == nil || e.cfg.Journal.Lasts() {
		return
	}
	if _, done := e.cleaned.LoadOrStore(bucket, true); done {
		return
	}
	stale, err := e.cfg.Ledger.Stale(bucket)
	if err != nil {
		e.note(client.Say("what earlier uploads may have left on the server could not be looked up: %v", err))
	}
	for _, u := range stale {
		err := e.cfg.Store.AbortUpload(ctx, u)
		if client.KindOf(err) == client.KindNoBucket { // and everything in it is gone
			err = nil
		}
		if err == nil {
			err = e.cfg.Ledger.Forget(u)
		}
		if err != nil {
			e.note(client.Say("the parts which an upload of %s that was cut off has left could not be dropped: %v", u.At.String(), err))
			continue
		}
		e.note(client.Say("dropped from the server what an upload of %s that was cut off had left", u.At.String()))
	}
}

// dropStrays drops the uploads which attempts to begin u have made and whose
// answers were lost: of the same key, begun in the time those took, without a part,
// and known to nobody here. The clocks of servers count in seconds.
func (e *Engine) dropStrays(ctx context.Context, u client.Upload, took time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
	defer cancel()
	from, until := u.Begun.Add(-time.Second), u.Begun.Add(took+time.Second)
	open, err := e.cfg.Store.OpenUploads(ctx, u.At)
	for _, o := range open {
		stray := client.Upload{At: o.At, ID: o.ID}
		if o.At != u.At || o.ID == u.ID || o.Begun.Before(from) || o.Begun.After(until) || e.knows(stray) {
			continue
		}
		parts, perr := e.cfg.Store.Parts(ctx, stray)
		if perr == nil && len(parts) == 0 {
			perr = e.cfg.Store.AbortUpload(ctx, stray)
		}
		if client.KindOf(perr) != client.KindNoUpload && err == nil {
			err = perr
		}
	}
	if err != nil {
		e.note(client.Say("an answer was lost while the upload of %s was begun, and whether it left a second upload open could not be settled (bucketseal-cli uploads list %s): %v", u.At.String(), u.At.String(), err))
	}
}

// knows reports whether an upload is under way here or written down. What cannot be
// looked up may be.
func (e *Engine) knows(u client.Upload) bool {
	if _, here := e.uploads.Load(u.ID); here {
		return true
	}
	if e.cfg.Ledger != nil && e.cfg.Ledger.Has(u) {
		return true
	}
	known, err := e.cfg.Journal.Uploads()
	return err != nil || slices.ContainsFunc(known, func(k KnownUpload) bool { return k.ID == u.ID && k.At == u.At })
}
