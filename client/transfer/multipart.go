package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
)

// sendParts is a multipart upload: create (the encryption is decided here), send
// the parts that the server does not hold yet a few at once, complete with all of
// them. What becomes of it where something goes wrong, settle decides.
func (e *Engine) sendParts(ctx context.Context, it *item, src *source, o client.PutOptions, all []span, digests []digest) (Stored, error) {
	f := &filling{engine: e, it: it, source: src, options: o, spans: all, digests: digests, parts: make([]client.Part, len(all))}
	if err := f.open(ctx); err != nil {
		return Stored{}, err
	}
	e.uploads.Store(f.upload.ID, true)
	defer e.uploads.Delete(f.upload.ID)
	completed, err := f.run(ctx)
	return f.stored(completed), err
}

// A filling is a multipart upload between its beginning and its completion.
type filling struct {
	engine  *Engine
	it      *item
	source  *source
	options client.PutOptions
	upload  client.Upload
	created client.Reported // what the answer to its beginning said
	spans   []span
	digests []digest // of the spans, MD5s as they are sent
	md5s    *md5sAhead
	parts   []client.Part
}

// open goes on with the upload that was left or, where there is none that could be
// gone on with, begins one.
func (f *filling) open(ctx context.Context) error {
	p := f.it.progress
	if p.hasUpload() && p.continues(f.source, f.options) {
		f.upload, f.created = p.upload(f.it), p.Created
		f.upload.OnlyIfAbsent, f.upload.IfMatch = f.options.OnlyIfAbsent, f.options.IfMatch
		f.reuse(p)
		return nil
	}
	if err := f.engine.dropOther(ctx, f.it); err != nil {
		return err
	}
	return f.begin(ctx)
}

// sum is the checksum of the whole file.
func (f *filling) sum() client.Checksum {
	return client.Checksum{Algorithm: client.CRC64NVME, Value: f.options.Metadata[client.MetaChecksum]}
}

// begin begins the upload of the file.
func (f *filling) begin(ctx context.Context) error {
	p := &Progress{Source: f.it.row.Job.Expect, PartSize: f.spans[0].length, Checksum: f.sum()}
	p.Source.Identity = f.source.identity
	begun, err := f.engine.beginUpload(ctx, f.it, f.options, p)
	f.upload, f.created = begun.upload, begun.created
	return err
}

// A beginning is an upload in parts, and what the answer to its beginning said.
type beginning struct {
	upload  client.Upload
	created client.Reported
}

// beginUpload begins an upload in parts and writes that down, before the first part.
// p says what the parts are of.
func (e *Engine) beginUpload(ctx context.Context, it *item, o client.PutOptions, p *Progress) (beginning, error) {
	j := it.row.Job
	before := time.Now()
	upload, created, err := e.cfg.Store.CreateUpload(ctx, j.To.At, o)
	if took := time.Since(before); upload.Doubtful {
		defer e.dropStrays(ctx, upload, took)
	}
	if err != nil {
		return beginning{}, err
	}
	p.Row, p.At, p.Upload, p.Checksummed, p.Created = it.number, upload.Begun, upload.ID, upload.Checksummed, created.Encryption
	p.Asked = askedOf(j.Treatment, o)
	it.progress = p
	if err := e.scribe.write(Entry{Number: it.number, Begun: p})[0]; err != nil {
		e.note(client.Say("the upload of %s could not be written down, so that its parts would stay if the program were ended: %v", upload.At.String(), err))
		return beginning{upload, created.Encryption}, nil
	}
	e.mu.Lock()
	it.begun = true
	e.mu.Unlock()
	return beginning{upload, created.Encryption}, nil
}

// reuse takes the parts over that the server holds: those that it acknowledged and
// still names the same, and those that it names the checksum of; of this file both.
func (f *filling) reuse(p *Progress) {
	pieces := make(map[int]Piece, len(p.Pieces))
	for _, piece := range p.Pieces {
		pieces[piece.Number] = piece
	}
	for _, held := range p.held {
		if held.Number > len(f.spans) {
			continue
		}
		i := held.Number - 1
		ours := checksumOf(f.digests[i].crc)
		piece, known := pieces[held.Number]
		switch {
		case held.Size != f.spans[i].length, held.Checksum.Value != "" && held.Checksum != ours:
			continue
		case known && piece.Size == held.Size && piece.CRC == f.digests[i].crc && client.SameETag(piece.ETag, held.ETag):
		case held.Checksum.Value != "":
			piece = Piece{Number: held.Number, Size: held.Size, CRC: f.digests[i].crc, ETag: held.ETag, Returned: held.Checksum}
		default:
			continue
		}
		f.took(piece)
		f.it.sent.Add(held.Size)
	}
}

// took puts down that the server holds a part.
func (f *filling) took(p Piece) {
	i := p.Number - 1
	f.parts[i] = client.Part{Number: p.Number, Size: p.Size, ETag: p.ETag, Checksum: p.Returned, Encryption: p.Reported}
	f.digests[i] = digest{p.CRC, p.MD5}
}

