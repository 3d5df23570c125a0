package session

import (
	"context"
	"sync"
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
func (p Properties) AsAsked() (asAsked, known bool) { return asRules(p.Finding) }

// AsAsked reports the same of an object that was changed.
func (c Changed) AsAsked() (asAsked, known bool) { return asRules(c.AsRules) }

func asRules(f transfer.Finding) (asAsked, known bool) {
	switch f.Verdict {
	case transfer.Verified, transfer.NothingAsked:
		return true, true
	case transfer.OtherKey, transfer.NotEncrypted:
		return false, true
	}
	return false, false
}

// Properties asks the server about one object, all at once but for what hangs on
// another answer. read may name a version and the SSE-C key to open it with;
// without a key, those are tried that belong to the place. Rules that cannot be
// read are told in Decision.Refuse: what the server says is worth showing all the
// same.
func (s *Session) Properties(ctx context.Context, at client.Location, read client.ReadOptions) (Properties, error) {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	var p Properties
	beside.Go(func() { p.Tags, p.TagsErr = s.store.Tags(ctx, at, read.VersionID) })
	beside.Go(func() { p.BucketDefault, p.DefaultErr = s.store.DefaultEncryption(ctx, at.Bucket) })

	set, noRules := s.RuleSet(ctx)
	if p.Decision = set.Decide(rules.File{}, at); noRules != nil {
		p.Decision = rules.Decision{Refuse: client.TextOf(noRules)}
	}
	asked := p.Decision.Treatment
	kms := s.askAhead(ctx, asked)
	o, _, err := s.head(ctx, set, at, read)
	if err != nil {
		return Properties{}, err
	}
	p.Object, p.CheckedAt = o, s.now()
	if asked.Type != client.TypeUndecided {
		p.Finding = kms.Judge(ctx, asked, o.Encryption)
	}
	beside.Wait()
	if p.DefaultErr != nil {
		p.BucketDefault = client.Reported{} // a convenience: not told
	}
	return p, nil
}

// askAhead asks KMS at once what the alias asked for means, if it is one: the
// verdict will hang on it. It is asked each time: somebody looks at this one
// object now.
func (s *Session) askAhead(ctx context.Context, asked client.Treatment) transfer.Describer {
	kms, id := s.describer(), asked.Key
	if kms == nil || !id.IsAlias() {
		return kms
	}
	ask := sync.OnceValues(func() (client.Key, error) { return kms(ctx, id) })
	go func() { _, _ = ask() }() // the answer is kept for whoever needs it
	return func(context.Context, client.KeyID) (client.Key, error) { return ask() }
}
