package transfer

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
)

// copyPartSize is the size from which a copy is cut: the server moves the bytes, so
// that larger parts cost nothing but what a cut-off one has to do again.
const copyPartSize = 64 << 20

// A gathering is a copy in parts: create (the encryption is decided here), copy the
// parts that the server does not hold yet a few at once, complete with all of them.
type gathering struct {
	*filling
	copy *copyOf
}

// inParts copies with a multipart upload. What becomes of it where something goes
// wrong, settle decides.
func (c *copyOf) inParts(ctx context.Context, o client.PutOptions) (Stored, error) {
	e, it := c.engine, c.it
	o.Checksum = c.handed().Sum
	all := spans(c.source.Size, c.partSize())
	g := &gathering{&filling{engine: e, it: it, options: o, spans: all, digests: make([]digest, len(all)), parts: make([]client.Part, len(all))}, c}
	if err := g.open(ctx); err != nil {
		return Stored{}, err
	}
	e.uploads.Store(g.upload.ID, true)
	defer e.uploads.Delete(g.upload.ID)
	if err := g.copyMissing(ctx); err != nil {
		return Stored{}, err
	}
	if err := c.stillThat(ctx); err != nil {
		return Stored{}, err
	}
	s, err := g.copied(ctx)
	if err != nil {
		return Stored{}, err
	}
	if err := e.isStill(ctx, it); err != nil {
		return Stored{}, err
	}
	made, err := e.cfg.Store.CompleteUpload(ctx, g.upload, g.parts, g.options.Checksum)
	if client.KindOf(err) == client.KindNoUpload { // the answer to it may have been lost: the proof finds out
		if ours, asked := e.completed(ctx, it, it.progress); asked == nil && ours {
			err = nil
		}
	}
	return g.completed(s, made), err
}

// partSize is the size of the parts, in bytes: as they were cut before, where some are
// there.
func (c *copyOf) partSize() int64 {
	switch p := c.it.progress; {
	case p.hasUpload():
		return p.PartSize
	case c.copier == nil:
		return c.engine.cfg.partSize(c.source.Size)
	}
	return partSizeFor(c.source.Size, copyPartSize)
}

// open goes on with the upload that was left, or begins one.
func (g *gathering) open(ctx context.Context) error {
	e, it := g.engine, g.it
	p := it.progress
	if p.hasUpload() && g.continues(p) {
		g.upload, g.created = p.upload(it), p.Created
		g.upload.OnlyIfAbsent, g.upload.IfMatch = g.options.OnlyIfAbsent, g.options.IfMatch
		g.reuse(p)
		return nil
	}
	if err := e.dropOther(ctx, it); err != nil {
		return err
	}
	o := g.options
	if g.copy.copier == nil && e.cfg.ContentProof != ProofSize { // it is known when all has passed
		o.Checksum.Algorithm = client.CRC64NVME
	}
	begun, err := e.beginUpload(ctx, it, o, &Progress{
		Source: it.row.Job.Expect, Version: it.row.Job.From.Version, Tags: g.copy.tags, PartSize: g.spans[0].length, Checksum: g.options.Checksum,
	})
	g.upload, g.created = begun.upload, begun.created
	return err
}

// continues reports whether an upload that was left is of this very source, with
// nothing that is asked now asked otherwise.
func (g *gathering) continues(p *Progress) bool {
	return g.copy.isOf(p) && p.Asked.is(askedOf(g.it.row.Job.Treatment, g.options))
}

// reuse takes over the parts that were acknowledged and that the server still holds.
func (g *gathering) reuse(p *Progress) {
	for _, piece := range p.Pieces {
		i := piece.Number - 1
		held := slices.ContainsFunc(p.held, func(h client.Part) bool {
			return h.Number == piece.Number && h.Size == piece.Size && client.SameETag(h.ETag, piece.ETag)
		})
		if held && i < len(g.spans) && g.spans[i].length == piece.Size {
			g.took(piece)
			g.it.sent.Add(piece.Size)
		}
	}
}

// copyMissing copies the parts that the server does not hold yet.
func (g *gathering) copyMissing(ctx context.Context) error {
	var missing []int
	for i := range g.spans {
		if g.parts[i].Number == 0 {
			missing = append(missing, i)
		}
	}
	one, atOnce := g.copyOne, len(missing)
	if g.copy.copier == nil {
		one, atOnce = g.carryOne, partsAtOnce(len(g.parts))
	}
	return flow.Spread(ctx, len(missing), atOnce, func(ctx context.Context, i int) error { return one(ctx, missing[i]) })
}

// copyOne lets the server copy a part.
func (g *gathering) copyOne(ctx context.Context, i int) error {
	s := g.spans[i]
	part, err := g.copy.copier.CopyPart(ctx, g.upload, s.number, g.copy.from(), s.offset, s.length)
	switch {
	case err != nil && g.copy.key.IsZero() && !g.upload.Key.IsZero(): // no key but that of the upload can be meant
		return g.refused(err)
	case err != nil:
		return err
	}
	piece := Piece{Number: s.number, Size: s.length, ETag: part.ETag, Returned: part.Checksum, Reported: part.Encryption}
	g.took(piece)
	g.engine.moved(g.it, s.length)
	if g.it.progress != nil {
		g.engine.scribe.tell(Entry{Number: g.it.number, Piece: &piece})
	}
	return nil
}

// carryOne brings a part here and sends it.
func (g *gathering) carryOne(ctx context.Context, i int) error {
	s := g.spans[i]
	src, err := g.copy.piece(ctx, s)
	if err != nil {
		return err
	}
	defer src.close()
	s.offset = 0
	d, err := src.digest(ctx, s, g.sendsMD5())
	if err != nil {
		return err
	}
	g.digests[i] = d
	return g.put(ctx, i, src, s, d)
}

// copied is what is known of the copy before it becomes an object: what passed through
// here has to be what the source's server says of it.
func (g *gathering) copied(ctx context.Context) (s Stored, err error) {
	s = Stored{Handed: g.copy.handed(), Source: g.copy.source}
	if g.copy.copier != nil {
		return s, nil
	}
	s.Parts = g.records()
	if err := g.copy.arrivedAll(ctx, &s); err != nil {
		return s, err
	}
	if g.engine.cfg.ContentProof != ProofSize {
		g.options.Checksum = s.Handed.Sum
	}
	return s, nil
}

// completed adds what the server said of all of it.
func (g *gathering) completed(s Stored, made client.Object) Stored {
	all := g.stored(made)
	if g.copy.copier != nil { // of its bytes nothing is known here
		all.Handed, all.Parts = s.Handed, nil
	}
	all.Handed.Sum, all.Source, all.Arrived, all.By = s.Handed.Sum, s.Source, s.Arrived, s.By
	return all
}

// stillThat asks for the source once more before parts of it become an object: servers
// may copy parts of another one without a word.
func (c *copyOf) stillThat(ctx context.Context) error {
	job := c.it.row.Job
	now, err := c.origin.Store.Head(ctx, job.From.At, client.ReadOptions{VersionID: job.From.Version, Key: c.key})
	switch {
	case err != nil:
		return err
	case !isSameObject(now, c.source):
		return c.changed(errChangedSince)
	}
	return nil
}

// isSameObject reports whether two looks saw one object, which nobody wrote in between.
func isSameObject(a, b client.Object) bool {
	return client.SameETag(a.ETag, b.ETag) && a.Size == b.Size && a.Modified.Equal(b.Modified)
}
