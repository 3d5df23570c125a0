package session

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
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

// walk visits every object below a folder. What a listing names that is not
// below it is visited by nobody: it would be deleted, or written beside the
// target.
func (s *Session) walk(ctx context.Context, under client.Location, visit func(client.Object)) error {
	for after := ""; ; {
		page, err := s.store.List(ctx, under, client.ListOptions{Recursive: true, After: after})
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if o.At.Bucket != under.Bucket || !strings.HasPrefix(o.At.Key, under.Key) || o.IsFolder {
				return &client.Error{
					Op: "ListObjects", Kind: client.KindContradiction, At: under,
					Said: client.Say("the list names %s, which does not lie there", o.At.String()),
				}
			}
			visit(o)
		}
		if page.Next == "" {
			return nil
		}
		after = page.Next
	}
}
