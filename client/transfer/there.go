package transfer

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// ErrOtherContents is why an upload was skipped whose name is taken by
// something else than its file: the file is not on the server.
var ErrOtherContents = client.Say("it is there already, with other contents").Err()

// there is the object that has an upload's name before it is sent.
type there struct {
	exists bool
	locked bool          // with another SSE-C key than ours: nothing more can be seen
	object client.Object // zero when locked
}

// look looks at what is there already, for a job that may not overwrite
// everything. Between this look and the upload another client may write: the
// condition of the upload closes that gap where the server knows it.
func (e *Engine) look(ctx context.Context, it *item) (there, error) {
	j := it.row.Job
	if j.overwritesAll() {
		return there{}, nil
	}
	o, err := e.headAsStored(ctx, j.To.At, client.ReadOptions{Key: it.key}) // it may be stored otherwise than what will be
	switch kind := client.KindOf(err); {
	case err == nil && j.Overwrite == OverwriteNewer && o.Modified.IsZero():
		return there{}, &client.Error{
			Op: "HeadObject", Kind: client.KindUnsupported, At: j.To.At, RequestID: o.RequestID,
			Err: client.Say("the server does not say how old it is, so it cannot be told which is newer").Err(),
		}
	case err == nil:
		return there{exists: true, object: o}, nil
	case kind == client.KindNotFound:
		return there{}, nil
	case j.Over != nil && (kind == client.KindNeedsKey || kind == client.KindWrongKey || kind == client.KindNotCustomerKey): // the server can tell
		return there{exists: true, locked: true, object: client.Object{ETag: j.Over.ETag}}, nil
	case (kind == client.KindNeedsKey || kind == client.KindWrongKey) && j.Overwrite != OverwriteNewer: // how old it is cannot be seen
		return there{exists: true, locked: true}, nil
	}
	return there{}, err
}

// stays reports whether a job leaves what is there alone.
func (t there) stays(j Job) bool {
	switch {
	case !t.exists:
		return false
	case j.Over != nil:
		return !client.SameETag(t.object.ETag, j.Over.ETag)
	}
	return j.Overwrite != OverwriteNewer || !t.object.Modified.Before(j.Expect.Modified)
}

// overwritesAll reports whether a job overwrites whatever is there.
func (j Job) overwritesAll() bool { return j.Overwrite == OverwriteAlways && j.Over == nil }

// changedMeanwhile is why what was planned to be overwritten is not.
func (j Job) changedMeanwhile() error {
	return &client.Error{Op: string(j.Op), Kind: client.KindPrecondition, At: j.To.At, Err: errChangedMeanwhile}
}

var errChangedMeanwhile = client.Say("what is there was changed since it was compared, and stays: sync again").Err()

// isStill looks once more, just before parts become an object, whether the target is what
// may be overwritten: not every server minds a condition then.
func (e *Engine) isStill(ctx context.Context, it *item) error {
	if it.row.Job.Over == nil {
		return nil
	}
	now, err := e.look(ctx, it)
	if err == nil && now.stays(it.row.Job) {
		err = it.row.Job.changedMeanwhile()
	}
	return err
}

// wasOvertaken reports whether an error says that the target is another than was looked at.
func (j Job) wasOvertaken(err error) bool {
	var e *client.Error
	return !j.overwritesAll() && errors.As(err, &e) && e.Kind == client.KindPrecondition && e.At == j.To.At
}

// condition lets the server refuse the upload when something else is there now
// than was looked at.
func (t there) condition(j Job, o client.PutOptions) client.PutOptions {
	switch {
	case j.overwritesAll():
	case t.exists:
		o.IfMatch = t.object.ETag
	default:
		o.OnlyIfAbsent = true
	}
	return o
}

// An overtaking is an upload that the server refused because of what is there.
type overtaking struct {
	was     there  // what was there when it was looked at
	sent    Stored // what was handed over all the same
	refused error
}

// overtaken looks again where somebody wrote between the look and the upload. That may
// be the upload itself: the answer to it was lost, and the server refused the
// repetition. Then it is proved as any other; all else is judged as what is there.
func (e *Engine) overtaken(ctx context.Context, it *item, src *source, o overtaking) error {
	now, err := e.look(ctx, it)
	switch {
	case err != nil:
		return err
	case o.isOurs(now, src.job.Expect.Size):
		if it.progress.hasUpload() {
			e.giveUp(ctx, it) // of which nothing is left where it became the object
		}
		o.sent.VersionID, o.sent.ETag, o.sent.RequestID = now.object.VersionID, now.object.ETag, now.object.RequestID
		it.sent.Store(src.job.Expect.Size)
		e.enter(it, Verifying)
		return e.proveUpload(ctx, it, o.sent)
	case !now.stays(it.row.Job):
		return o.refused
	}
	return e.judgeThere(ctx, it, src, now)
}

