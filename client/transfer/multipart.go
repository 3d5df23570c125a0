package transfer

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// sendParts is a multipart upload: create (the encryption is decided here),
// send the parts a few at once, complete with all of them. Whatever goes wrong,
// the parts are dropped again: they would be paid for and never seen.
func (e *Engine) sendParts(ctx context.Context, it *item, src *source, o client.PutOptions, all []span, digests []digest) (sent, error) {
	before := time.Now()
	upload, created, err := e.cfg.Store.CreateUpload(ctx, it.row.Job.To.At, o)
	if took := time.Since(before); upload.Doubtful {
		defer e.dropStrays(ctx, upload, took)
	}
	if err != nil {
		return sent{}, err
	}
	ended := e.begun(ctx, upload)
	f := &filling{engine: e, it: it, source: src, options: o, upload: upload, spans: all, digests: digests, parts: make([]client.Part, len(all))}
	completed, err := f.run(ctx)
	if err != nil {
		err = e.abort(ctx, upload, err, ended)
		return sent{}, err
	}
	ended(true)
	answers := append([]Answer{{byBeginning, created.Encryption}}, f.answers()...)
	return sent{
		answers:   append(answers, Answer{byCompletion, completed.Encryption}),
		versionID: completed.VersionID, etag: completed.ETag, requestID: completed.RequestID, handed: f.handed(completed),
		partSize: all[0].length, parts: f.records(),
	}, nil
}

// A filling is a multipart upload between its beginning and its completion.
type filling struct {
	engine  *Engine
	it      *item
	source  *source
	options client.PutOptions
	upload  client.Upload
	spans   []span
	digests []digest // of the spans, MD5s as they are sent
	parts   []client.Part
}

// run sends the parts and completes. It completes nothing that is not the file
// as it was read for the checksum.
func (f *filling) run(ctx context.Context) (client.Object, error) {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(f.engine.cfg.PartsAtOnce)
	for i := range f.spans {
		group.Go(func() error {
			if gctx.Err() != nil {
				return context.Cause(gctx)
			}
			return f.send(gctx, i)
		})
	}
	if err := group.Wait(); err != nil {
		return client.Object{}, err
	}
	if err := f.source.unchanged(); err != nil {
		return client.Object{}, err
	}
	object, err := f.engine.cfg.Store.CompleteUpload(ctx, f.upload, f.parts, f.options.Checksum)
	if client.KindOf(err) == client.KindNoUpload {
		// An earlier answer to the same call may have been lost on its way: the
		// object is complete then. Verification finds out.
		head, e := f.engine.cfg.Store.Head(ctx, f.upload.At, client.ReadOptions{Key: f.it.key})
		if e == nil && holds(head, f.source.job.Expect.Size, client.Checksum{Value: f.options.Metadata[client.MetaChecksum]}) {
			return client.Object{}, nil
		}
	}
	return object, err
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

// send sends one part, with what the server may compare its bytes by.
func (f *filling) send(ctx context.Context, i int) (err error) {
	s, e := f.spans[i], f.engine
	was := f.digests[i]
	if e.sendsMD5() {
		if f.digests[i], err = f.source.digest(ctx, s, true); err != nil {
			return err
		}
		if f.digests[i].crc != was.crc {
			return f.source.changedWhileSent()
		}
	}
	var given client.Digests
	if e.cfg.ContentProof != ProofSize {
		given = f.digests[i].digests()
	}
	b := e.newBody(ctx, f.it, f.source, s)
	part, err := e.cfg.Store.UploadPart(ctx, f.upload, s.number, b, s.length, given)
	if err != nil {
		b.takeBack()
		return b.failure(err, was)
	}
	if err := b.asRead(was); err != nil {
		return err
	}
	if sum := part.Checksum; sum.Algorithm == client.CRC64NVME && sum != checksumOf(was.crc) {
		return otherBytes(f.upload.At, "", sum.Value, checksumOf(was.crc).Value)
	}
	part.Number, part.Size = s.number, s.length
	f.parts[i] = part
	return nil
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
func (f *filling) handed(completed client.Object) handed {
	h := handed{md5: wholeMD5(f.digests), parts: len(f.parts), answer: completed, returned: true, named: true}
	for i, p := range f.parts {
		h.part(p, f.digests[i])
	}
	return h
}
