package transfer

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// errInParts is why a copy of one request is made again in parts.
var errInParts = client.Say("the server did not encrypt the copy as asked").Err()

// prove looks at the copy, reads its first byte, compares with what was asked and with
// the source, and keeps the receipt; of a source that is to be moved after it is gone.
func (c *copyOf) prove(ctx context.Context, s Stored) error {
	e, it := c.engine, c.it
	e.enter(it, Verifying)
	job := it.row.Job
	p, err := e.prove(ctx, it, s)
	if err != nil {
		return err
	}
	inOne := s.PartSize == 0
	if c.copier != nil && inOne && !c.gone && (job.Op == Encrypt || !job.Op.InPlace()) && c.source.Size > 0 && (p.Verdict == NotEncrypted || p.Verdict == OtherKey) {
		c.made = &p.head
		if job.Op == Encrypt {
			c.isNow(p.head)
		}
		return errInParts
	}
	r := e.receipt(job, p)
	r.Size, r.VersionID, r.ETag = job.Expect.Size, first(s.VersionID, p.head.VersionID), first(p.head.ETag, s.ETag)
	r.RequestID, r.PartSize, r.Parts = first(s.RequestID, p.head.RequestID), s.PartSize, s.Parts
	if err := c.compared(&r, s, p.head); err != nil {
		return err
	}
	s.As = c.asks()
	it.progress = &Progress{Row: it.number, At: e.cfg.Now(), Source: job.Expect, Checksum: s.Handed.Sum, Tags: c.tags, Stored: &s}
	if p.Verdict != NotYetVerified {
		if p.Verdict.AsAsked() || e.cfg.AllowUnverified { // else that is what is wrong with it, whether or not it can be read
			if err := c.readable(ctx, s, p.head); err != nil {
				return err
			}
		}
		if c.copier != nil && inOne && !job.Op.InPlace() && !c.replaced && !c.gone && !c.lost(p.head).IsZero() {
			return c.writeBeside(ctx, p.head)
		}
	}
	return e.keep(it, r, c.conclude(ctx, s, p, r))
}

// isNow takes what was written in place, and is not as asked, for the source of another
// copy of it. What is to stand beside the bytes is still what stood there at first.
func (c *copyOf) isNow(made client.Object) {
	c.source.VersionID, c.source.ETag, c.source.Modified, c.source.Encryption = made.VersionID, made.ETag, made.Modified, made.Encryption
	c.key = client.CustomerKey{}
	if made.Encryption.Type == client.TypeSSEC {
		c.key = c.it.key
	}
	job := c.it.row.Job
	job.Expect.ETag, job.Expect.Modified = made.ETag, made.Modified
	c.becomes(job)
}

// conclude is what becomes of a copy that was looked at: with what is stored beside the
// bytes, and without its source where that is to be moved. The journal knows that the
// copy is there before the source goes.
func (c *copyOf) conclude(ctx context.Context, s Stored, p proof, r Receipt) error {
	e, it := c.engine, c.it
	job := it.row.Job
	if p.Verdict != NotYetVerified && !p.Verdict.AsAsked() && !c.gone { // which no other look will mend: it is made anew
		it.progress.Stored = nil
	}
	if err := e.judged(ctx, job, p, r); err != nil {
		return err
	}
	if err := c.beside(ctx, s, p); err != nil || job.Op != Move {
		return err
	}
	if err := asAskedOr(ctx, job, p, r); err != nil { // what may do for a copy does for no source
		return err
	}
	if err := e.scribe.write(Entry{Number: it.number, Begun: it.progress})[0]; err != nil {
		return stays(client.Say("that could not be written down: %v", err)).Err()
	}
	e.mu.Lock()
	it.begun = true
	e.mu.Unlock()
	return c.removeSource(ctx)
}

// stays says that a copy was made and its source was not removed.
func stays(why client.Text) client.Text {
	return client.Say("the copy is complete, and the source stays: %v", why)
}

