package treesync

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// renames looks for the contents of new files among what only the target has. By size
// alone nothing is taken for the same.
func (p *planning) renames() error {
	if err := p.flush(); err != nil {
		return err
	}
	bySize := map[int64][]int{} // of gone
	for i, g := range p.gone {
		if g.kind == File && g.size > 0 {
			bySize[g.size] = append(bySize[g.size], i)
		}
	}
	looked := map[int]*Entry{}
	for rest := p.fresh; len(rest) > 0; {
		n := min(len(rest), largestPiece)
		if err := p.lookForRenamed(rest[:n], bySize, looked); err != nil {
			return err
		}
		if err := p.give(rest[:n:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func (p *planning) lookForRenamed(steps []Step, bySize map[int64][]int, looked map[int]*Entry) error {
	if err := p.lookAtGone(steps, bySize, looked); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(p.ctx)
	group.SetLimit(looksAtOnce)
	for i := range steps {
		s := &steps[i]
		s.Do, s.Why = Write, isNew
		if len(bySize[s.Source.Size]) == 0 {
			continue
		}
		group.Go(func() error {
			for _, g := range bySize[s.Source.Size] {
				if from := looked[g]; p.isContentsOf(ctx, &s.Source, *from) {
					s.Do, s.From, s.Why = Rename, *from, client.Say("its contents are there already, as %s", from.Key)
					return nil
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// lookAtGone looks at what only the target has and is of a size that is sought.
func (p *planning) lookAtGone(steps []Step, bySize map[int64][]int, looked map[int]*Entry) error {
	group, ctx := errgroup.WithContext(p.ctx)
	group.SetLimit(looksAtOnce)
	for _, s := range steps {
		for _, g := range bySize[s.Source.Size] {
			if looked[g] != nil {
				continue
			}
			e := p.gone[g].entry()
			looked[g] = &e
			if p.target.Look != nil {
				group.Go(func() error {
					_ = p.target.Look(ctx, &e) // nothing is known of it then, and nothing concluded
					return ctx.Err()
				})
			}
		}
	}
	return group.Wait()
}

// isContentsOf compares by checksum alone; what cannot be told is no.
func (p *planning) isContentsOf(ctx context.Context, source *Entry, there Entry) bool {
	s := Step{Source: *source, Target: there}
	same, _, err := p.sums(ctx, &s)
	source.Sums = s.Source.Sums
	return err == nil && same
}
