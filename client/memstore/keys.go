package memstore

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// keyed is a store with its key management service beside it.
type keyed struct{ *Store }

var _ client.Keys = keyed{}

// WithKMS is the store with a key management service, which has the keys of the
// options; the Store itself is no client.Keys.
func (s *Store) WithKMS() client.Store { return keyed{s} }

// Unwrap is the store alone.
func (k keyed) Unwrap() client.Store { return k.Store }

// Keys lists the keys that can encrypt now, customer keys first.
func (k keyed) Keys(ctx context.Context) ([]client.Key, error) {
	if _, err := k.begin(ctx, Call{Op: ListKeys}); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	usable := slices.DeleteFunc(slices.Clone(k.keys), func(key client.Key) bool { return !key.Enabled })
	slices.SortStableFunc(usable, func(a, b client.Key) int {
		switch {
		case a.AWSManaged == b.AWSManaged:
			return 0
		case a.AWSManaged:
			return 1
		}
		return -1
	})
	return usable, nil
}

// DescribeKey says what an id, ARN or alias means.
func (k keyed) DescribeKey(ctx context.Context, id client.KeyID) (client.Key, error) {
	c, err := k.begin(ctx, Call{Op: DescribeKey, Key: id})
	if err != nil {
		return client.Key{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.key(id)
	if !ok {
		return client.Key{}, c.ofKey(client.KindKeyUnknown, id)
	}
	return key, nil
}

// SetKeys replaces the keys.
func (s *Store) SetKeys(keys ...client.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = slices.Clone(keys)
}

// key finds a key by its id, its ARN or an alias.
func (s *Store) key(id client.KeyID) (client.Key, bool) {
	i := slices.IndexFunc(s.keys, func(k client.Key) bool {
		if slices.Contains(k.Aliases, string(id)) {
			return true
		}
		for _, name := range []client.KeyID{k.ARN, client.KeyID(k.ID)} {
			if same, known := client.SameKey(id, name); same && known {
				return true
			}
		}
		return false
	})
	if i < 0 {
		return client.Key{}, false
	}
	return s.keys[i], true
}

func (c Call) ofKey(kind client.Kind, id client.KeyID) error {
	return &client.Error{Op: string(c.Op), Kind: kind, At: c.At, Key: id, Status: statusOf(kind), RequestID: RefusedID}
}

// managedKey is the account's own key, which nobody names.
const managedKey = client.KeyID("arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-00000000aaaa")

// encrypted is how the server will encrypt what asks for e.
func (s *Store) encrypted(c Call, b *bucket, e client.Encryption) (r client.Reported, err error) {
	switch e := e.(type) {
	case client.Inherit:
		if r = b.encrypts; !r.Told {
			r = client.ReportedFrom("", "", false, "", "")
		}
	case client.SSES3:
		if r = client.ReportedFrom("AES256", "", false, "", ""); !s.server.SSES3 {
			r = client.ReportedFrom("", "", false, "", "") // what Ceph 16 makes of it, and says 200
		}
	case client.SSEKMS:
		r, err = s.byKMS(c, "aws:kms", e.Key)
		r.BucketKey = e.BucketKey && s.server.BucketKeys
	case client.DSSEKMS:
		if !s.server.DSSE {
			return r, c.Error(client.KindEncryptionRefused)
		}
		r, err = s.byKMS(c, "aws:kms:dsse", e.Key)
	case client.SSEC:
		r = client.ReportedFrom("", "", false, "AES256", e.Key.MD5())
	}
	if err == nil && s.encryptAs != nil {
		r = s.encryptAs(r)
	}
	return r, err
}

func (s *Store) byKMS(c Call, mode string, id client.KeyID) (client.Reported, error) {
	if id == "" {
		if !s.server.ManagedKey {
			return client.Reported{}, c.Error(client.KindKeyRequired)
		}
		return client.ReportedFrom(mode, string(managedKey), false, "", ""), nil
	}
	key, ok := s.key(id)
	switch {
	case len(s.keys) == 0:
		return client.Reported{}, c.ofKey(client.KindEncryptionRefused, id)
	case !ok:
		return client.Reported{}, c.ofKey(client.KindKeyUnknown, id)
	case !key.Enabled:
		return client.Reported{}, c.ofKey(client.KindKeyDisabled, id)
	}
	named := string(key.ARN)
	if named == "" {
		named = key.ID
	}
	return client.ReportedFrom(mode, named, false, "", ""), nil
}

// opens fails where a customer key does not open what is encrypted as r.
func (s *Store) opens(c Call, r client.Reported, key client.CustomerKey) error {
	switch {
	case r.Type != client.TypeSSEC && !key.IsZero() && s.server.StrictCustomerKey:
		return c.Error(client.KindNotCustomerKey)
	case r.Type != client.TypeSSEC:
		return nil
	case key.IsZero():
		return c.Error(client.KindNeedsKey)
	case key.MD5() != r.CustomerKeyMD5:
		return c.Error(client.KindWrongKey)
	}
	return nil
}