// readable reads the first byte of the copy: servers have answered 200 to a copy that
// nobody could decrypt any more.
func (c *copyOf) readable(ctx context.Context, s Stored, head client.Object) error {
	job := c.it.row.Job
	if job.Expect.Size == 0 {
		return nil
	}
	key := c.it.key
	if head.Encryption.Told && head.Encryption.Type != client.TypeSSEC {
		key = client.CustomerKey{}
	}
	o := client.ReadOptions{VersionID: s.VersionID, Key: key, Length: 1}
	if s.ETag != "" && client.SameETag(s.ETag, head.ETag) { // and not that of an object that took its place
		o.IfMatch = s.ETag
	}
	_, body, err := c.engine.cfg.Store.Get(ctx, job.To.At, o)
	if err == nil {
		_, err = io.ReadFull(body, make([]byte, 1))
		_ = body.Close() // the byte is there
	}
	kind := client.KindOf(err)
	switch {
	case kind == client.KindArchived && job.Op == Class: // as was asked: nobody can read it now
		return nil
	case err == nil, ctx.Err() != nil, unasked(kind):
		return err
	case kind == client.KindDenied, kind == client.KindKeyDenied, kind == client.KindPrecondition, kind == client.KindArchived:
		return &client.Error{
			Op: "verify", Kind: kind, At: job.To.At, Err: err,
			Said: client.Say("the copy was made, and whether it can be read could not be found out; the source is still there"),
		}
	}
	return &client.Error{
		Op: "verify", Kind: client.KindCorrupt, At: job.To.At, Err: err,
		Said: client.Say("the server made the copy and cannot read it; the source is still there, and the copy should be removed"),
	}
}

// compared says in the receipt how far the bytes of the copy are known to be those of the
// source.
func (c *copyOf) compared(r *Receipt, s Stored, head client.Object) (err error) {
	if c.copier == nil {
		return c.carried(r, s, head)
	}
	if r.Content, r.Compared, err = c.compare(head); err != nil {
		return err
	}
	for _, sum := range head.Checksums { // what the metadata says was copied with it, and tells nothing
		if !sum.Composite {
			r.Checksum = sum
			break
		}
	}
	return nil
}

// compare says how far the bytes of the copy are known to be those of the source. The
// error (KindCorrupt) says that they are not.
func (c *copyOf) compare(head client.Object) (Content, client.Text, error) {
	return compareObjects(c.source, head)
}

// AreOtherContents reports whether what is there is known to hold other bytes than a source
// that is not copied over it, as the job itself would find.
func AreOtherContents(source, there client.Object) bool {
	if !there.SizeTold() || !source.SizeTold() {
		return false
	}
	_, _, err := compareObjects(source, there)
	return err != nil || there.Size != source.Size
}

func compareObjects(source, head client.Object) (Content, client.Text, error) {
	for _, was := range source.Checksums {
		for _, is := range head.Checksums {
			switch {
			case was.Algorithm != is.Algorithm, was.Composite, is.Composite:
			case was.Value != is.Value:
				return ContentNone, client.Text{}, otherBytes(head.At, head.RequestID, is.Value, was.Value)
			default:
				return ContentChecksum, client.Say("the server's checksum of the copy is that of the source"), nil
			}
		}
	}
	if isMD5(source.ETag) && isReadable(source) && isReadable(head) && strings.EqualFold(source.ETag, head.ETag) {
		return ContentMD5, client.Say("the ETags of source and copy are the same MD5"), nil
	}
	return ContentSize, client.Say("the server keeps no checksums of both: only the size was compared"), nil
}

// lost says what of that which is stored beside the bytes the copy does not have.
func (c *copyOf) lost(head client.Object) client.Text {
	switch want := c.it.row.Job.Edit.of(c.source); {
	case want.ContentType != head.ContentType:
		return client.Say("content type")
	case !maps.Equal(want.Metadata, head.Metadata):
		return client.Say("metadata")
	case want.System != head.System():
		return client.Say("headers")
	}
	return client.Text{}
}

// writeBeside makes the copy once more with everything said that is stored beside the
// bytes: the server lost some of it.
func (c *copyOf) writeBeside(ctx context.Context, made client.Object) error {
	c.made = &made
	o, err := c.options(there{})
	if err != nil {
		return err
	}
	again, err := c.copier.Copy(ctx, c.from(), c.it.row.Job.To.At, client.CopyOptions{PutOptions: o, Replace: true})
	if err != nil {
		return err
	}
	c.replaced = true
	return c.prove(ctx, c.storedWhole(again))
}

