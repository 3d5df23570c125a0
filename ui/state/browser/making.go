package browser

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// MakeFolder makes a folder in the one shown.
func (b *Browser) MakeFolder(name string) {
	if problem := FolderNameProblem(name); problem != "" {
		b.problem(errors.New(problem))
		return
	}
	s, at := b.session, b.at.Join(name).Folder()
	loop.Do(b.ctx, b.world.Loop, func(ctx context.Context) error { return s.MakeFolder(ctx, at) }, func(err error) {
		if err != nil {
			b.problem(err)
			return
		}
		if b.at == at.Parent() {
			b.list.put(client.Object{At: at, IsFolder: true})
			if row := b.list.find(at.Key); row >= 0 {
				b.list.selection.Only(row)
			}
			b.changed()
		}
	})
}

// MakeBucket makes a bucket and shows it.
func (b *Browser) MakeBucket(name string) {
	s := b.session
	if s == nil {
		return
	}
	loop.Do(b.ctx, b.world.Loop, func(ctx context.Context) error { return s.MakeBucket(ctx, name) }, func(err error) {
		if err != nil {
			b.problem(err)
			return
		}
		if !slices.Contains(b.BucketNames(), name) {
			b.buckets = append(b.buckets, client.Bucket{Name: name})
			slices.SortFunc(b.buckets, func(x, y client.Bucket) int { return strings.Compare(x.Name, y.Name) })
		}
		b.Open(client.Location{Bucket: name})
	})
}

// RemoveBucket removes an empty bucket.
func (b *Browser) RemoveBucket(name string) {
	s := b.session
	if s == nil {
		return
	}
	loop.Do(b.ctx, b.world.Loop, func(ctx context.Context) error { return s.RemoveBucket(ctx, name) }, func(err error) {
		if err != nil {
			b.problem(err)
			return
		}
		b.buckets = slices.DeleteFunc(b.buckets, func(have client.Bucket) bool { return have.Name == name })
		b.back, b.forward = nil, nil
		if b.at.Bucket == name {
			b.show(client.Location{}, "")
		}
		b.changed()
	})
}
