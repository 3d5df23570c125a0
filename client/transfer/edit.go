package transfer

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// Restore makes an older version of an object its current one, by a copy of it. Meta and
// Class change what is stored beside the bytes of an object, by a copy onto itself: its
// type, headers and metadata, and its storage class; they keep its encryption. Encrypt
// changes that, and nothing else: it stores the bytes anew as the job's treatment says,
// and skips what is so already. What is written in place keeps its tags, and is refused
// where it would lose something else without a word.
const (
	Restore Op = "restore"
	Meta    Op = "meta"
	Class   Op = "class"
	Encrypt Op = "encrypt"
)

// InPlace reports whether jobs write over the object that they read.
func (o Op) InPlace() bool { return o == Meta || o == Class || o == Encrypt }

// An Edit is what becomes of that which is stored beside the bytes. What it does not
// name stays.
type Edit struct {
	ContentType string            `json:"contentType,omitempty"`
	Set         map[string]string `json:"set,omitempty"`     // metadata, by names in lower case without x-amz-meta-
	Unset       []string          `json:"unset,omitempty"`   // metadata that goes
	Headers     map[string]string `json:"headers,omitempty"` // of client.System, by their canonical names; "" takes one away
}

// Check refuses a change of nothing, and what has no place beside an object.
func (d *Edit) Check() error {
	if d.ContentType == "" && len(d.Set)+len(d.Unset)+len(d.Headers) == 0 {
		return client.Say("nothing is said that would be changed").Err()
	}
	if err := client.CheckHeaderValue("Content-Type", d.ContentType); err != nil {
		return err
	}
	for _, values := range []map[string]string{d.Headers, d.Set} {
		for name, value := range values {
			if err := client.CheckHeaderValue(name, value); err != nil {
				return err
			}
		}
	}
	return d.checkNames()
}

// checkNames refuses what is not kept with an object, and what cannot be called so.
func (d *Edit) checkNames() error {
	var s client.System
	for name, value := range d.Headers {
		if !s.Set(name, value) {
			return client.Say("%s is no header that is kept with an object", name).Err()
		}
	}
	for _, name := range d.Unset {
		if _, set := d.Set[name]; set {
			return client.Say("%s is to be written and to be taken away: say one of the two", name).Err()
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(d.Set)), d.Unset...) {
		if !metadataName.MatchString(name) || strings.HasPrefix(name, "x-amz-") {
			return client.Say("%q is no name of metadata: lower case letters, digits and . _ - are, without x-amz-meta-", name).Err()
		}
	}
	return nil
}

// metadataName is what can be the name of a header and comes back as it was.
var metadataName = regexp.MustCompile(`^[a-z0-9._-]+$`)

// of is what an object has beside its bytes once it is changed; nil changes nothing.
func (d *Edit) of(o client.Object) client.PutOptions {
	p := client.PutOptions{ContentType: o.ContentType, Metadata: o.Metadata, System: o.System()}
	if d == nil {
		return p
	}
	p.Metadata = maps.Clone(o.Metadata)
	if p.Metadata == nil {
		p.Metadata = map[string]string{}
	}
	maps.Copy(p.Metadata, d.Set)
	for _, name := range d.Unset {
		delete(p.Metadata, name)
	}
	if d.ContentType != "" {
		p.ContentType = d.ContentType
	}
	for name, value := range d.Headers {
		p.System.Set(name, value)
	}
	return p
}

// IsDone reports whether an object has already what the edit would write.
func (d *Edit) IsDone(o client.Object) bool {
	want := d.of(o)
	return want.ContentType == o.ContentType && want.System == o.System() && maps.Equal(want.Metadata, o.Metadata)
}

// inPlace prepares a copy of an object onto itself: over what was looked at and nothing
// else, with its tags in the journal before it may lose them.
func (c *copyOf) inPlace(ctx context.Context) error {
	job := c.it.row.Job
	if !job.Op.InPlace() {
		if c.source.IsLocked() && !c.engine.saidLocks.Swap(true) {
			c.engine.note(client.Say("%s has an object lock, and its copy will have that of the target's bucket, if that has one; so with others that are locked", job.From))
		}
		return nil
	}
	if err := c.isSo(ctx); err != nil {
		return err
	}
	if err := job.LossInPlace(ctx, c.engine.cfg.Store, c.source); err != nil {
		return err
	}
	if job.Op == Encrypt && c.source.KeepsVersions() && !c.engine.saidVersions.Swap(true) {
		c.engine.note(client.Say("%s keeps versions: those that are there stay encrypted as they are, beside the new ones", job.To.At.Bucket))
	}
	c.made = &c.source
	return c.noteTags(ctx)
}

