package session

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Properties are what is known of one object: as the server reports it, beside
// what the rules ask for its name today.
type Properties struct {
	Object   client.Object
	Tags     map[string]string
	TagsErr  error          // why Tags is not known
	Decision rules.Decision // what the rules say for this name
	// Finding compares the two. VerdictNone when the rules cannot be carried out.
	Finding       transfer.Finding
	BucketDefault client.Reported // not told where the server does not say
	DefaultErr    error           // why BucketDefault could not be asked for
	CheckedAt     time.Time
}

// AsAsked reports whether the object is encrypted as the rules ask for its
// name; known is false when that cannot be told.
func (p Properties) AsAsked() (asAsked, known bool) {
	switch p.Finding.Verdict {
	case transfer.Verified, transfer.NothingAsked:
		return true, true
	case transfer.OtherKey, transfer.NotEncrypted:
		return false, true
	}
	return false, false
}

// Properties asks the server about one object. versionID "" is the current
// one. Rules that cannot be read are told in Decision.Refuse: what the server
// says is worth showing all the same.
func (s *Session) Properties(ctx context.Context, at client.Location, versionID string) (Properties, error) {
	set, noRules := s.RuleSet(ctx)
	o, _, err := s.head(ctx, set, at, versionID)
	if err != nil {
		return Properties{}, err
	}
	p := Properties{Object: o, CheckedAt: s.now(), Decision: set.Decide(rules.File{Size: o.Size}, at)}
	if noRules != nil {
		p.Decision = rules.Decision{Refuse: noRules.Error()}
	}
	p.Tags, p.TagsErr = s.store.Tags(ctx, at, versionID)
	if p.BucketDefault, p.DefaultErr = s.store.DefaultEncryption(ctx, at.Bucket); p.DefaultErr != nil {
		p.BucketDefault = client.Reported{} // a convenience: not told
	}
	if e := p.Decision.Put.Encryption; e != nil {
		p.Finding = s.judge(ctx, e, o.Encryption)
	}
	return p, nil
}

// head asks for an object's properties. An SSE-C object is asked for again
// with each key the rules know, the one for its own name first; the key that
// opened it is returned.
func (s *Session) head(ctx context.Context, set rules.Set, at client.Location, versionID string) (client.Object, client.CustomerKey, error) {
	o, err := s.store.Head(ctx, at, client.ReadOptions{VersionID: versionID})
	if err == nil || client.KindOf(err) != client.KindNeedsKey {
		return o, client.CustomerKey{}, err
	}
	for _, key := range candidates(set, at) {
		o, tried := s.store.Head(ctx, at, client.ReadOptions{VersionID: versionID, Key: key})
		if tried == nil {
			return o, key, nil
		}
		if client.KindOf(tried) != client.KindWrongKey {
			return o, client.CustomerKey{}, tried
		}
		err = tried
	}
	return client.Object{}, client.CustomerKey{}, err
}

// candidates are the SSE-C keys known, the one the rules choose for this name
// first.
func candidates(set rules.Set, at client.Location) []client.CustomerKey {
	var keys []client.CustomerKey
	if e, ok := set.Decide(rules.File{}, at).Put.Encryption.(client.SSEC); ok {
		keys = append(keys, e.Key)
	}
	for _, r := range set.Rules {
		if k, ok := set.CustomerKeys[r.ID]; ok && (len(keys) == 0 || k.MD5() != keys[0].MD5()) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Encryption asks how one object is encrypted, and nothing else.
func (s *Session) Encryption(ctx context.Context, at client.Location) (client.Reported, error) {
	o, err := s.store.Head(ctx, at, client.ReadOptions{})
	if err == nil {
		return o.Encryption, nil
	}
	if client.KindOf(err) != client.KindNeedsKey {
		return client.Reported{}, err
	}
	set, _ := s.RuleSet(ctx) // without the rules there are fewer keys to try
	o, _, err = s.head(ctx, set, at, "")
	return o.Encryption, err
}
