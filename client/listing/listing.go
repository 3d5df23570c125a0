// Package listing lists everything below a prefix, as fast as the server answers.
//
// S3 gives a thousand names with an answer and says only then where it goes on, so
// that a million names are a thousand answers one behind the other. Everything cuts
// the names into parts and lists the parts at once. It is told nothing of the names:
// where they can be cut is guessed from those that came (cut.go), and what a guess costs
// is within a budget (budget.go).
//
// It promises:
//   - Every name that is there all the time is given once, whatever changes beside it.
//   - Where two parts meet, what the one before saw behind its end is compared with what
//     the one behind it began with (meet.go). A server that puts names in an order of its
//     own, leaves some out or ends before the end is found out there.
//   - The end is no end until the server was asked what is behind the last name. A small
//     listing costs one call more for it: what is not there is taken for gone by deletions,
//     moves, syncs and sums.
//   - A listing that is not whole ends with an error, which is the last that comes. What
//     came before it is there, and is not all: nothing may be concluded from what is not
//     among it.
//
// It refuses to guess where a server does not begin where it is asked to: then one
// answer comes behind the other, as ever.
package listing

import (
	"context"
	"errors"
	"io/fs"
	"iter"

	"github.com/bucketseal/bucketseal/client"
)

// Options say how something is listed.
type Options struct {
	// Versions lists all versions and delete markers, of one key the newest first. The
	// store has to be client.Versions, or else it is KindUnsupported.
	Versions bool
	// InOrder gives the names in the order of the keys. Parts that come too early are
	// held, some hundred pages at most. Without it pages come as they arrive, each in
	// order.
	InOrder bool
	// AtOnce is how many calls may be under way, DefaultAtOnce when 0. 1 cuts nothing.
	AtOnce int
}

// DefaultAtOnce is how many calls are under way at most unless somebody says.
const DefaultAtOnce = 64

// Everything lists all below a prefix, which is taken verbatim: objects, and no folders.
// It may be ranged over once at a time, and each time lists anew.
func Everything(ctx context.Context, store client.Store, under client.Location, o Options) iter.Seq2[client.Object, error] {
	return func(yield func(client.Object, error) bool) {
		for page, err := range Pages(ctx, store, under, o) {
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
			}
			if err != nil {
				yield(client.Object{}, err)
				return
			}
		}
	}
}

// Pages is Everything by what came at once: at most client.MaxEntries objects, and no
// page without one. Who is given a page may keep it. An error comes with none.
func Pages(ctx context.Context, store client.Store, under client.Location, o Options) iter.Seq2[[]client.Object, error] {
	return func(yield func([]client.Object, error) bool) {
		ask, err := asking(store, under, o)
		if err != nil {
			yield(nil, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		l := newLister(ctx, under, ask, o)
		defer l.wait()
		defer cancel() // before waiting for what is under way
		if err := l.list(yield); err != nil && !errors.Is(err, fs.SkipAll) {
			yield(nil, err)
		}
	}
}

// asking is the call that gives a page.
func asking(store client.Store, under client.Location, o Options) (func(context.Context, client.ListOptions) (client.Page, error), error) {
	if !o.Versions {
		return func(ctx context.Context, lo client.ListOptions) (client.Page, error) {
			lo.Recursive = true
			return store.List(ctx, under, lo)
		}, nil
	}
	versions, ok := client.As[client.Versions](store)
	if !ok {
		return nil, &client.Error{
			Op: "ListObjectVersions", Kind: client.KindUnsupported, At: under, Err: client.Say("this account cannot list versions").Err(),
		}
	}
	return func(ctx context.Context, lo client.ListOptions) (client.Page, error) {
		return versions.ListVersions(ctx, under, lo)
	}, nil
}
