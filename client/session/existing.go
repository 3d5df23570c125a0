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
	// Unknown are those not looked up: so much is there that looking is not
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

// warnings say what could not be found out; mayExist is how many targets nobody looked up.
func (e Existing) warnings(mayExist int) (all []client.Text) {
	if e.Err != nil {
		all = append(all, client.Say("whether files with these names are there already could not be found out: %v", e.Err))
	}
	if mayExist > 0 {
		all = append(all, client.Say("%d of the files may be there already: so much lies there that not all of it was looked through", mayExist))
	}
	return all
}

// existing finds which targets are there already; roots are the objects and
// folders that will be written. Few are asked for one by one. More are looked for
// by one listing of each folder, bounded by their names and given up where it has
// taken as long as asking, or too long: a small folder may go where a million
// objects are.
func (s *Session) existing(ctx context.Context, targets, roots []client.Location) Existing {
	c := &search{store: s.store, pages: mostPages, open: map[client.Location]bool{}, there: map[client.Location]bool{}}
	for _, at := range targets {
		c.open[at] = true
	}
	err := c.list(ctx, roots)
	if err == nil && len(c.open) <= mostAsked {
		err = c.ask(ctx)
	}
	switch {
	case client.KindOf(err) == client.KindNoBucket:
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
	l := &passage{search: c, under: folder, keys: keys, last: keys[len(keys)-1], inOrder: !strings.HasSuffix(folder.Bucket, "--x-s3")}
	l.under.Key = shared(keys[0], l.last)
	if !l.inOrder { // a directory bucket lists only whole folders, in no order
		l.under.Key = l.under.Key[:strings.LastIndexByte(l.under.Key, '/')+1]
	}
	worth := c.pages
	if len(c.open) <= mostAsked {
		worth = min(worth, len(keys)/askAtOnce) // it takes no longer to ask for each
	}
	for after, done := "", false; worth > 0 && !done; worth-- {
		c.pages--
		page, err := c.store.List(ctx, l.under, client.ListOptions{Recursive: true, After: after})
		if err != nil {
			return err
		}
		done, after = l.take(page), page.Next
	}
	return nil
}

// A passage is how far the listing of a folder came.
type passage struct {
	*search
	under   client.Location
	keys    []string // of targets that it has not passed, in order
	passed  []string // of those it has, which is not there if names come in order
	last    string   // of the targets
	reached string   // the last name that came
	inOrder bool
}

// take notes what is on a page; done is true where no other can tell more.
func (l *passage) take(page client.Page) (done bool) {
	for _, o := range page.Objects {
		if l.inOrder && o.At.Key < l.reached { // a server with an order of its own: nothing is passed yet
			l.inOrder = false
			l.keys = append(l.passed, l.keys...)
			l.reopen()
		}
		if l.open[o.At] {
			l.there[o.At] = true
			delete(l.open, o.At)
		}
		l.reached = max(l.reached, o.At.Key)
	}
	if page.Next == "" || l.inOrder && l.reached >= l.last {
		l.rule(l.under.Bucket, l.keys)
		return true
	}
	if l.inOrder { // what is passed is not there
		n, _ := slices.BinarySearch(l.keys, l.reached)
		l.rule(l.under.Bucket, l.keys[:n])
		l.passed, l.keys = append(l.passed, l.keys[:n]...), l.keys[n:]
	}
	return false
}

// reopen takes back what was concluded from the order of names.
func (l *passage) reopen() {
	for _, key := range l.passed {
		if at := (client.Location{Bucket: l.under.Bucket, Key: key}); !l.there[at] {
			l.open[at] = true
		}
	}
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
