package session

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Removed is what became of one object that was to be removed. Err says why it is
// still there, or what else went wrong.
type Removed struct {
	At  client.Location
	Err error
}

// A Removal is a deletion under way: jobs of the engine, one for each object. It
// is for one reader.
type Removal struct {
	engine *transfer.Engine
	at     []client.Location
	rows   transfer.Range // of its jobs
	open   []bool         // of which of them nobody was told yet
	untold int            // how many those are
	cursor transfer.Cursor
	err    error       // why nothing is known of the rest
	stop   func() bool // lets go of the context that the removal ends with
}

// Remove begins to remove objects, of one bucket or several, whatever has taken
// their names since they were seen. It goes on after an object that may not be
// removed, and ends with ctx: what waits then is not begun.
func (s *Session) Remove(ctx context.Context, at []client.Location) (*Removal, error) {
	return s.remove(ctx, at, func(at client.Location) transfer.Job {
		return transfer.Job{From: transfer.ObjectAt(s.account.ID, at, ""), Expect: transfer.Expect{Size: client.NotTold}}
	})
}

// remove begins the jobs that job makes of the places.
func (s *Session) remove(ctx context.Context, at []client.Location, job func(client.Location) transfer.Job) (*Removal, error) {
	rows, err := s.engine.Submit(func(yield func(transfer.Job) bool) {
		for _, at := range at {
			j := job(at)
			j.Op = transfer.Delete
			if !yield(j) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	r := &Removal{engine: s.engine, at: at, rows: rows, open: slices.Repeat([]bool{true}, rows.N), untold: rows.N}
	r.stop = context.AfterFunc(ctx, func() {
		if rows.N > 0 {
			s.engine.Cancel(rows)
		}
	})
	return r, nil
}

// Next waits until it is known what became of more objects, and says it of each.
// io.EOF is the end. Any other error ends the removal early: a request failed as a
// whole, or ctx ended, which is that of the removal. What waited is cancelled then,
// and of the objects that nobody was told of nothing is known.
func (r *Removal) Next(ctx context.Context) ([]Removed, error) {
	for {
		if r.err == nil {
			r.err = ctx.Err()
		}
		news := r.look()
		switch {
		case len(news) > 0:
			return news, nil
		case r.untold == 0:
			r.stop()
			return nil, cmp.Or(r.err, io.EOF)
		}
		waiting := ctx
		if r.err != nil {
			waiting = context.WithoutCancel(ctx) // what is under way is stopped, and ends
		}
		_ = r.engine.Await(waiting, r.cursor) // the loop looks at the context
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
	at := r.at[nth-r.rows.First]
	if p == transfer.Done {
		return append(news, Removed{At: at})
	}
	switch row, there := r.engine.Nth(nth); {
	case row.Unknown():
		if r.err == nil {
			r.err = row.Err
			r.engine.Withdraw(r.rows) // what is under way goes on, since of what is stopped nothing is known
		}
	case there && (p == transfer.Failed || p == transfer.Skipped):
		return append(news, Removed{at, row.Err})
	}
	return news
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
	r, err := s.remove(ctx, []client.Location{was.At}, func(at client.Location) transfer.Job {
		from := transfer.ObjectAt(s.account.ID, at, was.VersionID)
		from.CustomerKeyMD5 = customerKeyMD5
		return transfer.Job{From: from, Expect: transfer.Expect{Size: was.Size, ETag: was.ETag, Modified: was.Modified}}
	})
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
