package transfer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"maps"

	"github.com/bucketseal/bucketseal/client"
)

// Upload sends a file and proves it.
const Upload Op = "upload"

type uploading struct{}

// admit refuses what nobody decided and what cannot be sent.
func (uploading) admit(j Job) error { return j.Treatment.Check() }

func (uploading) writes(j Job) end { return end{client.Scheme + j.To.At.Bucket, j.To.At.Key} }

// run is one attempt, which goes on where one before it was cut off.
func (uploading) run(ctx context.Context, e *Engine, it *item) error {
	e.recallProgress(it)
	err := e.upload(ctx, it)
	return e.settle(ctx, it, err)
}

// upload opens, looks before overwriting, reads for the checksum, sends, verifies.
// What is there and stays is judged instead.
func (e *Engine) upload(ctx context.Context, it *item) error {
	src, err := e.sourceOf(ctx, it)
	if err != nil {
		return err
	}
	defer src.close()
	if err := e.recognize(ctx, it); err != nil {
		return err
	}
	if proved, err := e.proveStored(ctx, it, src); proved {
		return err
	}
	job := it.row.Job
	there, err := e.look(ctx, it)
	if err != nil {
		return err
	}
	if there.stays(job) {
		return e.judgeThere(ctx, it, src, there)
	}
	all := e.spansOf(job, it.progress)
	digests, sum, err := src.checksums(ctx, all, e.sendsMD5())
	if err != nil {
		return err
	}
	options, err := e.putOptions(it, src, sum)
	if err != nil {
		return err
	}
	if err := e.addSHA256(ctx, src, &options, len(all) == 1); err != nil {
		return err
	}
	stored, err := e.send(ctx, it, src, there.condition(job, options), all, digests)
	stored.Handed.Sum, stored.Identity, stored.As = sum, src.identity, askedOf(job.Treatment, options)
	if client.KindOf(err) == client.KindPrecondition && !job.overwritesAll() {
		return e.overtaken(ctx, it, src, overtaking{was: there, sent: stored, refused: err})
	}
	if err != nil {
		return err
	}
	src.release()
	e.enter(it, Verifying)
	return e.proveUpload(ctx, it, stored)
}

// spansOf are the requests of a file: one up to one part's size, parts beyond. Where
// parts of it were sent before they are cut as those were.
func (e *Engine) spansOf(j Job, p *Progress) []span {
	switch size := j.Expect.Size; {
	case p.hasUpload() && p.Source.Size == size && size > p.PartSize:
		return spans(size, p.PartSize)
	case size > e.cfg.PartSize:
		return spans(size, e.cfg.partSize(size))
	}
	return []span{{1, 0, j.Expect.Size}}
}

// putOptions adds our checksum to what was planned: to the request, for the
// server to compare with, and to the metadata, for servers that keep none; and the
// date of the file, unless the user gives another.
func (e *Engine) putOptions(it *item, src *source, sum client.Checksum) (client.PutOptions, error) {
	j := it.row.Job
	encryption, err := j.Treatment.Encryption(it.key)
	if err != nil {
		return client.PutOptions{}, &client.Error{Op: string(j.Op), Kind: client.KindRefused, At: j.To.At, Err: err}
	}
	contentType, err := src.contentType()
	if err != nil {
		return client.PutOptions{}, local(j, err)
	}
	o := client.PutOptions{Encryption: encryption, ContentType: contentType, Metadata: maps.Clone(j.Metadata)}
	if o.Metadata == nil {
		o.Metadata = map[string]string{}
	}
	o.Metadata[client.MetaChecksum] = sum.Value
	if _, given := o.Metadata[client.MetaModified]; !given && src.stat != nil {
		o.Metadata[client.MetaModified] = client.FormatModified(src.stat.ModTime())
	}
	if e.cfg.ContentProof != ProofSize {
		o.Checksum = sum
	}
	return o, nil
}

// addSHA256 adds the SHA-256 of the file where it is wanted: to the metadata, and where
// one request takes all of it to that, instead of the CRC64NVME, since an object has one
// checksum. Of an upload in parts S3 keeps no SHA-256 of the whole.
func (e *Engine) addSHA256(ctx context.Context, src *source, o *client.PutOptions, whole bool) error {
	if !e.cfg.SHA256 {
		return nil
	}
	sum, err := src.sha256(ctx)
	if err != nil {
		return err
	}
	o.Metadata[client.MetaSHA256] = hex.EncodeToString(sum)
	if whole && o.Checksum.Value != "" {
		o.Checksum = client.Checksum{Algorithm: client.SHA256, Value: base64.StdEncoding.EncodeToString(sum)}
	}
	return nil
}

// send moves the bytes: in one request up to one part's size, in parts beyond. What
// was handed over and answered until then is told beside an error too.
func (e *Engine) send(ctx context.Context, it *item, src *source, o client.PutOptions, all []span, digests []digest) (Stored, error) {
	job := it.row.Job
	if len(all) > 1 {
		return e.sendParts(ctx, it, src, o, all, digests)
	}
	if err := e.dropOther(ctx, it); err != nil { // the file was larger then
		return Stored{}, err
	}
	if digests[0].md5 != nil {
		o.MD5 = digests[0].digests().MD5
	}
	s := Stored{Handed: Handed{MD5: digests[0].md5, Sent: o.Checksum}}
	b := e.newBody(ctx, it, src, all[0])
	object, err := e.cfg.Store.Put(ctx, job.To.At, b, job.Expect.Size, o)
	if err != nil {
		b.takeBack()
		return s, b.failure(err, digests[0])
	}
	if err := b.asRead(digests[0]); err != nil {
		return s, client.Say("%v; what the server holds now may be a mixture", err).Err()
	}
	s.Answers, s.Handed.Answer = []Answer{{byUpload, object.Encryption}}, said(object)
	s.VersionID, s.ETag, s.RequestID = object.VersionID, object.ETag, object.RequestID
	return s, nil
}

// said is what counts of the answer to a write.
func said(o client.Object) client.Object {
	return client.Object{Size: o.Size, ETag: o.ETag, Encryption: o.Encryption, Checksums: o.Checksums, RequestID: o.RequestID}
}