// noteTags writes the tags of an object down before it may lose them. One that has none
// has lost them perhaps: those are given back that an attempt before wrote down, unless
// it is another object now.
func (c *copyOf) noteTags(ctx context.Context) error {
	tags, err := c.engine.cfg.Store.Tags(ctx, c.it.row.Job.From.At, "")
	switch {
	case err == nil && len(tags) == 0, client.KindOf(err) == client.KindUnsupported: // it has none
		if c.before.Size != c.source.Size {
			c.tags = nil
		}
	case err != nil:
		return err
	default:
		c.tags = tags
	}
	if p := c.it.progress; len(c.tags) == 0 || p.hasUpload() || p != nil && maps.Equal(p.Tags, c.tags) { // an upload is written down with them
		return nil
	}
	if c.it.progress == nil {
		c.it.progress = &Progress{At: c.engine.cfg.Now(), Source: c.it.row.Job.Expect}
	}
	c.it.progress.Tags = c.tags
	return c.engine.scribe.write(Entry{Number: c.it.number, Begun: c.it.progress})[0]
}

// isSo skips an object that is already what the job would make of it, unless an attempt
// before has still to give it its tags.
func (c *copyOf) isSo(ctx context.Context) error {
	e, it := c.engine, c.it
	job := it.row.Job
	if len(c.tags) > 0 {
		return nil
	}
	so := &skipped{&client.Error{Op: string(job.Op), Kind: client.KindExists, At: job.To.At, Err: errSoAlready}}
	if job.Op != Encrypt {
		if job.Edit.IsDone(c.source) {
			return so
		}
		return nil
	}
	p := e.proveThere(ctx, it, there{exists: true, object: c.source})
	r := e.receipt(job, p)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case p.Verdict == NotYetVerified:
		return notYetVerified(job, r, p.unasked)
	case !isMet(job.Treatment, p.Finding):
		return nil
	}
	return e.keep(it, r, so)
}

// isMet reports whether an object is encrypted as asked, as far as there is nothing that
// no server tells: where an encryption context is asked for, only writing it makes sure.
func isMet(asked client.Treatment, f Finding) bool {
	return f.Verdict.AsAsked() && len(asked.Context) == 0
}

// IsSo reports whether an object is already what a job in place would make of it, as far
// as can be told without asking KMS.
func (j Job) IsSo(o client.Object) bool {
	if j.Op == Encrypt {
		return isMet(j.Treatment, Judge(j.Treatment, o.Encryption, client.Key{}))
	}
	return j.Edit.IsDone(o)
}

var errSoAlready = client.Say("it is so already").Err()

// LossInPlace refuses a job in place by which an object, as it was looked at, would lose
// what this program cannot give back to it. What may not be looked at is not known.
func (j Job) LossInPlace(ctx context.Context, store client.Store, o client.Object) error {
	lose := func(what client.Text) error {
		return &client.Error{
			Op: string(j.Op), Kind: client.KindRefused, At: j.To.At, RequestID: o.RequestID,
			Said: client.Say("nothing was changed, since the object would lose %v", what),
		}
	}
	if o.IsLocked() {
		return lose(client.Say("its object lock, which stays with the version that is there"))
	}
	sharer, ok := client.As[client.Sharer](store)
	if !ok {
		return nil
	}
	shared, err := sharer.Shared(ctx, j.From.At, "")
	switch {
	case shared:
		return lose(client.Say("its permissions (ACL): others were given rights to it"))
	case err != nil && (ctx.Err() != nil || unasked(client.KindOf(err))):
		return err
	}
	return nil
}

// errCurrent is why a version is not restored.
var errCurrent = client.Say("it is the current version already")

// isCurrent skips the restoring of what is there already.
func (c *copyOf) isCurrent(ctx context.Context) error {
	job := c.it.row.Job
	if job.Op != Restore {
		return nil
	}
	now, err := c.engine.headAsStored(ctx, job.To.At, client.ReadOptions{Key: c.key})
	var known *client.Error
	switch {
	case client.KindOf(err) == client.KindNotFound, client.KindOf(err) == client.KindDeleteMarker, client.KindOf(err) == client.KindWrongKey:
		return nil
	case errors.As(err, &known) && !unasked(known.Kind):
		return nil //nolint:nilerr // who may not look may restore
	case err != nil:
		return err
	case now.VersionID == job.From.Version || now.VersionID == "" && client.SameETag(now.ETag, c.source.ETag) && now.Modified.Equal(c.source.Modified):
		return &skipped{&client.Error{Op: string(job.Op), Kind: client.KindExists, At: job.To.At, Err: errCurrent.Err()}}
	}
	return nil
}
