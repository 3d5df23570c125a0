package state

import (
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// Not every account may list its buckets, and none lists those of others that
// it may use. A bucket that could be opened and is not on the list is kept in
// the preferences and stands on the list from then on.

// meet notes that a bucket could be listed.
func (b *Browser) meet(bucket string) {
	if b.bucketsBusy || slices.Contains(b.BucketNames(), bucket) {
		return
	}
	b.keep(append(slices.Clone(b.app.Preferences.Buckets[b.app.current]), bucket))
	b.buckets = b.known(b.buckets)
}

// unmeet notes that a bucket is no more.
func (b *Browser) unmeet(bucket string, err error) {
	kept := b.app.Preferences.Buckets[b.app.current]
	if client.KindOf(err) == client.KindNoBucket && slices.Contains(kept, bucket) {
		b.keep(slices.DeleteFunc(slices.Clone(kept), func(name string) bool { return name == bucket }))
		b.buckets = slices.DeleteFunc(b.buckets, func(have client.Bucket) bool { return have.Name == bucket })
	}
}

// keep writes the buckets kept for the open account down.
func (b *Browser) keep(names []string) {
	p := &b.app.Preferences
	p.Buckets = maps.Clone(p.Buckets) // a copy may be on its way to the disk
	if p.Buckets == nil {
		p.Buckets = map[string][]string{}
	}
	p.Buckets[b.app.current] = names
	if len(names) == 0 {
		delete(p.Buckets, b.app.current)
	}
	b.app.SavePreferences()
}

// known are the buckets listed, with those kept for the account.
func (b *Browser) known(listed []client.Bucket) []client.Bucket {
	all := slices.Clone(listed)
	for _, name := range b.app.Preferences.Buckets[b.app.current] {
		if !slices.ContainsFunc(all, func(have client.Bucket) bool { return have.Name == name }) {
			all = append(all, client.Bucket{Name: name})
		}
	}
	slices.SortFunc(all, func(x, y client.Bucket) int { return strings.Compare(x.Name, y.Name) })
	return all
}

// wantsBucket reports whether the user must name a bucket, since the server lists
// none to this account.
func (b *Browser) wantsBucket() bool {
	switch client.KindOf(b.bucketsErr) {
	case client.KindDenied, client.KindUnsupported:
		return len(b.buckets) == 0
	}
	return false
}

// OpenBucket opens a bucket the user named. It is kept once it could be listed.
func (b *Browser) OpenBucket(name string) { b.Open(client.Location{Bucket: name}) }
