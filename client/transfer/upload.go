package transfer

import (
	"context"
	"fmt"
	"maps"

	"github.com/bucketseal/bucketseal/client"
)

// upload sends a file and proves it: open, look before overwriting, read for
// the checksum, send, verify.
func (e *Engine) upload(ctx context.Context, it *item) error {
	job := it.row.Job
	src, err := openSource(job)
	if err != nil {
		return err
	}
	defer src.close()
	if err := e.mayOverwrite(ctx, job); err != nil {
		return err
	}
	all := e.spansOf(job)
	digests, sum, err := src.checksums(ctx, all, e.sendsMD5())
	if err != nil {
		return err
	}
	sent, err := e.send(ctx, it, src, e.putOptions(job, sum), all, digests)
	if err != nil {
		return e.skippedIfThere(job, err)
	}
	sent.sum, sent.handed.sum = sum, sum
	e.enter(it, Verifying)
	return e.proveUpload(ctx, it, sent)
}

// sent is what the server said while a file was sent.
type sent struct {
	answer    client.Reported // to PutObject or CreateMultipartUpload
	versionID string
	requestID string
	sum       client.Checksum
	handed    handed
}

// spansOf are the requests of a file: one up to one part's size, parts beyond.
func (e *Engine) spansOf(j Job) []span {
	if j.Size > e.cfg.PartSize {
		return spans(j.Size, partSizeFor(j.Size, e.cfg.PartSize))
	}
	return []span{{1, 0, j.Size}}
}

// putOptions adds our checksum to what was planned: to the request, for the
// server to compare with, and to the metadata, for servers that keep none.
func (e *Engine) putOptions(j Job, sum client.Checksum) client.PutOptions {
	o := j.Put
	o.Metadata = maps.Clone(o.Metadata)
	if o.Metadata == nil {
		o.Metadata = map[string]string{}
	}
	o.Metadata[client.MetaChecksum] = sum.Value
	if e.cfg.ContentProof != ProofSize {
		o.Checksum = sum
	}
	return o
}

// mayOverwrite looks at what is there already. Between this look and the
// upload another client may write: PutOptions.OnlyIfAbsent closes that gap
// where the server knows it.
func (e *Engine) mayOverwrite(ctx context.Context, j Job) error {
	if j.Overwrite == OverwriteAlways {
		return nil
	}
	there, err := e.cfg.Store.Head(ctx, j.Remote, client.ReadOptions{Key: customerKey(j.Put.Encryption)})
	if client.KindOf(err) == client.KindNotCustomerKey { // what is there is stored otherwise than what will be
		there, err = e.cfg.Store.Head(ctx, j.Remote, client.ReadOptions{})
	}
	switch kind := client.KindOf(err); {
	case err != nil && kind == client.KindNotFound:
		return nil
	case kind == client.KindNeedsKey || kind == client.KindWrongKey:
		if j.Overwrite == OverwriteNewer {
			return err // how old it is cannot be seen
		}
	case err != nil:
		return err
	case j.Overwrite == OverwriteNewer && there.Modified.Before(j.Modified):
		return nil
	case j.Overwrite == OverwriteNewer:
		return &skipped{fmt.Errorf("%s is there already and not older than the file", j.Remote)}
	}
	return &skipped{fmt.Errorf("%s is there already", j.Remote)}
}

// skippedIfThere reads a refused OnlyIfAbsent as what was asked for.
func (e *Engine) skippedIfThere(j Job, err error) error {
	if j.Put.OnlyIfAbsent && j.Overwrite != OverwriteAlways && client.KindOf(err) == client.KindPrecondition {
		return &skipped{fmt.Errorf("%s is there already", j.Remote)}
	}
	return err
}

// customerKey is the SSE-C key asked for, zero where there is none.
func customerKey(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}

// send moves the bytes: in one request up to one part's size, in parts beyond.
func (e *Engine) send(ctx context.Context, it *item, src *source, o client.PutOptions, all []span, digests []digest) (sent, error) {
	job := it.row.Job
	if len(all) > 1 {
		return e.sendParts(ctx, it, src, o, all, digests)
	}
	if digests[0].md5 != nil {
		o.MD5 = digests[0].digests().MD5
	}
	b := e.newBody(ctx, it, src, all[0])
	object, err := e.cfg.Store.Put(ctx, job.Remote, b, job.Size, o)
	if err != nil {
		b.takeBack()
		return sent{}, b.failure(err, digests[0])
	}
	if err := b.asRead(digests[0]); err != nil {
		return sent{}, fmt.Errorf("%w; what the server holds now may be a mixture", err)
	}
	return sent{
		answer: object.Encryption, versionID: object.VersionID, requestID: object.RequestID,
		handed: handed{md5: digests[0].md5, answer: object},
	}, nil
}
