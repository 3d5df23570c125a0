package session

import (
	"context"
	"fmt"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Census is what lies at and below some places: what a deletion would take.
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

// walk visits every object below a folder. What a listing names that does not
// lie there is visited by nobody: it would be deleted, or written beside the
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
					Message: fmt.Sprintf("the list names %s, which does not lie there", o.At),
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

// A Removal is what became of a deletion.
type Removal struct {
	Removed int
	Failed  []Failure
}

// A Failure is one place that could not be removed.
type Failure struct {
	At  client.Location
	Err error
}

// DeleteOnly removes one object and nothing that took its place since;
// customerKeyMD5 names the key of one that is encrypted with SSE-C, "" for others.
func (s *Session) DeleteOnly(ctx context.Context, was client.Object, customerKeyMD5 string) (err error) {
	var key client.CustomerKey
	if customerKeyMD5 != "" {
		if key, err = s.CustomerKey(ctx, customerKeyMD5); err != nil {
			return err
		}
	}
	return s.store.DeleteOnly(ctx, was, key)
}

// Delete removes objects, of one bucket or several. It goes on after a failure
// and reports each.
func (s *Session) Delete(ctx context.Context, at []client.Location) (Removal, error) {
	var r Removal
	err := s.Remove(ctx, at, func(at client.Location, err error) {
		if err != nil {
			r.Failed = append(r.Failed, Failure{at, err})
		} else {
			r.Removed++
		}
	})
	return r, err
}

// removeAtOnce is the most objects that one request removes.
const removeAtOnce = 1000

// Remove removes objects as Delete does and tells what became of each as soon as
// it is known, so that a removal that is cut short has said what is gone. After
// an error nothing is known of the objects that were not told; no more than the
// next thousand of them can be gone.
func (s *Session) Remove(ctx context.Context, at []client.Location, told func(client.Location, error)) error {
	for len(at) > 0 {
		n := 1
		for n < len(at) && n < removeAtOnce && at[n].Bucket == at[0].Bucket {
			n++
		}
		results, err := s.store.Delete(ctx, at[:n])
		if err != nil {
			return err
		}
		for i, err := range results {
			told(at[i], err)
		}
		if at = at[n:]; ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
