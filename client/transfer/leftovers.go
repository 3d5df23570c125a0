package transfer

import (
	"context"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// abortWithin is how long the clean-up after a failed upload may take.
const abortWithin = 30 * time.Second

// abort drops the parts, also when the user or the engine's end stopped the
// upload: its context is a fresh one. Where that is refused, the parts stay, and
// a note says so: they cost, and nobody sees them.
func (e *Engine) abort(ctx context.Context, u client.Upload) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
	defer cancel()
	err := e.cfg.Store.AbortUpload(ctx, u)
	if err != nil {
		e.note(client.Say("the parts sent of %s stay on the server, since dropping them failed (bucketseal-cli uploads abort %s): %v", u.At.String(), u.At.String(), err))
	}
	return err
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
	known, err := e.cfg.Journal.Uploads()
	return err != nil || slices.ContainsFunc(known, func(k KnownUpload) bool { return k.ID == u.ID && k.At == u.At })
}
