package s3store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// A deletion is one DeleteObjects, with what has to be asked for around it. It is for
// objects of one bucket, named by their indexes into was.
type deletion struct {
	store   *Store
	was     []client.Object
	results []error
	once    bool // a request is not repeated by itself
	bare    bool // ETags go without quotes
	plain   bool // no ETag goes
}

// note has the same become of all of a part.
func (d *deletion) note(part []int, err error) {
	for _, i := range part {
		d.results[i] = err
	}
}

// remove removes a part, and notes what became of each. An error says that nothing
// is known of any.
func (d *deletion) remove(ctx context.Context, part []int) error {
	err := d.removeSeen(ctx, part)
	if client.KindOf(err) != client.KindUnsupported {
		return err
	}
	for _, i := range part {
		d.results[i] = d.store.deleteOne(ctx, d.was[i])
	}
	return nil
}

// removeSeen looks at what only a listing can tell to be what was seen, and removes
// it with the rest. It looks again each time it asks again.
func (d *deletion) removeSeen(ctx context.Context, part []int) error {
	s := d.store
	if !slices.ContainsFunc(part, d.isLookedAt) {
		return s.fail(d.call(), d.patiently(ctx, part))
	}
	d.once, d.bare = true, s.bareTags.Load()
	release := func(error) error { return nil }
	for n := 1; ; n++ {
		left, err := d.look(ctx, part)
		if err != nil || len(left) == 0 {
			return err
		}
		err = d.patiently(ctx, left)
		_ = release(err) // a token that is lost makes the next repetition wait
		if err == nil {
			return d.unquoted(ctx, left)
		}
		if release, err = again(ctx, s.waiting, n, err); err != nil {
			return s.fail(d.call(), err)
		}
	}
}

// isLookedAt reports whether an object is looked at before it is removed: a condition
// is not enough.
func (d *deletion) isLookedAt(i int) bool {
	o := &d.was[i]
	switch {
	case o.VersionID != "" && o.VersionID != client.NullVersion:
		return false // there is no other of that version
	case d.store.atAWS && o.ETag != "":
		return false
	}
	return isOnlyThat(*o)
}

// unquoted removes what the server said was another object, though it was there a moment
// ago: some compare the ETag as it is written, quotes included (see Store.writing).
func (d *deletion) unquoted(ctx context.Context, part []int) error {
	s := d.store
	doubtful := slices.DeleteFunc(slices.Clone(part), func(i int) bool {
		return d.was[i].ETag == "" || client.KindOf(d.results[i]) != client.KindPrecondition
	})
	if s.atAWS || d.bare || len(doubtful) == 0 {
		return nil
	}
	said := slices.Clone(d.results)
	still, err := d.look(ctx, doubtful)
	if err != nil || len(still) == 0 {
		return nil //nolint:nilerr // the server's word stands
	}
	d.bare = true
	if err := d.many(ctx, still); err != nil {
		for _, i := range still {
			d.results[i] = said[i]
		}
		return nil //nolint:nilerr // the server's word stands
	}
	if slices.ContainsFunc(still, func(i int) bool { return d.results[i] == nil }) {
		s.bareTags.Store(true)
	}
	return nil
}

// patiently is many, and again for the objects that the server asks to come back
// with: it may throttle each by itself, in an answer of success.
func (d *deletion) patiently(ctx context.Context, part []int) error {
	if err := d.many(ctx, part); err != nil {
		return err
	}
	for try := 1; try < throttledTries; try++ {
		part = slices.DeleteFunc(slices.Clone(part), func(i int) bool { return client.KindOf(d.results[i]) != client.KindThrottled })
		if len(part) == 0 || d.store.waiting.pause(ctx, try) != nil {
			return nil //nolint:nilerr // each object's result says what became of it
		}
		left := part
		if slices.ContainsFunc(part, d.isLookedAt) {
			var err error
			if left, err = d.look(ctx, part); err != nil {
				d.note(part, err)
				return nil
			}
		}
		if err := d.many(ctx, left); err != nil {
			d.note(left, d.store.fail(d.call(), err))
			return nil
		}
	}
	return nil
}

// many removes a part with one request, without ETags where the server does not take
// them.
func (d *deletion) many(ctx context.Context, part []int) error {
	if len(part) == 0 {
		return nil
	}
	if !slices.ContainsFunc(part, func(i int) bool { return d.was[i].ETag != "" }) {
		return d.ask(ctx, part)
	}
	return d.store.batches.tryUnless(refusesETags, func(with bool) error {
		d.plain = !with
		return d.ask(ctx, part)
	})
}

// refusesETags reports whether an answer could mean that the server does not take the
// ETag of an object that is to be removed.
func refusesETags(err error) bool {
	var api smithy.APIError
	return refusesHeader(err) || errors.As(err, &api) && api.ErrorCode() == "MalformedXML"
}

func (d *deletion) call() call {
	return call{op: "DeleteObjects", at: client.Location{Bucket: d.was[0].At.Bucket}}
}

// isStillIt reports whether what a listing shows is what was seen. One says the date to
// the millisecond, the other to the second.
func isStillIt(now, was client.Object) bool {
	if was.ETag != "" && !client.SameETag(now.ETag, was.ETag) {
		return false
	}
	return was.Modified.IsZero() || now.Modified.Equal(was.Modified) ||
		was.Modified.Nanosecond() == 0 && now.Modified.Truncate(time.Second).Equal(was.Modified)
}

// unrepeated has a request not sent again by itself: what it is about is looked at before.
var unrepeated aws.Retryer = aws.NopRetryer{}
