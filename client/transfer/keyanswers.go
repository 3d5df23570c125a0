package transfer

import (
	"context"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

const (
	// answerCounts is how long what KMS said of a key counts for the next file: a
	// person may let an alias mean another key.
	answerCounts = 5 * time.Minute
	// presentCounts is that for an object that was there before: no write of this
	// run went through the alias, so what it means must be what it means now.
	presentCounts = 10 * time.Second
	// refusalCounts is that of an answer that does not say: a right that was
	// missing may have been given.
	refusalCounts = 10 * time.Second
)

// keyAnswers asks KMS about keys and remembers what it said, so that a thousand
// files under one alias ask once. An answer is not taken from memory where it
// makes a file anything but verified: KMS is asked again before a key is called
// another one. It is safe for concurrent use.
type keyAnswers struct {
	describeKey Describer // nil where there is no KMS
	now         func() time.Time
	all         sync.Map // *keyAnswer by client.KeyID
}

// A keyAnswer is what KMS said last of one key.
type keyAnswer struct {
	turn chan struct{} // held by who looks, asks and remembers
	key  client.Key
	err  error     // KMS answered and does not say
	at   time.Time // zero before the first answer
}

// describe is what KMS says of a key, at most so long ago; good reports whether that
// makes the file verified. The error is that of the Describer; where KMS could not be asked,
// nothing is remembered.
func (a *keyAnswers) describe(ctx context.Context, id client.KeyID, ago time.Duration, good func(client.Key) bool) (client.Key, error) {
	kept, _ := a.all.LoadOrStore(id, &keyAnswer{turn: make(chan struct{}, 1)})
	last := kept.(*keyAnswer)
	select {
	case last.turn <- struct{}{}:
		defer func() { <-last.turn }()
	case <-ctx.Done(): // the one who asks has waited no shorter
		return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindStalled, Key: id, Err: context.Cause(ctx)}
	}
	if last.counts(a.now(), ago, good) {
		return last.key, last.err
	}
	key, err := a.describeKey(ctx, id)
	if err == nil || !unasked(client.KindOf(err)) {
		last.key, last.err, last.at = key, err, a.now()
	}
	return key, err
}

// counts reports whether the answer need not be asked for again.
func (k *keyAnswer) counts(now time.Time, ago time.Duration, good func(client.Key) bool) bool {
	switch age := now.Sub(k.at); {
	case k.at.IsZero():
		return false
	case k.err != nil:
		return age < refusalCounts
	default:
		return age < ago && good(k.key)
	}
}
