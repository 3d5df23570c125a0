package treesync

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// By is what entries of one size are compared by.
type By int

// The ways.
const (
	// ByDate takes those for the same whose contents are of the same date, and those of
	// the same checksum where the dates say nothing or are not the same.
	ByDate By = iota
	ByChecksum
	BySize // the size alone
)

// compare decides the steps of a piece, several at once.
func (p *planning) compare(steps []Step) error {
	group, ctx := errgroup.WithContext(p.ctx)
	group.SetLimit(looksAtOnce)
	for i := range steps {
		if steps[i].Do == Fail {
			continue
		}
		if steps[i].IsNew() {
			steps[i].Do, steps[i].Why = Write, isNew
			continue
		}
		group.Go(func() error { return p.decide(ctx, &steps[i]) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return p.ctx.Err()
}

var isNew = client.Say("it is new")

// decide looks at both of one key and says whether they are the same.
func (p *planning) decide(ctx context.Context, s *Step) error {
	same, why, err := p.same(ctx, s)
	if err == nil && same && p.options.AsAsked != nil && (p.options.By != BySize || p.options.Look) {
		if why, err = p.options.AsAsked(ctx, &s.Target); err == nil && !why.IsZero() {
			same = false
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		s.Do, s.Kind, s.Why = Fail, client.KindOf(err), client.Say("whether it has to be written could not be found out: %v", err)
	case same:
		s.Do = Keep
	default:
		s.Do, s.Why = Write, why
	}
	return nil
}

// same compares what is known, looking only as closely as it has to.
func (p *planning) same(ctx context.Context, s *Step) (same bool, why client.Text, err error) {
	source, target := &s.Source, &s.Target
	if why := sizes(source, target); !why.IsZero() {
		return false, why, nil // nothing that could be seen would make them the same
	}
	if p.options.By == BySize && !p.options.Look {
		return true, why, nil
	}
	if err := p.look(ctx, s); err != nil {
		return false, why, err
	}
	switch why := sizes(source, target); { // it may be another now
	case !why.IsZero():
		return false, why, nil
	case p.options.By == BySize, source.Size == 0 && target.Size == 0:
		return true, why, nil
	case shared(source, target) != "":
		return p.sums(ctx, s)
	case p.options.By == ByDate && sameDate(source, target):
		return true, why, nil
	}
	return p.sums(ctx, s)
}

// look looks at both more closely.
func (p *planning) look(ctx context.Context, s *Step) error {
	if p.target.Look != nil {
		if err := p.target.Look(ctx, &s.Target); err != nil {
			return err
		}
	}
	if p.source.Look != nil {
		return p.source.Look(ctx, &s.Source)
	}
	return nil
}

// sizes says why sizes make two entries different, zero where they do not.
func sizes(source, target *Entry) client.Text {
	switch {
	case source.Size < 0 || target.Size < 0:
		return client.Say("the size is not known")
	case source.Size != target.Size:
		return client.Say("the size is other: %d bytes, and %d are there", source.Size, target.Size)
	}
	return client.Text{}
}

// shared is an algorithm by which both have a checksum, "" for none.
func shared(a, b *Entry) client.ChecksumAlgorithm {
	for _, sum := range a.Sums {
		if sumBy(b, sum.Algorithm) != "" {
			return sum.Algorithm
		}
	}
	return ""
}

func sumBy(e *Entry, by client.ChecksumAlgorithm) string {
	for _, sum := range e.Sums {
		if sum.Algorithm == by {
			return sum.Value
		}
	}
	return ""
}

// sums compares checksums, reading what can be read.
func (p *planning) sums(ctx context.Context, s *Step) (same bool, why client.Text, err error) {
	if err := read(ctx, p.source, &s.Source, &s.Target); err != nil {
		return false, why, err
	}
	if err := read(ctx, p.target, &s.Target, &s.Source); err != nil {
		return false, why, err
	}
	by := shared(&s.Source, &s.Target)
	switch {
	case by == "":
		s.Unsure = true
		return false, unknown(s), nil
	case sumBy(&s.Source, by) != sumBy(&s.Target, by):
		return false, client.Say("the contents are other by their %s", string(by)), nil
	}
	return true, why, nil
}

// read reads an entry for a checksum by which the other one is known.
func read(ctx context.Context, tree Tree, e, other *Entry) error {
	if tree.Sum == nil || len(other.Sums) == 0 || shared(e, other) != "" {
		return nil
	}
	sum, err := tree.Sum(ctx, e, other.Sums[0].Algorithm)
	if err == nil {
		e.Sums = append(slices.Clip(e.Sums), sum)
	}
	return err
}

// unknown says why nobody can tell whether two entries are the same.
func unknown(s *Step) client.Text {
	for _, e := range []*Entry{&s.Target, &s.Source} {
		if !e.Unseen.IsZero() {
			return client.Say("whether it is the same cannot be told: %v", e.Unseen)
		}
	}
	return client.Say("whether it is the same cannot be told: no checksum and no date of its contents is known")
}

// sameDate reports whether two entries are of one date. File systems keep fewer digits
// than objects, so that a file may have of its object's date what it can keep; an object of
// whole seconds says nothing of a file with more digits.
func sameDate(a, b *Entry) bool {
	switch {
	case a.Dated.IsZero() || b.Dated.IsZero():
		return false
	case a.Dated.Equal(b.Dated):
		return true
	case a.isFile():
		return keptOf(b.Dated, a.Dated).Equal(a.Dated)
	}
	return b.isFile() && keptOf(a.Dated, b.Dated).Equal(b.Dated)
}

// isFile reports whether the entry is a file of this machine.
func (e *Entry) isFile() bool { return e.Name != "" }

// keptOf is what a file system keeps of a date that keeps no more digits than the file
// has.
func keptOf(t, file time.Time) time.Time {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond, 100 * time.Nanosecond} {
		if file.Nanosecond()%int(unit) == 0 {
			return t.Add(-time.Duration(t.Nanosecond() % int(unit)))
		}
	}
	return t
}
