package browser

import (
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// Not every account may list its buckets, and none lists those of others that
// it may use. A bucket that could be opened and is not on the list is kept for
// the account and is on the list from then on.

// keepBucket keeps a bucket that could be listed and is not on the list.
func (b *Browser) keepBucket(bucket string) {
	if b.bucketsBusy || slices.Contains(b.BucketNames(), bucket) {
		return
	}
	a := b.session.Account()
	b.world.Keep(a, append(slices.Clone(b.world.Known(a)), bucket))
	b.buckets = b.withKnown(b.buckets)
}

// forgetBucket takes a kept bucket off the list, when err says that it is no
// more.
func (b *Browser) forgetBucket(bucket string, err error) {
	a := b.session.Account()
	kept := b.world.Known(a)
	if client.KindOf(err) == client.KindNoBucket && slices.Contains(kept, bucket) {
		b.world.Keep(a, slices.DeleteFunc(slices.Clone(kept), func(name string) bool { return name == bucket }))
		b.buckets = slices.DeleteFunc(b.buckets, func(have client.Bucket) bool { return have.Name == bucket })
	}
}

// withKnown are the buckets listed, with those kept for the account.
func (b *Browser) withKnown(listed []client.Bucket) []client.Bucket {
	all := slices.Clone(listed)
	for _, name := range b.world.Known(b.session.Account()) {
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

// BucketsKnown reports whether the account's buckets were listed.
func (b *Browser) BucketsKnown() bool {
	return b.session != nil && (len(b.buckets) > 0 || !b.bucketsBusy && b.bucketsErr == nil)
}

// OpenBucket opens a bucket the user named. It is kept once it could be listed.
func (b *Browser) OpenBucket(name string) { b.Open(client.Location{Bucket: name}) }
