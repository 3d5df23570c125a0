package session

import (
	"context"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

// Totals are the objects at and below some places, and their size: what a deletion
// would remove.
type Totals struct {
	Objects []client.Location
	Bytes   int64 // as far as it is told
	Untold  int   // objects whose size the server does not tell
}

// Add counts an object.
func (t *Totals) Add(o client.Object) {
	t.Objects = append(t.Objects, o.At)
	t.Bytes += o.Bytes()
	if !o.SizeTold() {
		t.Untold++
	}
}

// Count lists everything at and below the places: folders with all they hold,
// objects by themselves. at holds the objects as a listing gave them.
func (s *Session) Count(ctx context.Context, at []client.Object) (Totals, error) {
	var t Totals
	for _, o := range at {
		if !o.IsFolder {
			t.Add(o)
			continue
		}
		err := s.walk(ctx, o.At.Folder(), t.Add)
		if err != nil {
			return Totals{}, err
		}
	}
	return t, nil
}

// walk visits every object below a folder, in the order of the keys.
func (s *Session) walk(ctx context.Context, under client.Location, visit func(client.Object)) error {
	for page, err := range s.Pages(ctx, under, listing.Options{InOrder: true}) {
		if err != nil {
			return err
		}
		for _, o := range page {
			visit(o)
		}
	}
	return nil
}

// Pages lists all below a prefix, which is taken verbatim. An error is the last that
// comes: what came before it is not all there is.
func (s *Session) Pages(ctx context.Context, under client.Location, o listing.Options) iter.Seq2[[]client.Object, error] {
	return listing.Pages(ctx, s.store, under, o)
}

// Folder lists what is in a folder, or begins with a prefix, page by page. An error is
// the last that comes.
func (s *Session) Folder(ctx context.Context, under client.Location) iter.Seq2[[]client.Object, error] {
	return func(yield func([]client.Object, error) bool) {
		for o := (client.ListOptions{}); ; {
			page, err := s.store.List(ctx, under, o)
			if !yield(page.Objects, err) || err != nil || page.Next == "" {
				return
			}
			o.After = page.Next
		}
	}
}
