package session

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Undelete takes the delete markers away that hide an object. It copies nothing.
const Undelete transfer.Op = "undelete"

// A Hidden object is one whose versions are still there, behind delete markers.
type Hidden struct {
	Version client.Object // that comes to light, as the listing has it
	Markers []Seen        // before it, all of them
}

// history walks the versions at and below a place, key by key, the newest first.
func (s *Session) history(ctx context.Context, what client.Object, visit func(versions []client.Object)) error {
	under := what.At
	if what.IsFolder {
		under = under.Folder()
	}
	var of []client.Object
	tell := func() {
		if len(of) > 0 {
			visit(of)
		}
		of = nil
	}
	for page, err := range s.Pages(ctx, under, listing.Options{InOrder: true, Versions: true}) {
		for _, o := range page {
			if !what.IsFolder && o.At != what.At { // of the names that begin so it is the first
				tell()
				return nil
			}
			if len(of) > 0 && of[0].At != o.At {
				tell()
			}
			of = append(of, o)
		}
		if err != nil {
			return err
		}
	}
	tell()
	return nil
}

// Hidden lists the removed objects at and below a place of which a version is left.
func (s *Session) Hidden(ctx context.Context, what client.Object) (all []Hidden, err error) {
	err = s.history(ctx, what, func(versions []client.Object) {
		var h Hidden
		for _, o := range versions {
			if !o.DeleteMarker {
				h.Version = o
				break
			}
			h.Markers = append(h.Markers, seen(o))
		}
		if len(h.Markers) > 0 && h.Version.At.Bucket != "" {
			all = append(all, h)
		}
	})
	return all, err
}

func seen(o client.Object) Seen { return Seen{o.At, o.VersionID, o.ETag, o.Modified, o.Size} }

// OlderVersions lists the versions and delete markers at and below a place that are not
// current. Of an object that is removed, whose current one is a delete marker, none is
// listed: they are all that is left of it. removed counts these.
func (s *Session) OlderVersions(ctx context.Context, what client.Object) (t Totals, removed int, err error) {
	err = s.history(ctx, what, func(versions []client.Object) {
		switch current := versions[0]; {
		case current.DeleteMarker:
			removed++
		case current.Latest:
			for _, o := range versions[1:] {
				if !o.Latest {
					t.Add(o)
				}
			}
		}
	})
	return t, removed, err
}

// Undelete takes the markers away, those and no others, and looks at each object that
// comes to light. It tells of each.
func (s *Session) Undelete(ctx context.Context, all []Hidden) iter.Seq[Changed] {
	return func(yield func(Changed) bool) {
		failed, err := s.unmark(ctx, all)
		if err != nil && len(failed) == 0 && !errors.Is(err, ctx.Err()) {
			for _, h := range all {
				failed[h.Version.At] = err
			}
		}
		visible := make([]Seen, len(all))
		for i, h := range all {
			visible[i] = seen(h.Version)
		}
		for c := range s.Each(ctx, visible, func(ctx context.Context, o Seen) Changed { return s.visible(ctx, o, failed[o.At]) }) {
			if !yield(c) {
				return
			}
		}
	}
}

// unmark removes the markers of objects, and says of which it could not.
func (s *Session) unmark(ctx context.Context, all []Hidden) (failed map[client.Location]error, err error) {
	var markers []Seen
	for _, h := range all {
		markers = append(markers, h.Markers...)
	}
	failed = map[client.Location]error{}
	removal, err := s.Remove(ctx, markers)
	for err == nil {
		var news []Removed
		news, err = removal.Next(ctx)
		for _, n := range news {
			if n.Err != nil {
				failed[n.At] = n.Err
			}
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return failed, err
}

// visible looks at an object whose markers are gone, or says why they are not.
func (s *Session) visible(ctx context.Context, o Seen, failed error) Changed {
	c := Changed{Op: Undelete, At: o.At, VersionID: o.VersionID, Size: o.Size, Err: failed}
	if failed != nil {
		return c
	}
	set, err := s.RuleSet(ctx)
	if err != nil {
		c.Err = err
		return c
	}
	now, _, err := s.head(ctx, set, o.At, client.ReadOptions{})
	if c.Err = err; err == nil {
		c.VersionID, c.Size, c.Reported = now.VersionID, now.Size, now.Encryption
		c.Finding = s.judge(ctx, client.Treatment{Type: client.TypeInherit}, now.Encryption)
	}
	return c
}
