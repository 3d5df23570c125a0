package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/bucketseal/bucketseal/client"
)

// ErrOtherContents is why an upload was skipped whose name is taken by
// something else than its file: the file is not on the server.
var ErrOtherContents = errors.New("it is there already, with other contents")

// there is what lies under an upload's name before it is sent.
type there struct {
	exists bool
	locked bool          // with another SSE-C key than ours: nothing more can be seen
	object client.Object // zero when locked
}

// look looks at what is there already, for a job that may not overwrite
// everything. Between this look and the upload another client may write: the
// condition of the upload closes that gap where the server knows it.
func (e *Engine) look(ctx context.Context, j Job) (there, error) {
	if j.Overwrite == OverwriteAlways {
		return there{}, nil
	}
	o, err := e.cfg.Store.Head(ctx, j.Remote, client.ReadOptions{Key: customerKey(j.Put.Encryption)})
	if client.KindOf(err) == client.KindNotCustomerKey { // what is there is stored otherwise than what will be
		o, err = e.cfg.Store.Head(ctx, j.Remote, client.ReadOptions{})
	}
	switch kind := client.KindOf(err); {
	case err == nil && j.Overwrite == OverwriteNewer && o.Modified.IsZero():
		return there{}, &client.Error{
			Op: "HeadObject", Kind: client.KindUnsupported, At: j.Remote, RequestID: o.RequestID,
			Err: errors.New("the server does not say how old it is, so it cannot be told which is newer"),
		}
	case err == nil:
		return there{exists: true, object: o}, nil
	case kind == client.KindNotFound:
		return there{}, nil
	case (kind == client.KindNeedsKey || kind == client.KindWrongKey) && j.Overwrite != OverwriteNewer: // how old it is cannot be seen
		return there{exists: true, locked: true}, nil
	}
	return there{}, err
}

// stays reports whether a job leaves what is there alone.
func (t there) stays(j Job) bool {
	return t.exists && (j.Overwrite != OverwriteNewer || !t.object.Modified.Before(j.Modified))
}

// condition lets the server refuse the upload when something else is there now
// than was looked at.
func (t there) condition(j Job, o client.PutOptions) client.PutOptions {
	switch {
	case j.Overwrite == OverwriteAlways:
	case t.exists:
		o.IfMatch = t.object.ETag
	default:
		o.OnlyIfAbsent = true
	}
	return o
}

// overtaken is for an upload that the server refused because somebody else
// wrote between the look and the upload: it looks again. refused is the
// server's answer.
func (e *Engine) overtaken(ctx context.Context, it *item, src *source, refused error) error {
	now, err := e.look(ctx, it.row.Job)
	if err != nil {
		return err
	}
	if !now.stays(it.row.Job) {
		return refused
	}
	return e.judgeThere(ctx, it, src, now)
}

// judgeThere judges what is there and stays: a job is not skipped as fine that
// left something behind which is not encrypted as asked, or which is not the
// file.
func (e *Engine) judgeThere(ctx context.Context, it *item, src *source, t there) error {
	job := it.row.Job
	e.enter(it, Verifying)
	p := e.proveThere(ctx, it, t)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	holding, sum, err := t.contents(ctx, src)
	if err != nil {
		return err
	}
	r := e.receipt(job, p)
	r.Size, r.Checksum = p.head.Bytes(), sum
	if sum.Value != "" { // equal to the object's, whoever keeps that
		r.Content, r.Compared, _ = handed{sum: sum}.content(job.Remote, p.head)
	}
	if holding != otherContents { // of others' contents there is nothing to keep about this file
		if err := e.keep(it, r); err != nil {
			return err
		}
	}
	switch {
	case p.Verdict == NotYetVerified:
		return notYetVerified(job, r, p.unasked)
	case !p.Verdict.AsAsked() && !e.cfg.AllowUnverified:
		return notAsAsked(job, r, "what is there already")
	}
	return &skipped{alreadyThere(job, holding)}
}

// proveThere judges how what is there is encrypted.
func (e *Engine) proveThere(ctx context.Context, it *item, t there) proof {
	asked := it.row.Job.Put.Encryption
	if t.locked && client.TypeOf(asked) != client.TypeInherit {
		why := fmt.Sprintf("%s was asked; %s says that it is encrypted with another SSE-C key", client.Describe(asked), byServer)
		return proof{Finding{OtherKey, why}, t.object, client.Reported{Told: true, Type: client.TypeSSEC}, nil}
	}
	reported := t.object.Encryption
	f := Judge(asked, reported, client.Key{})
	if f.Verdict == KeyNotReported {
		kms, err := e.askKMS(ctx, it, asked, reported)
		if err != nil {
			return proof{Finding{NotYetVerified, kmsSilent}, t.object, reported, err}
		}
		f = Judge(asked, reported, kms)
	}
	return proof{f, t.object, reported, nil}
}

// contents is how the contents of an object compare with the file of its job.
type contents int

const (
	unknownContents contents = iota // the server keeps nothing to compare by
	sameContents
	otherContents
)

// contents compares by size and by checksum; the file is read only where the
// object has one. sum is the file's checksum where it is the object's too.
func (t there) contents(ctx context.Context, src *source) (contents, client.Checksum, error) {
	if t.locked {
		return unknownContents, client.Checksum{}, nil
	}
	has, ok := t.object.FullChecksum()
	switch {
	case t.object.SizeTold() && t.object.Size != src.job.Size:
		return otherContents, client.Checksum{}, nil
	case !ok:
		return unknownContents, client.Checksum{}, nil
	}
	_, sum, err := src.checksums(ctx, []span{{1, 0, src.job.Size}}, false)
	if err != nil || sum.Value != has.Value {
		return otherContents, client.Checksum{}, err
	}
	return sameContents, sum, nil
}

// alreadyThere is why a job was skipped. Where the dates decide, an object that
// is not older may well be another; else the file was meant to be there.
func alreadyThere(j Job, holding contents) error {
	e := &client.Error{Op: string(j.Op), Kind: client.KindExists, At: j.Remote}
	switch newer := j.Overwrite == OverwriteNewer; {
	case holding == otherContents && newer:
		e.Err = errors.New("it is there already with other contents, and not older than the file")
	case holding == otherContents:
		e.Err = ErrOtherContents
	case newer:
		e.Err = errors.New("it is there already and not older than the file")
	case holding == unknownContents:
		e.Err = errors.New("it is there already, with contents that could not be compared")
	default:
		e.Err = errors.New("it is there already")
	}
	return e
}
