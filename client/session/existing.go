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
	fewTargets = 32  // need no listing: they are asked for one by one
	mostPages  = 20  // of listings for one survey
	mostAsked  = 256 // targets that no listing settles and that are asked for all the same
	askAtOnce  = 8
)

// Existing is which targets are there already. A target in neither set is not
// there. The zero value is that of nobody having looked.
type Existing struct {
	There map[client.Location]bool
	// Unknown are those not looked up: so much lies there that looking is not
	// worth it. It never means that they are not there.
	Unknown map[client.Location]bool
	Err     error // why nothing is known of any
}

// mark notes of a job of the plan whether its target is there.
func (e Existing) mark(p *transfer.Plan, target client.Location) {
	switch {
	case e.There[target]:
		p.Existing = append(p.Existing, target)
	case e.Unknown[target]:
		p.MayExist++
	}
}

// existing finds which targets are there already; roots are the objects and
// folders that will be written. Few are asked for one by one. More are looked for
// by one listing of each folder, bounded by their names and given up where it has
// taken as long as asking, or too long: a small folder may go where a million
// objects lie.
func (s *Session) existing(ctx context.Context, targets, roots []client.Location) Existing {
	c := &search{store: s.store, pages: mostPages, open: map[client.Location]bool{}, there: map[client.Location]bool{}}
	for _, at := range targets {
		c.open[at] = true
	}
	err := c.list(ctx, roots)
	if err == nil && len(c.open) <= mostAsked {
		err = c.ask(ctx)
	}
	switch kind := client.KindOf(err); {
	case kind == client.KindNotFound || kind == client.KindNoBucket:
		return Existing{}
	case err != nil:
		return Existing{Err: err}
	}
	return Existing{There: c.there, Unknown: c.open}
}

// A search is for targets of which it is open whether they are there.
type search struct {
	store client.Store
	pages int // that may still be listed

	mu    sync.Mutex
	open  map[client.Location]bool
	there map[client.Location]bool
}

// list looks for targets in the folders that will be written.
func (c *search) list(ctx context.Context, roots []client.Location) error {
	for _, root := range roots {
		if !root.IsFolder() {
			continue
		}
		if err := c.listFolder(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

// listFolder lists from the first to the last open target below a folder, as far
// as it is worth it.
func (c *search) listFolder(ctx context.Context, folder client.Location) error {
	keys := c.below(folder)
	if len(keys) <= fewTargets {
		return nil
	}
	under, last := client.Location{Bucket: folder.Bucket, Key: shared(keys[0], keys[len(keys)-1])}, keys[len(keys)-1]
	inOrder := !strings.HasSuffix(folder.Bucket, "--x-s3")
	if !inOrder { // a directory bucket lists only whole folders, in no order
		under.Key = under.Key[:strings.LastIndexByte(under.Key, '/')+1]
	}
	worth := c.pages
	if len(c.open) <= mostAsked {
		worth = min(worth, len(keys)/askAtOnce) // it takes no longer to ask for each
	}
	for after := ""; worth > 0; worth-- {
		c.pages--
		page, err := c.store.List(ctx, under, client.ListOptions{Recursive: true, After: after})
		if err != nil {
			return err
		}
		reached := ""
		for _, o := range page.Objects {
			if c.open[o.At] {
				c.there[o.At] = true
				delete(c.open, o.At)
			}
			reached = max(reached, o.At.Key)
		}
		all := page.Next == ""
		if all || inOrder && reached >= last {
			c.rule(under.Bucket, keys)
			return nil
		}
		if inOrder { // what is passed is not there
			n, _ := slices.BinarySearch(keys, reached)
			c.rule(under.Bucket, keys[:n])
			keys = keys[n:]
		}
		after = page.Next
	}
	return nil
}

// rule takes targets that were not met off those that are open.
func (c *search) rule(bucket string, keys []string) {
	for _, key := range keys {
		delete(c.open, client.Location{Bucket: bucket, Key: key})
	}
}

// below are the keys of the open targets below a folder, in order.
func (c *search) below(folder client.Location) (keys []string) {
	for at := range c.open {
		if at.Bucket == folder.Bucket && strings.HasPrefix(at.Key, folder.Key) {
			keys = append(keys, at.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// shared is how two keys begin, in whole characters.
func shared(a, b string) string {
	n := 0
	for i, r := range a {
		if !strings.HasPrefix(b[n:], string(r)) {
			break
		}
		n = i + len(string(r))
	}
	return a[:n]
}

// ask settles every open target by a HEAD of its own.
func (c *search) ask(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askAtOnce)
	for at := range c.open {
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
	err := group.Wait()
	clear(c.open)
	return err
}
