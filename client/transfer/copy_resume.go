package transfer

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// What an attempt before has left of a copy is gone on with only while it is of the source
// as it is, and what is asked for now.

// errAnew is why a copy is made anew that was stored before.
var errAnew = client.Say("the copy is made anew").Err()

// goOn proves what an attempt before has stored. It is errAnew where that is not there
// any more, is of a source which is another now, or was asked for otherwise.
func (c *copyOf) goOn(ctx context.Context, s Stored) (err error) {
	e, job := c.engine, c.it.row.Job
	if s.Source.At.Bucket == "" {
		return errAnew
	}
	if c.key, err = e.fetchKey(ctx, job, job.From.At, job.From.CustomerKeyMD5); err != nil {
		return err
	}
	if c.source = s.Source; !job.Op.InPlace() { // else the copy took its place
		if err := c.isStillSource(ctx); err != nil {
			return err
		}
	}
	if err := c.decide(ctx); err != nil {
		return err
	}
	if !c.gone && !s.As.is(c.asks()) {
		return errAnew
	}
	soon, end := e.proofTime(ctx)
	defer end()
	switch _, err := e.headOf(soon, c.it, s); client.KindOf(err) {
	case client.KindPrecondition:
		if err := e.writtenOver(c.it); err != nil {
			return err
		}
		return errAnew
	case client.KindNotFound:
		return errAnew
	}
	return c.prove(ctx, s)
}

// isStillSource looks whether what was copied is the source still. One that is gone may
// have been moved by our own hand, and there is nothing else to be copied; where there is
// another it is errAnew.
func (c *copyOf) isStillSource(ctx context.Context) error {
	from := c.it.row.Job.From
	now, err := c.origin.Store.Head(ctx, from.At, client.ReadOptions{VersionID: from.Version, Key: c.key})
	switch kind := client.KindOf(err); {
	case kind == client.KindNotFound, kind == client.KindDeleteMarker:
		c.gone = true
	case kind == client.KindWrongKey, kind == client.KindNeedsKey, kind == client.KindNotCustomerKey: // it was opened then
		return errAnew
	case err != nil:
		return err
	case !isSameObject(now, c.source):
		return errAnew
	}
	return nil
}

// asks is what is asked for with the copy.
func (c *copyOf) asks() Asked {
	return askedOf(c.it.row.Job.Treatment, c.it.row.Job.Edit.of(c.source))
}

// isStored reports whether an upload in parts, whose completion nobody heard of, became
// what is to be made now. Of one in place the source is what it became.
func (c *copyOf) isStored(p *Progress) bool {
	return (c.it.row.Job.Op.InPlace() || c.isOf(p)) && p.Asked.is(c.asks())
}

// intend writes down that a copy is about to be made whose source goes then: where the
// program ends before anybody hears of it, what is there is known to be ours.
func (c *copyOf) intend() {
	e, it := c.engine, c.it
	if it.row.Job.Op != Move || it.progress != nil {
		return
	}
	it.progress = &Progress{At: e.cfg.Now(), Source: it.row.Job.Expect, Asked: c.asks()}
	if err := e.scribe.write(Entry{Number: it.number, Begun: it.progress})[0]; err != nil {
		e.note(client.Say("that %s is being moved could not be written down: where the program ends meanwhile, the source stays beside its copy: %v", it.row.Job.From, err))
		return
	}
	e.mu.Lock()
	it.begun = true
	e.mu.Unlock()
}

// isOurs reports whether what is in the way of a move is the copy that an attempt before
// was about to make: it has the bytes of the source, by the servers' checksums or, where
// they keep none, as both are read, and all that stands beside them.
func (c *copyOf) isOurs(ctx context.Context, there client.Object) (bool, error) {
	p := c.it.progress
	if c.it.row.Job.Op != Move || p == nil || p.hasUpload() || !client.SameETag(p.Source.ETag, c.source.ETag) || !p.Asked.is(c.asks()) || there.Size != c.source.Size {
		return false, nil
	}
	content, _, err := c.compare(there)
	if err != nil || !c.lost(there).IsZero() {
		return false, nil //nolint:nilerr // it has other bytes, and so is not ours
	}
	if content.OfBytes() {
		return true, nil
	}
	return c.readsTheSame(ctx, there)
}

// readsTheSame reads the source and what is at the target, and compares.
func (c *copyOf) readsTheSame(ctx context.Context, there client.Object) (bool, error) {
	source := newTally(client.CRC64NVME)
	if err := c.fetch(ctx, source, span{1, 0, c.source.Size}); err != nil {
		return false, err
	}
	_, body, err := c.engine.cfg.Store.Get(ctx, c.it.row.Job.To.At, client.ReadOptions{VersionID: there.VersionID, IfMatch: there.ETag, Key: c.it.key})
	switch kind := client.KindOf(err); {
	case err != nil && (ctx.Err() != nil || unasked(kind)):
		return false, err
	case err != nil:
		return false, nil //nolint:nilerr // what cannot be read is not known to be ours
	}
	defer func() { _ = body.Close() }() // only read from
	made, err := readSums(ctx, body, client.CRC64NVME)
	return err == nil && made.n == source.n && string(made.sums[client.CRC64NVME]) == string(source.reading().sums[client.CRC64NVME]), err
}

// proveOurs goes on with a copy of which nobody had heard that it was made.
func (c *copyOf) proveOurs(ctx context.Context, made client.Object) error {
	s := Stored{VersionID: made.VersionID, ETag: made.ETag, RequestID: made.RequestID, Handed: c.handed(), Source: c.source}
	s.Arrived, s.By, _ = c.compare(made)
	err := c.prove(ctx, s)
	if errors.Is(err, errInParts) {
		c.engine.copiesInParts.Store(true)
		return c.make(ctx, there{})
	}
	return err
}

// recognized makes good what the journal does not tell of a copy in parts whose
// completion was not heard of.
func (c *copyOf) recognized(ctx context.Context, s *Stored) (err error) {
	s.Source = c.source
	if c.copier != nil {
		s.Handed = c.handed()
		return nil
	}
	return c.arrivedAll(ctx, s)
}

// isOf reports whether what an attempt before has left is of the source as it is now.
func (c *copyOf) isOf(p *Progress) bool {
	return p.Source.Size == c.source.Size && client.SameETag(p.Source.ETag, c.source.ETag) && p.Source.Modified.Equal(c.source.Modified) && p.Version == c.it.row.Job.From.Version
}
