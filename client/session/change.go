package session

import (
	"context"
	"iter"
	"sync"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Changed is what became of one object of which something was changed that lies beside
// its bytes: its tags, its permissions, its lock. Err is why it was not, or is not known
// to be.
type Changed struct {
	Op        transfer.Op
	At        client.Location
	VersionID string
	Size      int64 // bytes, client.NotTold where nobody said
	Reported  client.Reported
	// Finding is whether it is encrypted as it was. NothingAsked is that it is: nobody asked
	// for an encryption, and what the rules ask was not compared. AsRules compares that.
	Finding, AsRules transfer.Finding
	Err              error
}

// change has something done with one version of an object, and looks at the object before
// and behind: it must be the same, encrypted as it was. done says whether the change is
// what was wanted, by asking for it.
func (s *Session) change(ctx context.Context, op transfer.Op, at client.Location, versionID string, do func(version string) error) Changed {
	c := Changed{Op: op, At: at, VersionID: versionID, Size: client.NotTold}
	set, err := s.RuleSet(ctx)
	if err != nil {
		c.Err = err
		return c
	}
	was, key, err := s.head(ctx, set, at, client.ReadOptions{VersionID: versionID})
	if err != nil {
		c.Err = err
		return c
	}
	c.VersionID, c.Size, c.Reported = was.VersionID, was.Size, was.Encryption
	if c.Err = do(was.VersionID); c.Err != nil {
		return c
	}
	now, err := s.store.Head(ctx, at, client.ReadOptions{VersionID: was.VersionID, Key: key})
	switch {
	case err != nil:
		c.Err = err
	case !client.SameETag(now.ETag, was.ETag) || now.Size != was.Size:
		c.Err = &client.Error{Op: string(op), Kind: client.KindPrecondition, At: at, RequestID: now.RequestID, Said: client.Say("another object took its place meanwhile: look at it, and do it again")}
	}
	c.Reported = now.Encryption
	c.Finding = s.judge(ctx, transfer.KeptAs(was.Encryption), now.Encryption)
	if c.Finding.Verdict == transfer.Verified {
		c.Finding = transfer.Finding{Verdict: transfer.NothingAsked, Why: client.Say("nothing was asked of its encryption, which is as it was: %v", now.Encryption.Describe())}
	}
	if asked := set.Decide(rules.File{}, at).Treatment; asked.Type != client.TypeUndecided {
		c.AsRules = s.judge(ctx, asked, now.Encryption)
	}
	return c
}

// changedAtOnce is how many objects are changed at a time.
const changedAtOnce = 16

// Each changes objects, several at once, and tells of each as it is over. Of what was not
// begun when ctx ends nothing is told.
func (s *Session) Each(ctx context.Context, all []Seen, change func(context.Context, Seen) Changed) iter.Seq[Changed] {
	return func(yield func(Changed) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		next, over := make(chan Seen), make(chan Changed)
		var working sync.WaitGroup
		for range min(changedAtOnce, len(all)) {
			working.Go(func() {
				for o := range next {
					over <- change(ctx, o)
				}
			})
		}
		go func() {
			defer func() { close(next); working.Wait(); close(over) }()
			for _, o := range all {
				select {
				case next <- o:
				case <-ctx.Done():
					return
				}
			}
		}()
		wanted := true
		for c := range over {
			if wanted = wanted && yield(c); !wanted {
				stop()
			}
		}
	}
}
