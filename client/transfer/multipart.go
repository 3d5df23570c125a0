package transfer

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// abortWithin is how long the clean-up after a failed upload may take.
const abortWithin = 30 * time.Second

// sendParts is a multipart upload: create (the encryption is decided here),
// send the parts a few at once, complete with all of them. Whatever goes wrong,
// the parts are dropped again: they would be paid for and never seen.
func (e *Engine) sendParts(ctx context.Context, it *item, src *source, o client.PutOptions) (sent, error) {
	job := it.row.Job
	upload, created, err := e.cfg.Store.CreateUpload(ctx, job.Remote, o)
	if err != nil {
		return sent{}, err
	}
	completed, err := e.fillUpload(ctx, it, src, o, upload)
	if err != nil {
		e.abort(ctx, upload)
		return sent{}, err
	}
	return sent{answer: created.Encryption, versionID: completed.VersionID, requestID: completed.RequestID}, nil
}

// fillUpload sends the parts and completes. It completes nothing that is not
// the file as it was read for the checksum.
func (e *Engine) fillUpload(ctx context.Context, it *item, src *source, o client.PutOptions, u client.Upload) (client.Object, error) {
	all := spans(it.row.Job.Size, partSizeFor(it.row.Job.Size, e.cfg.PartSize))
	parts := make([]client.Part, len(all))
	sums := make([]partSum, len(all))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(e.cfg.PartsAtOnce)
	for i, s := range all {
		group.Go(func() (err error) {
			if gctx.Err() != nil {
				return context.Cause(gctx)
			}
			parts[i], sums[i], err = e.sendPart(gctx, it, src, u, s)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return client.Object{}, err
	}
	crc, seen := combine(all, sums)
	if err := src.sentWhole(o, crc, seen); err != nil {
		return client.Object{}, err
	}
	object, err := e.cfg.Store.CompleteUpload(ctx, u, parts, o.Checksum)
	if client.KindOf(err) == client.KindNoUpload {
		// An earlier answer to the same call may have been lost on its way: the
		// object is complete then. Verification finds out.
		if _, there := e.holds(ctx, it.row.Job, o); there {
			return client.Object{}, nil
		}
	}
	return object, err
}

// holds reports whether the server has an object of the size and with the
// checksum of what was sent.
func (e *Engine) holds(ctx context.Context, j Job, o client.PutOptions) (client.Object, bool) {
	head, err := e.cfg.Store.Head(ctx, j.Remote, client.ReadOptions{Key: customerKey(j.Put.Encryption)})
	if err != nil {
		return client.Object{}, false
	}
	sum, ok := head.FullChecksum()
	return head, ok && head.Size == j.Size && sum.Value == o.Metadata[client.MetaChecksum]
}

// A partSum is the CRC of a part as it went out.
type partSum struct {
	crc  uint64
	seen bool
}

func (e *Engine) sendPart(ctx context.Context, it *item, src *source, u client.Upload, s span) (client.Part, partSum, error) {
	b := e.newBody(ctx, it, src, s)
	part, err := e.cfg.Store.UploadPart(ctx, u, s.number, b, s.length, client.Digests{})
	if err != nil {
		b.takeBack()
		return client.Part{}, partSum{}, b.failure(err)
	}
	part.Number, part.Size = s.number, s.length
	crc, seen := b.sum()
	return part, partSum{crc, seen}, nil
}

// combine is the CRC of the whole file from those of its parts.
func combine(all []span, sums []partSum) (crc uint64, seen bool) {
	for i, s := range sums {
		if !s.seen {
			return 0, false
		}
		crc = combineCRC(crc, s.crc, all[i].length)
	}
	return crc, true
}

// abort drops the parts, also when the user or the engine's end stopped the
// upload: its context is a fresh one. A failure leaves parts behind, which the
// store's owner can list; there is nothing better to do about it here.
func (e *Engine) abort(ctx context.Context, u client.Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
	defer cancel()
	_ = e.cfg.Store.AbortUpload(ctx, u)
}
