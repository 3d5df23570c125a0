package session

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

// Totals are the objects at and below some places, and their size: what a deletion
// would remove.
type Totals struct {
	Objects []Seen
	Bytes   int64 // as far as it is told
	Untold  int   // objects whose size the server does not tell
}

// A Seen is an object as a listing showed it: as much of it as tells it from another that
// takes its name, a version or a delete marker where it names one.
type Seen struct {
	At              client.Location
	VersionID, ETag string
	Modified        time.Time
	Size            int64 // bytes, client.NotTold where the server does not say
}

// Add counts an object.
func (t *Totals) Add(o client.Object) {
	t.Objects = append(t.Objects, Seen{o.At, o.VersionID, o.ETag, o.Modified, o.Size})
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

// CountVersions lists the versions and delete markers of one object or, of a folder, of
// all it held.
func (s *Session) CountVersions(ctx context.Context, at client.Object) (t Totals, err error) {
	under := at.At
	if at.IsFolder {
		under = under.Folder()
	}
	for page, err := range s.Pages(ctx, under, listing.Options{InOrder: true, Versions: true}) {
		for _, o := range page {
			if !at.IsFolder && o.At != at.At {
				return t, nil // of the names that begin so it is the first
			}
			t.Add(o)
		}
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
// the last that comes. The end is no end until the server was asked what is behind the
// last name, which costs one call more, as in package listing.
func (s *Session) Folder(ctx context.Context, under client.Location) iter.Seq2[[]client.Object, error] {
	return func(yield func([]client.Object, error) bool) {
		for o := (client.ListOptions{}); ; {
			page, err := s.store.List(ctx, under, o)
			if o.Behind != "" && client.KindOf(err) == client.KindContradiction {
				return // it begins behind no name: its word is taken
			}
			if !yield(page.Objects, err) || err != nil {
				return
			}
			n := len(page.Objects)
			switch {
			case page.Next != "":
				o = client.ListOptions{After: page.Next}
			case n == 0 || strings.HasSuffix(under.Bucket, "--x-s3"): // a directory bucket lists in no order
				return
			default:
				o = client.ListOptions{Behind: page.Objects[n-1].At.Key}
			}
		}
	}
}