// run sends the parts that are missing and completes. It completes nothing that is
// not the file as it was read for the checksum.
func (f *filling) run(ctx context.Context) (client.Object, error) {
	if err := f.sendMissing(ctx); err != nil {
		return client.Object{}, err
	}
	if err := f.source.unchanged(); err != nil {
		return client.Object{}, err
	}
	if err := f.engine.isStill(ctx, f.it); err != nil {
		return client.Object{}, err
	}
	object, err := f.engine.cfg.Store.CompleteUpload(ctx, f.upload, f.parts, f.options.Checksum)
	if client.KindOf(err) == client.KindNoUpload {
		// An earlier answer to the same call may have been lost on its way: the
		// object is complete then. Verification finds out.
		if ours, e := f.engine.completed(ctx, f.it, f.it.progress); e == nil && ours {
			return client.Object{}, nil
		}
	}
	return object, err
}

// sendMissing sends the parts that the server does not hold yet, their MD5s computed
// beside that.
func (f *filling) sendMissing(ctx context.Context) error {
	var missing []int
	for i := range f.parts {
		if f.parts[i].Number == 0 {
			missing = append(missing, i)
		}
	}
	f.md5s = newMD5sAhead(f.source, f.spans, missing, f.sendsMD5)
	both, bctx := errgroup.WithContext(ctx)
	both.Go(func() error { return f.md5s.run(bctx) })
	both.Go(func() error {
		return flow.Spread(bctx, len(missing), partsAtOnce(len(f.parts)), func(ctx context.Context, i int) error { return f.send(ctx, missing[i]) })
	})
	return both.Wait()
}

// sendsMD5 reports whether the next part goes with its MD5. A server that began the
// upload with a checksum algorithm compares by that.
func (f *filling) sendsMD5() bool {
	return f.engine.sendsMD5() && (f.engine.cfg.ContentProof == ProofMD5 || !f.upload.Checksummed)
}

// send sends one part, with what the server may compare its bytes by.
func (f *filling) send(ctx context.Context, i int) (err error) {
	s := f.spans[i]
	was := f.digests[i]
	if f.digests[i].md5, err = f.md5s.sum(ctx, i); err != nil {
		return err
	}
	return f.put(ctx, i, f.source, s, was)
}

// put sends a part, which is a span of what it is read from.
func (f *filling) put(ctx context.Context, i int, src *source, s span, was digest) error {
	e := f.engine
	var given client.Digests
	if e.cfg.ContentProof != ProofSize {
		given = f.digests[i].digests()
	}
	b := e.newBody(ctx, f.it, src, s)
	part, err := e.cfg.Store.UploadPart(ctx, f.upload, s.number, b, s.length, given)
	if err != nil {
		b.takeBack()
		return f.refused(b.failure(err, was))
	}
	if err := b.asRead(was); err != nil {
		return err
	}
	if sum := part.Checksum; sum.Algorithm == client.CRC64NVME && sum != checksumOf(was.crc) {
		return otherBytes(f.upload.At, "", sum.Value, checksumOf(was.crc).Value)
	}
	piece := Piece{
		Number: s.number, Size: s.length, CRC: was.crc, MD5: f.digests[i].md5,
		ETag: part.ETag, Returned: part.Checksum, Reported: part.Encryption,
	}
	f.took(piece)
	if f.it.progress != nil {
		e.tellOf(f.it, Entry{Piece: &piece})
	}
	return nil
}

// refused says what it means that a part is refused because of the SSE-C key with which
// the upload was begun: that the server did not encrypt as asked from the beginning.
func (f *filling) refused(err error) error {
	var e *client.Error
	if client.KindOf(err) != client.KindNotCustomerKey || !errors.As(err, &e) {
		return err
	}
	return &client.Error{
		Op: "verify", Kind: client.KindEncryptionNotAsAsked, At: f.upload.At, CustomerKeyMD5: f.upload.Key.MD5(), RequestID: e.RequestID, Err: err,
		Said: client.Say("the server began the upload without the SSE-C key that was asked for, and refuses the parts that come with it"),
	}
}

// stored is what the server said of all of it, the answer to the completion last.
func (f *filling) stored(completed client.Object) Stored {
	answers := append([]Answer{{byBeginning, f.created}}, f.answers()...)
	return Stored{
		Answers:   append(answers, Answer{byCompletion, completed.Encryption}),
		VersionID: completed.VersionID, ETag: completed.ETag, RequestID: completed.RequestID,
		Handed: f.handed(completed), PartSize: f.spans[0].length, Parts: f.records(),
	}
}

// answers are the different things that the answers to the parts said.
func (f *filling) answers() (all []Answer) {
	for _, p := range f.parts {
		a := Answer{byPart, p.Encryption}
		if a.Said.Told && !slices.ContainsFunc(all, func(b Answer) bool { return b.Said == a.Said }) {
			all = append(all, a)
		}
	}
	return all
}

// records are what to keep of the parts.
func (f *filling) records() []PartRecord {
	all := make([]PartRecord, len(f.parts))
	for i, p := range f.parts {
		all[i] = PartRecord{Number: p.Number, Size: p.Size, ETag: p.ETag, Checksum: checksumOf(f.digests[i].crc)}
	}
	return all
}

// handed is what the parts went with, and what the answers to them said.
func (f *filling) handed(completed client.Object) Handed {
	h := Handed{MD5: wholeMD5(f.digests), Parts: len(f.parts), Answer: said(completed), Returned: true, Named: true}
	for i, p := range f.parts {
		h.part(p, f.digests[i])
	}
	return h
}
