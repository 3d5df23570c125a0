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

// Properties asks the server about one object. o may name a version and the
// SSE-C key to open it with; without a key, those are tried that belong to the
// place. Rules that cannot be read are told in Decision.Refuse: what the server
// says is worth showing all the same.
func (s *Session) Properties(ctx context.Context, at client.Location, read client.ReadOptions) (Properties, error) {
	set, noRules := s.RuleSet(ctx)
	o, _, err := s.head(ctx, set, at, read)
	if err != nil {
		return Properties{}, err
	}
	p := Properties{Object: o, CheckedAt: s.now(), Decision: set.Decide(rules.File{Size: o.Size}, at)}
	if noRules != nil {
		p.Decision = rules.Decision{Refuse: client.TextOf(noRules)}
	}
	p.Tags, p.TagsErr = s.store.Tags(ctx, at, read.VersionID)
	if p.BucketDefault, p.DefaultErr = s.store.DefaultEncryption(ctx, at.Bucket); p.DefaultErr != nil {
		p.BucketDefault = client.Reported{} // a convenience: not told
	}
	if t := p.Decision.Treatment; t.Type != client.TypeUndecided {
		p.Finding = s.judge(ctx, t, o.Encryption)
	}
	return p, nil
}
