package transfer

import (
	"context"
	"maps"
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
	*copyOf
	options client.PutOptions
	upload  client.Upload
	created client.Reported
	spans   []span
	parts   []client.Part
}

// inParts copies with a multipart upload. What becomes of it where something goes
// wrong, settle decides.
func (c *copyOf) inParts(ctx context.Context, o client.PutOptions) (Stored, error) {
	e, it := c.engine, c.it
	o.Checksum = c.handed().Sum
	g := &gathering{copyOf: c, options: o, spans: spans(c.source.Size, partSizeFor(c.source.Size, copyPartSize))}
	if p := it.progress; p.hasUpload() {
		g.spans = spans(c.source.Size, p.PartSize)
	}
	g.parts = make([]client.Part, len(g.spans))
	if err := g.open(ctx); err != nil {
		return Stored{}, err
	}
	e.uploads.Store(g.upload.ID, true)
	defer e.uploads.Delete(g.upload.ID)
	if err := g.copyMissing(ctx); err != nil {
		return Stored{}, err
	}
	if err := g.stillThat(ctx); err != nil {
		return Stored{}, err
	}
	made, err := e.cfg.Store.CompleteUpload(ctx, g.upload, g.parts, o.Checksum)
	if client.KindOf(err) == client.KindNoUpload { // the answer to it may have been lost: the proof finds out
		if ours, asked := e.completed(ctx, it, it.progress); asked == nil && ours {
			err = nil
		}
	}
	return g.stored(made), err
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
	begun, err := e.beginUpload(ctx, it, g.options, &Progress{
		Source: it.row.Job.Expect, Version: it.row.Job.From.Version, PartSize: g.spans[0].length, Checksum: g.options.Checksum,
	})
	g.upload, g.created = begun.upload, begun.created
	return err
}

// continues reports whether an upload that was left is of this very source, with
// nothing that is asked now asked otherwise.
func (g *gathering) continues(p *Progress) bool {
	job := g.it.row.Job
	return p.Source.Size == g.source.Size && client.SameETag(p.Source.ETag, g.source.ETag) && p.Version == job.From.Version &&
		p.Treatment.AsksTheSame(job.Treatment) && p.ContentType == g.options.ContentType && maps.Equal(p.Metadata, g.options.Metadata)
}

// reuse takes over the parts that were acknowledged and that the server still holds.
func (g *gathering) reuse(p *Progress) {
	for _, piece := range p.Pieces {
		i := piece.Number - 1
		held := slices.ContainsFunc(p.held, func(h client.Part) bool {
			return h.Number == piece.Number && h.Size == piece.Size && client.SameETag(h.ETag, piece.ETag)
		})
		if held && i < len(g.spans) && g.spans[i].length == piece.Size {
			g.parts[i] = client.Part{Number: piece.Number, Size: piece.Size, ETag: piece.ETag, Checksum: piece.Returned, Encryption: piece.Reported}
			g.it.sent.Add(piece.Size)
		}
	}
}

// copyMissing copies the parts that the server does not hold yet.
func (g *gathering) copyMissing(ctx context.Context) error {
	var missing []span
	for i, s := range g.spans {
		if g.parts[i].Number == 0 {
			missing = append(missing, s)
		}
	}
	return flow.Spread(ctx, len(missing), func(ctx context.Context, i int) error {
		s := missing[i]
		part, err := g.copier.CopyPart(ctx, g.upload, s.number, g.from(), s.offset, s.length)
		if err != nil {
			return err
		}
		g.parts[s.number-1] = part
		g.engine.moved(g.it, s.length)
		if g.it.progress != nil {
			g.engine.scribe.tell(Entry{Number: g.it.number, Piece: &Piece{
				Number: s.number, Size: s.length, ETag: part.ETag, Returned: part.Checksum, Reported: part.Encryption,
			}})
		}
		return nil
	})
}

// stillThat asks for the source once more before parts of it become an object: servers
// may copy parts of another one without a word.
func (g *gathering) stillThat(ctx context.Context) error {
	job := g.it.row.Job
	now, err := g.engine.cfg.Store.Head(ctx, job.From.At, client.ReadOptions{VersionID: job.From.Version, Key: g.key})
	switch {
	case err != nil:
		return err
	case !client.SameETag(now.ETag, g.source.ETag), now.Size != g.source.Size, !now.Modified.Equal(g.source.Modified):
		return g.changed(errChangedSince)
	}
	return nil
}

// stored is what the server said of all of it, the answer to the completion last.
func (g *gathering) stored(made client.Object) Stored {
	f := filling{parts: g.parts}
	answers := append([]Answer{{byBeginning, g.created}}, f.answers()...)
	return Stored{
		Answers: append(answers, Answer{byCompletion, made.Encryption}), VersionID: made.VersionID, ETag: made.ETag, RequestID: made.RequestID,
		Handed: g.handed(), PartSize: g.spans[0].length,
	}
}
