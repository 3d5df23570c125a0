package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// head asks for an object's properties. One whose place has SSE-C keys is asked
// for with the likeliest first, which is mostly the only request; else, and when
// that was not it, with the others that belong to its place, one after the other.
// The key that opened it is returned. A key given in read is the only one that is
// sent.
func (s *Session) head(ctx context.Context, set rules.Set, at client.Location, read client.ReadOptions) (client.Object, client.CustomerKey, error) {
	if !read.Key.IsZero() {
		o, err := s.store.Head(ctx, at, read)
		return o, read.Key, tried(err, read.Key.MD5())
	}
	attempt := func(key client.CustomerKey) (o client.Object, err error) {
		o, err = s.store.Head(ctx, at, client.ReadOptions{VersionID: read.VersionID, Key: key})
		if err == nil {
			s.openers.note(at, key)
		}
		return o, err
	}
	likeliest := s.likeliest(ctx, set, at)
	o, err := attempt(likeliest)
	if err != nil && !likeliest.IsZero() && mayDoWithout(client.KindOf(err)) {
		if o, err = attempt(client.CustomerKey{}); err == nil {
			return o, client.CustomerKey{}, nil
		}
	}
	if kind := client.KindOf(err); kind != client.KindNeedsKey && kind != client.KindWrongKey {
		return o, likeliest, err
	}
	return s.tryKeys(ctx, set, at, err, likeliest, attempt)
}

// mayDoWithout reports whether an object that did not open with a key may open
// without.
func mayDoWithout(k client.Kind) bool {
	switch k {
	case client.KindWrongKey, client.KindNotFound, client.KindNoBucket, client.KindCancelled:
		return false
	}
	return !k.Temporary()
}

// tryKeys opens an object with the keys that belong to its place. refused is why
// it did not open yet, with the key that was tried if there was one.
func (s *Session) tryKeys(ctx context.Context, set rules.Set, at client.Location, refused error, first client.CustomerKey,
	attempt func(client.CustomerKey) (client.Object, error),
) (client.Object, client.CustomerKey, error) {
	err := refused
	var refusal *client.Error
	errors.As(err, &refusal)
	var names []string
	if !first.IsZero() {
		names = append(names, first.MD5())
	}
	for _, md5 := range set.CustomerKeys(at, refusal.CustomerKeyMD5) {
		key, noKey := s.key(ctx, set, md5)
		if noKey != nil || slices.Contains(names, md5) {
			continue
		}
		names = append(names, md5)
		o, wrong := attempt(key)
		if wrong == nil {
			return o, key, nil
		}
		if err = wrong; client.KindOf(err) != client.KindWrongKey {
			break
		}
	}
	if len(names) == 0 {
		return client.Object{}, client.CustomerKey{}, client.Say("%v; no SSE-C key kept here was given for this account and place", err).Err()
	}
	return client.Object{}, client.CustomerKey{}, tried(err, names...)
}

// likeliest is the SSE-C key that an object opens with, as far as can be told
// without asking: none if none belongs to its place, that which opened its
// neighbour, that of the rule which takes its name.
func (s *Session) likeliest(ctx context.Context, set rules.Set, at client.Location) client.CustomerKey {
	may := set.CustomerKeys(at, "")
	if len(may) == 0 {
		return client.CustomerKey{}
	}
	md5, known := s.openers.of(at)
	if !known {
		md5 = set.Decide(rules.File{}, at).Treatment.CustomerKeyMD5
	}
	if !slices.Contains(may, md5) {
		return client.CustomerKey{}
	}
	key, _ := s.key(ctx, set, md5) // without it there is none to begin with
	return key
}

// tried says with which keys an object could not be opened.
func tried(err error, md5s ...string) error {
	if names := strings.Join(md5s, ", "); err != nil && names != "" {
		return client.Say("%v; tried the SSE-C key with MD5 %s", err, names).Err()
	}
	return err
}

// key is an SSE-C key of the set, or one that no rule names any more.
func (s *Session) key(ctx context.Context, set rules.Set, md5 string) (client.CustomerKey, error) {
	if key, ok := set.Keys[md5]; ok {
		return key, nil
	}
	return s.opener.kept(ctx, set.Kept, md5)
}

func (o Opener) kept(ctx context.Context, all []rules.KeptKey, md5 string) (client.CustomerKey, error) {
	if o.CustomerKey == nil {
		return client.CustomerKey{}, client.Say("no keys are kept here").Err()
	}
	var ids []string
	for _, k := range all {
		if k.MD5 == md5 {
			ids = k.RuleIDs
		}
	}
	return o.CustomerKey(ctx, md5, ids...)
}

// Encryption asks how one object is encrypted, and nothing else. The set, which
// may be of a moment ago, says which keys may open it.
func (s *Session) Encryption(ctx context.Context, set rules.Set, at client.Location) (client.Reported, error) {
	o, _, err := s.head(ctx, set, at, client.ReadOptions{})
	return o.Encryption, err
}

// unlock finds the key of every SSE-C object of the account, asking the server only about
// those for whose place there is one.
func (s *Session) unlock(ctx context.Context, set rules.Set, jobs []transfer.Job) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range jobs {
		from := &jobs[i].From
		if from.CustomerKeyMD5 != "" || !from.IsObject() || from.Account != s.account.ID || !set.HasKeysFor(from.At) {
			continue
		}
		group.Go(func() error {
			// An error is found again by the download, with the server's own reason.
			_, key, _ := s.head(ctx, set, from.At, client.ReadOptions{VersionID: from.Version})
			from.CustomerKeyMD5 = key.MD5()
			return ctx.Err()
		})
	}
	return group.Wait()
}
