package treesync

import (
	"context"
	"io/fs"
	"iter"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A planning is one comparison under way. It belongs to the goroutine that ranges over
// its steps.
type planning struct {
	ctx            context.Context //nolint:containedctx // that of the one call
	source, target Tree
	options        Options
	yield          func([]Step, error) bool

	size   int    // of the next piece
	piece  []Step // not yet compared
	files  int    // of the source, that take part
	fresh  []Step // new files that may be renamed ones
	gone   []gone // what the target alone has
	enough bool   // nobody wants more
}

// A gone is what the target alone has, as little as its deletion needs: there may be
// many.
type gone struct {
	key, etag, name string
	size            int64
	modified        int64 // nanoseconds since 1970
	kind            Kind
}

// A side is one tree as it is read.
type side struct {
	next   func() (Entry, error, bool)
	head   Entry
	there  bool // head is an entry
	last   Entry
	begun  bool
	closed []Entry // in which later keys may lie
}

// advance reads the next entry, which must come behind the last one.
func (s *side) advance() error {
	entry, err, more := s.next()
	if err != nil {
		return err
	}
	if more && s.begun && compareEntries(entry, s.last) <= 0 {
		return client.Say("the listing is out of order or came twice: %q after %q; so it is not known what is there, and nothing is deleted", entry.Key, s.last.Key).Err()
	}
	s.head, s.there = entry, more
	if more {
		s.last, s.begun = entry, true
	}
	return nil
}

// compareEntries is the order of a tree: that of the keys as bytes, and of one key first
// the folder.
func compareEntries(a, b Entry) int {
	if c := strings.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	return int(a.Kind) - int(b.Kind)
}

// within is what a key lies in that is closed, nil for nothing.
func (s *side) within(key string) *Entry {
	open := s.closed[:0]
	var found *Entry
	for i := range s.closed {
		folder := strings.TrimSuffix(s.closed[i].Key, "/") + "/"
		if key >= folder[:len(folder)-1]+"0" && !strings.HasPrefix(key, folder) { // 0 is what comes behind /
			continue // no later key lies in it
		}
		open = append(open, s.closed[i])
		if key == s.closed[i].Key || strings.HasPrefix(key, folder) {
			found = &open[len(open)-1]
		}
	}
	s.closed = open
	return found
}

// merge goes through both trees at once.
func (p *planning) merge() error {
	source, stopSource := pull(p.source.Entries)
	defer stopSource()
	target, stopTarget := pull(p.target.Entries)
	defer stopTarget()
	if err := source.advance(); err != nil {
		return err
	}
	if err := target.advance(); err != nil {
		return err
	}
	for source.there || target.there {
		if err := p.ctx.Err(); err != nil {
			return context.Cause(p.ctx)
		}
		if err := p.pair(source, target); err != nil {
			return err
		}
	}
	return nil
}

func pull(entries iter.Seq2[Entry, error]) (*side, func()) {
	next, stop := iter.Pull2(entries)
	return &side{next: next}, stop
}

// pair takes the foremost of both heads, or both where they are of one key.
func (p *planning) pair(source, target *side) error {
	order := 0
	switch {
	case !source.there:
		order = 1
	case !target.there:
		order = -1
	default:
		order = compareEntries(source.head, target.head)
	}
	var step Step
	if order <= 0 {
		step.Source = source.head
	}
	if order >= 0 {
		step.Target = target.head
	}
	if order <= 0 {
		if err := source.advance(); err != nil {
			return err
		}
	}
	if order >= 0 {
		if err := target.advance(); err != nil {
			return err
		}
	}
	source.note(step.Source)
	target.note(step.Target)
	return p.meet(step, source.within(step.Key()), target.within(step.Key()))
}

// note remembers what is closed.
func (s *side) note(e Entry) {
	if e.Kind == Closed {
		e.Key = strings.Clone(e.Key)
		s.closed = append(s.closed, e)
	}
}

// meet decides what kind of step it is. closedSource and closedTarget are what the key
// lies in.
func (p *planning) meet(step Step, closedSource, closedTarget *Entry) error {
	isSource, isTarget := step.Source.Kind == File, step.Target.Kind == File
	takesPart := p.options.Filter.Takes(step.Key())
	switch {
	case step.Source.Kind == Closed:
		return nil // was told when the tree was read
	case closedSource != nil: // what is there may be its
		return nil
	case isSource && !takesPart:
		if isTarget && p.options.DeleteExcluded {
			p.remove(step.Target)
		}
		return nil
	case isSource:
		p.files++
		if closedTarget != nil {
			step.Do, step.Kind, step.Why = Fail, client.KindLocal, client.Say("%v is in its way: %v", closedTarget.Key, closedTarget.Why)
		}
		return p.add(step)
	case step.Source.Kind != Nothing || closedTarget != nil: // a folder, or what nobody looks into
		return nil
	case takesPart || p.options.DeleteExcluded:
		if isTarget || step.Target.ETag != "" { // an object that marks a folder
			p.remove(step.Target)
		}
	}
	return nil
}

// remove notes what only the target has.
func (p *planning) remove(e Entry) {
	if !p.options.Delete && !p.options.Renames {
		return
	}
	modified := int64(0)
	if !e.Modified.IsZero() {
		modified = e.Modified.UnixNano()
	}
	p.gone = append(p.gone, gone{strings.Clone(e.Key), strings.Clone(e.ETag), strings.Clone(e.Name), e.Size, modified, e.Kind})
}

// add takes a file of the source into the next piece.
func (p *planning) add(step Step) error {
	if p.options.Renames && step.Do != Fail && step.IsNew() {
		p.fresh = append(p.fresh, step)
		return nil
	}
	p.piece = append(p.piece, step)
	if len(p.piece) < p.size {
		return nil
	}
	p.size = min(2*p.size, largestPiece)
	return p.flush()
}

// flush compares what waits and gives it.
func (p *planning) flush() error {
	if len(p.piece) == 0 {
		return nil
	}
	if err := p.compare(p.piece); err != nil {
		return err
	}
	return p.give(p.piece)
}

// give gives steps, which whoever gets them may keep.
func (p *planning) give(steps []Step) error {
	p.piece = nil
	if !p.yield(steps, nil) {
		p.enough = true
		return fs.SkipAll
	}
	return nil
}