// keepTags gives the copy the tags of its source where the server did not.
func (c *copyOf) keepTags(ctx context.Context, s Stored) error {
	if c.copier != nil && s.PartSize == 0 && !c.replaced && !c.it.row.Job.Op.InPlace() {
		return nil
	}
	job := c.it.row.Job
	if job.Op.InPlace() {
		return c.setTags(ctx, s, c.tags)
	}
	tags, err := c.origin.Store.Tags(ctx, job.From.At, job.From.Version)
	switch kind := client.KindOf(err); {
	case kind == client.KindUnsupported: // it has none
		return nil
	case kind == client.KindDenied && c.copier == nil && job.Op == Copy: // who may not look takes what there is to be had
		c.engine.note(client.Say("whether %s has tags may not be looked at: its copy has none", job.From))
		return nil
	case kind == client.KindNotFound && c.gone && job.Op == Move: // it went after they were set
		return nil
	case err != nil:
		return err
	}
	return c.setTags(ctx, s, tags)
}

func (c *copyOf) setTags(ctx context.Context, s Stored, tags map[string]string) error {
	if len(tags) == 0 {
		return nil
	}
	job, store := c.it.row.Job, c.engine.cfg.Store
	if job.Op.InPlace() { // a server that kept them need not be asked for more than that
		if now, err := store.Tags(ctx, job.To.At, s.VersionID); err == nil && maps.Equal(now, tags) {
			return nil
		}
	}
	tagger, ok := client.As[client.Tagger](store)
	if !ok {
		return client.Say("this account's service cannot set tags").Err()
	}
	return tagger.SetTags(ctx, job.To.At, s.VersionID, tags)
}

// beside says what of that which is stored beside the bytes the copy could not be given,
// nil for nothing.
func (c *copyOf) beside(ctx context.Context, s Stored, p proof) error {
	var lost client.Text
	if p.Verdict != NotYetVerified { // else nobody has seen what it has
		lost = c.lost(p.head)
	}
	kind, why := client.KindContradiction, client.Say("the server did not keep it")
	if err := c.keepTags(ctx, s); err != nil {
		lost, kind, why = client.Say("tags"), client.KindOf(err), client.TextOf(err)
	}
	if lost.IsZero() {
		return nil
	}
	return &client.Error{
		Op: "verify", Kind: kind, At: c.it.row.Job.To.At, RequestID: p.head.RequestID,
		Said: client.Say("the copy is complete and does not have the %v of its source (%v)", lost, why),
	}
}

// removeSource removes what was copied, and nothing that took its place.
func (c *copyOf) removeSource(ctx context.Context) error {
	job := c.it.row.Job
	was := client.Object{At: job.From.At, VersionID: job.From.Version, ETag: c.source.ETag, Modified: c.source.Modified}
	err := c.origin.Store.DeleteOnly(ctx, was, c.key)
	if err == nil {
		return nil
	}
	var known *client.Error
	moved := &client.Error{Op: string(Move), Kind: client.KindOf(err), At: job.From.At, Err: err}
	if errors.As(err, &known) {
		moved.RequestID, moved.Status, moved.Code = known.RequestID, known.Status, known.Code
	}
	moved.Said = stays(client.Say("it could not be removed"))
	if moved.Kind == client.KindPrecondition {
		moved.Said = stays(client.Say("it is another object now"))
	}
	return moved
}

// judgeThere judges what is there and stays in the place of a copy. The source of a move
// stays too.
func (c *copyOf) judgeThere(ctx context.Context, t there) error {
	e, it := c.engine, c.it
	e.enter(it, Verifying)
	job := it.row.Job
	job.Treatment = c.asked // nobody asked of what is there to be as the source
	c.becomes(job)
	p := e.proveThere(ctx, it, t)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r := e.receipt(job, p)
	holding := unknownContents
	content, compared, err := c.compare(t.object)
	switch {
	case t.locked:
	case err != nil, t.object.SizeTold() && t.object.Size != c.source.Size:
		holding = otherContents
	case content.OfBytes():
		holding = sameContents
	}
	r.Size, r.Content, r.Compared = p.head.Bytes(), content, compared
	outcome := e.judgedThere(job, p, r, holding)
	if holding.areAnothers(job) {
		return outcome
	}
	return e.keep(it, r, outcome)
}
