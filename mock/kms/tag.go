package kms

import (
	"maps"
	"slices"
	"strings"
)

const maxTags = 50 // of one key, as KMS

// tag as calls write it.
type tag struct{ TagKey, TagValue string }

// tagged adds tags to those there are; the map given is not changed.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html
func tagged(old map[string]string, more []tag) (map[string]string, error) {
	all := maps.Clone(old)
	if all == nil {
		all = map[string]string{}
	}
	for _, t := range more {
		if n := len([]rune(t.TagKey)); n < 1 || n > 128 || len([]rune(t.TagValue)) > 256 || strings.HasPrefix(strings.ToLower(t.TagKey), "aws:") {
			return nil, &Error{Code: "TagException", Message: "a tag's key has 1 to 128 characters and does not begin with aws:, its value at most 256"}
		}
		all[t.TagKey] = t.TagValue
	}
	if len(all) > maxTags {
		return nil, &Error{Code: "LimitExceededException", Message: "a key has at most 50 tags"}
	}
	return all, nil
}

// ownKey finds a key that is the customer's to describe; the caller holds the lock.
func (k *Keystore) ownKey(ref string) (*entry, error) {
	e, err := k.resolve(ref)
	switch {
	case err != nil:
		return nil, err
	case e.Managed:
		return nil, denied("The key " + e.ARN + " belongs to AWS")
	case e.State == PendingDeletion:
		return nil, pendingDeletion(e.Key)
	}
	return e, nil
}

func tagResource(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.ownKey(in.KeyID)
	if err != nil {
		return nil, err
	}
	tags, err := tagged(e.Tags, in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, k.commit(func() { e.Tags = tags })
}

func untagResource(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.ownKey(in.KeyID)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(e.Tags)
	for _, name := range in.TagKeys {
		delete(tags, name)
	}
	return nil, k.commit(func() { e.Tags = tags })
}

func listResourceTags(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(in.KeyID)
	if err != nil {
		return nil, err
	}
	names, next, err := page(slices.Sorted(maps.Keys(e.Tags)), in, 50, 50, func(name string) string { return name })
	if err != nil {
		return nil, err
	}
	list := []tag{}
	for _, name := range names {
		list = append(list, tag{name, e.Tags[name]})
	}
	return answer("Tags", list, next), nil
}

func updateKeyDescription(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.ownKey(in.KeyID)
	if err != nil {
		return nil, err
	}
	return nil, k.commit(func() { e.Description = in.Description })
}
