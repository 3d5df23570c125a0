package session

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Census is what is at and below some places: what a deletion would take.
type Census struct {
	Objects []client.Location
	Bytes   int64 // as far as it is told
	Untold  int   // objects whose size the server does not tell
}

// Add takes an object into the census.
func (c *Census) Add(o client.Object) {
	c.Objects = append(c.Objects, o.At)
	c.Bytes += o.Bytes()
	if !o.SizeTold() {
		c.Untold++
	}
}

// Count lists everything at and below the places: folders with all they hold,
// objects by themselves. at holds the objects as a listing gave them.
func (s *Session) Count(ctx context.Context, at []client.Object) (Census, error) {
	var c Census
	for _, o := range at {
		if !o.IsFolder {
			c.Add(o)
			continue
		}
		err := s.walk(ctx, o.At.Folder(), c.Add)
		if err != nil {
			return Census{}, err
		}
	}
	return c, nil
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
