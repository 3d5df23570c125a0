package session

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Removed is what became of one object that was to be removed. Err says why it is
// still there, or what else went wrong; Unknown that it may be gone all the same, since
// nobody answered.
type Removed struct {
	At        client.Location
	VersionID string
	Err       error
	Unknown   bool
}

// A Removal is a deletion under way: jobs of the engine, one for each object. It
// is for one reader.
type Removal struct {
	engine *transfer.Engine
	was    []Seen
	rows   transfer.Range // of its jobs
	open   []bool         // of which of them nobody was told yet
	untold int            // how many those are
	cursor transfer.Cursor
	stop   func() bool // lets go of the context that the removal ends with
}

// LastAnswers is how long a removal that was stopped waits for what is under way, so
// that it is known what became of it.
const LastAnswers = time.Second

// Remove begins to remove objects, of one bucket or several, each while it is what was
// seen. It goes on after objects that may not be removed and after requests that fail,
// and ends with ctx: what waits then is not begun, and what is under way has LastAnswers
// to end.
func (s *Session) Remove(ctx context.Context, was []Seen) (*Removal, error) {
	return s.remove(ctx, was, "")
}

// remove begins the jobs that remove what was seen.
func (s *Session) remove(ctx context.Context, was []Seen, customerKeyMD5 string) (*Removal, error) {
	rows, err := s.engine.Submit(func(yield func(transfer.Job) bool) {
		for _, o := range was {
			from := transfer.ObjectAt(s.account.ID, o.At, o.VersionID)
			from.CustomerKeyMD5 = customerKeyMD5
			expect := transfer.Expect{Size: o.Size, ETag: o.ETag, Modified: o.Modified}
			if !yield(transfer.Job{Op: transfer.Delete, From: from, Expect: expect}) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	r := &Removal{engine: s.engine, was: was, rows: rows, open: slices.Repeat([]bool{true}, rows.N), untold: rows.N}
	r.stop = context.AfterFunc(ctx, func() {
		if rows.N == 0 {
			return
		}
		s.engine.Withdraw(rows)
		time.AfterFunc(LastAnswers, func() { s.engine.Cancel(rows) })
	})
	return r, nil
}

// Next waits until it is known what became of more objects, and says it of each. The
// end is io.EOF or, where ctx ended, which is that of the removal, its error: of what
// was not begun then nothing is told.
func (r *Removal) Next(ctx context.Context) ([]Removed, error) {
	for {
		news := r.look()
		switch {
		case len(news) > 0:
			return news, nil
		case r.untold == 0:
			r.stop()
			return nil, cmp.Or(ctx.Err(), io.EOF)
		}
		// The loop looks at the rows: what is under way ends.
		_ = r.engine.Await(context.WithoutCancel(ctx), r.cursor)
	}
}

// look says what became known since the last look.
func (r *Removal) look() (news []Removed) {
	changes := r.engine.ChangedSince(r.cursor)
	r.cursor = changes.Cursor
	if changes.All {
		r.forget(changes.Rows)
	}
	for _, c := range changes.Rows {
		if !c.Gone && !c.Phase.Over() {
			continue
		}
		for nth := max(c.First, r.rows.First); nth < min(c.End(), r.rows.End()); nth++ {
			if r.close(nth) {
				news = r.over(news, nth, c.Phase)
			}
		}
	}
	return news
}

// close notes that somebody is told of a row, or never will be.
func (r *Removal) close(nth int) (wasOpen bool) {
	i := nth - r.rows.First
	if wasOpen = r.open[i]; wasOpen {
		r.open[i] = false
		r.untold--
	}
	return wasOpen
}

// over adds to news what became of a row that is over.
func (r *Removal) over(news []Removed, nth int, p transfer.Phase) []Removed {
	was := r.was[nth-r.rows.First]
	told := Removed{At: was.At, VersionID: was.VersionID}
	switch row, there := r.engine.Nth(nth); {
	case p == transfer.Done:
	case there && (p == transfer.Failed || p == transfer.Skipped):
		told.Err, told.Unknown = row.Err, row.Unknown()
	case there && row.Attempts > 0: // stopped, in the midst of it
		told.Err, told.Unknown = row.Err, true
	default:
		return news
	}
	return append(news, told)
}

// forget takes the rows off that are there no more, and were removed too long ago
// for anybody to say how they ended.
func (r *Removal) forget(there []transfer.Change) {
	next := r.rows.First
	for _, c := range append(there, transfer.Change{Range: transfer.Range{First: r.rows.End()}}) {
		for ; next < min(c.First, r.rows.End()); next++ {
			r.close(next)
		}
		next = max(next, c.End())
	}
}

// DeleteOnly removes one object and nothing that took its place since
// (KindPrecondition), by its version or its ETag; customerKeyMD5 names the key of
// one that is encrypted with SSE-C, "" for others.
func (s *Session) DeleteOnly(ctx context.Context, was client.Object, customerKeyMD5 string) error {
	if was.VersionID == "" && was.ETag == "" { // a job without either would take whatever has the name
		return &client.Error{
			Op: "delete", Kind: client.KindPrecondition, At: was.At,
			Err: client.Say("nothing is known of it by which it could be told from another object of its name").Err(),
		}
	}
	r, err := s.remove(ctx, []Seen{{was.At, was.VersionID, was.ETag, was.Modified, was.Size}}, customerKeyMD5)
	if err != nil {
		return err
	}
	news, err := r.Next(ctx)
	switch {
	case len(news) > 0:
		return news[0].Err
	case errors.Is(err, io.EOF):
		return &client.Error{Op: "delete", Kind: client.KindCancelled, At: was.At, Err: client.Say("stopped by you").Err()}
	}
	return err
}