// isOurs reports whether what is there now came of this attempt: it was not there
// before, and has the size of what was sent and the checksum that went with it. No
// clock plays a part in it.
func (o overtaking) isOurs(now there, size int64) bool {
	isNew := !o.was.exists || o.was.object.VersionID != now.object.VersionID || !client.SameETag(o.was.object.ETag, now.object.ETag)
	left := now.object.Metadata[client.MetaChecksum]
	return now.exists && isNew && left == o.sent.Handed.Sum.Value && holds(now.object, size, o.sent.Handed.Sum, left)
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
	holding, found, sum, err := e.contents(ctx, it, t, src)
	if err != nil {
		return err
	}
	r := e.receipt(job, p)
	r.Size, r.Checksum, r.Content, r.Compared = p.head.Bytes(), sum, found.content, found.how
	r.Identity = src.identity
	outcome := e.judgedThere(job, p, r, holding)
	if holding.areAnothers(job) { // of others' contents there is nothing to keep about this file
		return outcome
	}
	return e.keep(it, r, outcome)
}

// judgedThere is why nothing is sent where something is there that stays: it is
// not as asked, or there is nothing to do.
func (e *Engine) judgedThere(job Job, p proof, r Receipt, holding contents) error {
	switch {
	case job.Over != nil && holding != sameContents:
		return job.changedMeanwhile()
	case p.Verdict == NotYetVerified:
		return notYetVerified(job, r, p.unasked)
	case !p.Verdict.AsAsked() && !e.cfg.AllowUnverified:
		return notAsAsked(job, r, client.Say("what is there already"))
	}
	return &skipped{alreadyThere(job, holding)}
}

// proveThere judges how what is there is encrypted.
func (e *Engine) proveThere(ctx context.Context, it *item, t there) proof {
	asked := it.row.Job.Treatment
	if t.locked && asked.Type != client.TypeInherit {
		why := client.Say("%v was asked; %v says that it is encrypted with another SSE-C key", asked.Describe(), byServer)
		return proof{Finding{OtherKey, why}, t.object, client.Reported{Told: true, Type: client.TypeSSEC}, nil}
	}
	reported := t.object.Encryption
	f := Judge(asked, reported, client.Key{})
	if f.Verdict == KeyNotReported {
		ctx, end := e.proofTime(ctx)
		defer end()
		kms, err := e.askKMS(ctx, it, asked, reported, presentCounts)
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

// areAnothers reports whether contents are taken for somebody else's than the job's.
func (c contents) areAnothers(j Job) bool {
	return c == otherContents || c == unknownContents && j.Over != nil
}

// contents compares a file with what is there, by what the server says of it as
// for a download (arrival), and last by the checksum in the metadata. That one is
// stale where another client changed the object and kept it: then the file would
// be called the object's and be deleted for it. So where the ETag looks like the
// MD5 of something else nothing is claimed. sum is the file's checksum where the
// object is the file.
func (e *Engine) contents(ctx context.Context, it *item, t there, src *source) (contents, comparison, client.Checksum, error) {
	var none client.Checksum
	a := &arrival{store: e.cfg.Store, job: src.job, read: client.ReadOptions{Key: it.key}, head: t.object, file: src.file}
	switch {
	case t.locked:
		return unknownContents, comparison{}, none, nil
	case t.object.SizeTold() && t.object.Size != src.job.Expect.Size:
		return otherContents, comparison{}, none, nil
	case !a.comparable():
		return unknownContents, comparison{}, none, nil
	}
	err := a.readBack(ctx)
	switch {
	case client.KindOf(err) == client.KindCorrupt, err == nil && a.n != src.job.Expect.Size:
		return unknownContents, comparison{}, none, src.changedWhileSent()
	case err != nil:
		return unknownContents, comparison{}, none, err
	}
	sum := client.Checksum{Algorithm: client.CRC64NVME, Value: a.value(client.CRC64NVME)}
	noted := a.note() == sum.Value
	found, err := a.first(ctx, a.byChecksum, a.byParts, a.byETag, a.byETagOfParts)
	var etag *otherETag
	switch {
	case err == nil:
		return sameContents, found, sum, nil
	case errors.As(err, &etag) && noted:
		return unknownContents, comparison{}, none, nil
	case client.KindOf(err) == client.KindCorrupt:
		return otherContents, comparison{}, none, nil
	case !errors.Is(err, errElse):
		return unknownContents, comparison{}, none, err
	case noted:
		return sameContents, comparison{ContentSize, client.Say("size and checksum agree with what an upload left in the metadata, which is no word of the server's")}, sum, nil
	case a.note() != "":
		return otherContents, comparison{}, none, nil
	}
	return unknownContents, comparison{}, none, nil
}

// alreadyThere is why a job was skipped. Where the dates decide, an object that
// is not older may well be another; else the file was meant to be there.
func alreadyThere(j Job, holding contents) error {
	e := &client.Error{Op: string(j.Op), Kind: client.KindExists, At: j.To.At}
	switch newer := j.Overwrite == OverwriteNewer; {
	case holding == otherContents && newer:
		e.Err = client.Say("it is there already with other contents, and not older than the file").Err()
	case holding == otherContents:
		e.Err = ErrOtherContents
	case newer:
		e.Err = client.Say("it is there already and not older than the file").Err()
	case holding == unknownContents:
		e.Err = client.Say("it is there already, with contents that could not be compared").Err()
	default:
		e.Err = client.Say("it is there already").Err()
	}
	return e
}
