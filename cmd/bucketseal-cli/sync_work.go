package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A syncWork makes the parts of a sync for who carries them out. Its parts are made on
// a goroutine of their own.
type syncWork struct {
	ctx     context.Context //nolint:containedctx // that of the whole run
	app     *app
	kept    atomic.Int64 // files that are the same
	despite bool         // deletes though something before it failed
	cleared bool         // all that came before the deletions is over, and went well
	unsure  int          // files that are sent since nobody can tell whether they are the same
	because client.Text  // why of the first
}

// parts are the pieces of a sync, with deletions after all else has gone well.
func (w *syncWork) parts(pieces syncPieces) iter.Seq[part] {
	return func(yield func(part) bool) {
		defer w.sayUnsure()
		for p, err := range pieces {
			w.kept.Add(int64(p.Kept))
			if w.unsure += p.Unsure; w.because.IsZero() {
				w.because = p.Because
			}
			if p.Deletes && !w.cleared {
				if w.cleared = w.wentWell(yield); !w.cleared {
					return
				}
			}
			if !yield(part{plan: p.Plan, err: err}) {
				return
			}
			for _, d := range p.Local {
				if w.ctx.Err() != nil || !yield(part{over: []transfer.Row{removedHere(d)}}) {
					return
				}
			}
		}
	}
}

// sayUnsure says how many files are sent because nothing tells what is there.
func (w *syncWork) sayUnsure() {
	if w.unsure > 0 {
		w.app.note(fmt.Sprintf("%s sent again though the size is right: %v (--dry-run says it of each, --size-only would not send them)", plural(w.unsure, "file"), w.because))
	}
}

// wentWell waits until all before it is over.
func (w *syncWork) wentWell(yield func(part) bool) bool {
	settled := make(chan bool, 1)
	if !yield(part{settled: settled}) {
		return false
	}
	select {
	case well := <-settled:
		well = well || w.despite && w.ctx.Err() == nil
		if !well && w.ctx.Err() == nil {
			printf(w.app.err, "Nothing was deleted, since not everything before it went well (--delete-despite-failures).\n")
		}
		return well
	case <-w.ctx.Done():
		return false
	}
}

// removedHere removes a file of this machine, and says how it went as a row does.
func removedHere(d session.LocalDeletion) transfer.Row {
	err := d.Do()
	r := transfer.Row{
		Job:   transfer.Job{Op: transfer.Delete, From: transfer.ReadFrom(d.Path()), Expect: transfer.Expect{Size: d.Size, Modified: d.Modified}},
		Phase: transfer.Done, Ended: time.Now(), Err: err,
	}
	switch {
	case client.KindOf(err) == client.KindPrecondition:
		r.Phase = transfer.Skipped
	case err != nil:
		r.Phase = transfer.Failed
	}
	return r
}

// syncSum is how many files were treated how.
type syncSum struct {
	Uploaded   int `json:"uploaded"`
	Downloaded int `json:"downloaded"`
	Copied     int `json:"copied"`
	Deleted    int `json:"deleted"`
	Unchanged  int `json:"unchanged"`
	Failed     int `json:"failed"`
}

// summary is the last that a sync says.
func (a *app) summary(form string, s syncSum) {
	if a.flags.json {
		a.line(map[string]any{"summary": s})
		return
	}
	if !a.flags.quiet {
		printf(a.err, form, s.Uploaded, s.Downloaded, s.Copied, s.Deleted, s.Unchanged, s.Failed)
	}
}

// What a summary says, with how many of each.
const (
	syncDone  = "%d uploaded, %d downloaded, %d copied, %d deleted, %d unchanged, %d failed\n"
	syncWould = "%d would be uploaded, %d downloaded, %d copied and %d deleted; %d are the same, and %d could not be done\n"
)

func nothingToSync() error {
	return &client.Error{Op: "sync", Kind: client.KindNotFound, Err: errors.New("the source holds no files that take part, so nothing was done")}
}

// bad is how many files did not end as they should.
func (t *tally) bad() int {
	return t.by[endNotAsAsked] + t.by[endNotYetVerified] + t.by[endFailed] + t.by[endCancelled]
}
