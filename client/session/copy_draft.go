package session

import (
	"context"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// DraftCopy is PlanCopy for somebody who chooses: which targets are there already is
// asked too, and what the first copies would lose. All is listed before anything is
// copied, and nothing is changed.
func (s *Session) DraftCopy(ctx context.Context, what []client.Object, into client.Location, o CopyOptions) (Draft, error) {
	from, set, opens, err := s.copySource(ctx, o)
	if err != nil {
		return nil, err
	}
	jobs, err := s.copies(ctx, from, what, into, o)
	if err != nil {
		return nil, err
	}
	if err := from.unlock(ctx, opens, jobs); err != nil {
		return nil, err
	}
	sources := sourcesOf(jobs)
	first := treatCopies(set, slices.Clone(jobs[:min(lookedAtFirst, len(jobs))]), sources, Choice{})
	s.warnOfLosses(ctx, &first)
	there := s.existing(ctx, copyTargets(jobs), copyRoots(what, into, o))
	return func(ctx context.Context, c Choice) (Drafted, error) {
		set, err := s.RuleSet(ctx)
		if err != nil {
			return Drafted{}, err
		}
		p := treatCopies(set, jobs, sources, c)
		for _, j := range p.Jobs {
			there.mark(&p, j.To.At)
		}
		p.Warnings = append(there.warnings(p.MayExist), first.Warnings...)
		return Drafted{p, set.Rules}, nil
	}, nil
}

// copySource is the account that has the sources, the rules of this account, and those
// whose keys open the sources.
func (s *Session) copySource(ctx context.Context, o CopyOptions) (from *Session, set, opens rules.Set, err error) {
	from = s
	if o.From != nil && o.From.account.ID != s.account.ID {
		from = o.From
		s.Beside(from)
	}
	if set, err = s.RuleSet(ctx); err != nil || from == s {
		return from, set, set, err
	}
	opens, err = from.RuleSet(ctx)
	return from, set, opens, err
}

// sourcesOf are the places that jobs read: two accounts, and two addresses, may see one
// bucket.
func sourcesOf(jobs []transfer.Job) map[client.Location]struct{} {
	sources := make(map[client.Location]struct{}, len(jobs))
	for _, j := range jobs {
		sources[j.From.At] = struct{}{}
	}
	return sources
}

func copyTargets(jobs []transfer.Job) []client.Location {
	all := make([]client.Location, len(jobs))
	for i, j := range jobs {
		all[i] = j.To.At
	}
	return all
}

// copyRoots are the objects and folders that will be written.
func copyRoots(what []client.Object, into client.Location, o CopyOptions) (roots []client.Location) {
	for _, w := range what {
		name := o.named(w.At.Base())
		if w.IsFolder {
			name += "/"
		}
		roots = append(roots, client.Location{Bucket: into.Bucket, Key: into.Key + name})
	}
	return roots
}

// named is the name that one of what is copied, or what is below it, gets below the target.
func (o CopyOptions) named(name string) string {
	top, rest, deeper := strings.Cut(name, "/")
	if other, ok := o.Names[top]; ok {
		top = other
	}
	if deeper {
		return top + "/" + rest
	}
	return top
}
