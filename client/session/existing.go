package session

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

const (
	fewTargets = 32 // are asked for one by one
	askAtOnce  = 8
)

// existing finds which targets of a plan are there already; roots are the
// objects and folders it writes. Few are asked for one by one. More are looked
// for in listings of the folders, each given up where it has taken as many
// requests as asking: a small folder may go where a million objects lie.
func (s *Session) existing(ctx context.Context, jobs []transfer.Job, roots []client.Location) ([]client.Location, error) {
	c := &search{store: s.store, there: map[client.Location]bool{}}
	for _, j := range jobs {
		c.open = append(c.open, j.Remote)
	}
	err := c.settle(ctx, roots)
	switch kind := client.KindOf(err); {
	case kind == client.KindNotFound || kind == client.KindNoBucket:
		return nil, nil
	case err != nil:
		return nil, err
	}
	var found []client.Location
	for _, j := range jobs {
		if c.there[j.Remote] {
			found = append(found, j.Remote)
		}
	}
	return found, nil
}

// A search is for targets of which it is open whether they are there.
type search struct {
	store client.Store
	open  []client.Location

	mu    sync.Mutex
	there map[client.Location]bool
}

func (c *search) settle(ctx context.Context, roots []client.Location) error {
	for _, root := range roots {
		if root.IsFolder() && len(c.open) > fewTargets {
			if err := c.list(ctx, root); err != nil {
				return err
			}
		}
	}
	return c.ask(ctx)
}

// list settles the targets below a folder, as far as it is worth it.
func (c *search) list(ctx context.Context, folder client.Location) error {
	below := func(at client.Location) bool {
		return at.Bucket == folder.Bucket && strings.HasPrefix(at.Key, folder.Key)
	}
	worth := 0
	for _, at := range c.open {
		if below(at) {
			worth++
		}
	}
	o := client.ListOptions{Recursive: true}
	for ; worth > 0; worth-- {
		page, err := c.store.List(ctx, folder, o)
		if err != nil {
			return err
		}
		reached := ""
		for _, object := range page.Objects {
			c.there[object.At] = true
			reached = max(reached, object.At.Key)
		}
		o.After = page.Next
		c.open = slices.DeleteFunc(c.open, func(at client.Location) bool { return below(at) && (page.Next == "" || at.Key <= reached) })
		if page.Next == "" {
			return nil
		}
	}
	return nil
}

// ask settles every open target by a HEAD of its own.
func (c *search) ask(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askAtOnce)
	for _, at := range c.open {
		group.Go(func() error {
			_, err := c.store.Head(ctx, at, client.ReadOptions{})
			switch kind := client.KindOf(err); {
			case err == nil, kind == client.KindNeedsKey:
				c.mu.Lock()
				c.there[at] = true
				c.mu.Unlock()
			case kind != client.KindNotFound:
				return err
			}
			return nil
		})
	}
	return group.Wait()
}
