package transfer

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// Copy makes an object of another: of the same account on the server, of another
// account through this machine; Move removes the source afterwards. The copy is believed when it was looked at and its first byte
// was read, and the source is removed after that alone, and only while it is still
// what was copied. A source that no rule is about keeps its encryption.
const (
	Copy Op = "copy"
	Move Op = "move"
)

// WritesObject reports whether jobs write an object, so that its encryption is decided
// and proved.
func (o Op) WritesObject() bool { return o == Upload || o.Copies() }

// Copies reports whether jobs make an object of one that is there.
func (o Op) Copies() bool { return o == Copy || o == Move || o == Restore || o.InPlace() }

type copying struct{}

// admit refuses what nobody decided, and a copy of the current version onto itself.
func (copying) admit(j Job) error {
	switch {
	case j.Op.InPlace():
		if j.From.At != j.To.At || j.Edit == nil && j.Op != Encrypt {
			return client.Say("a change needs an object, and something to change").Err()
		}
		if j.Edit != nil {
			if err := j.Edit.Check(); err != nil {
				return err
			}
		}
	case j.From.At == j.To.At && j.From.Version == "" && !j.IsBetween():
		return &client.Error{Op: string(j.Op), Kind: client.KindInvalid, At: j.To.At, Err: errOntoItself}
	}
	if err := j.From.At.CheckKey(); err != nil {
		return err
	}
	return j.Treatment.Check()
}

var errOntoItself = client.Say("source and target are the same object").Err()

func (copying) writes(j Job) end { return end{client.Scheme + j.To.At.Bucket, j.To.At.Key} }

func (copying) drop(ctx context.Context, e *Engine, j Job, p *Progress) error {
	return uploading{}.drop(ctx, e, j, p)
}

// run is one attempt, which goes on where one before it was cut off.
func (copying) run(ctx context.Context, e *Engine, it *item) error {
	e.recallProgress(it)
	err := e.copy(ctx, it)
	return e.settle(ctx, it, err)
}

// A copyOf is the work of one attempt at a copy.
type copyOf struct {
	engine *Engine
	it     *item
	copier client.Copier      // nil between accounts
	origin Other              // the account of the source
	key    client.CustomerKey // opens the source
	source client.Object      // as it was when the attempt began
	asked  client.Treatment   // before that of the source took the place of nothing
	tags   map[string]string  // of an object that is written over
	before Expect             // the source as an attempt before has seen it
	gone   bool               // the source: an attempt before may have moved it
	// made is a copy that is to be made anew, nil for none.
	made *client.Object
	// replaced: the copy was made again with all said that is stored beside the bytes.
	replaced bool
}

// copy looks at the source, looks before overwriting, copies, verifies, and removes the
// source where it is to be moved.
func (e *Engine) copy(ctx context.Context, it *item) error {
	c, err := e.newCopy(ctx, it)
	if err != nil {
		return err
	}
	if stored := it.stored(); stored != nil { // before the source: that may be gone by our own hand
		switch err := c.goOn(ctx, *stored); {
		case errors.Is(err, errAnew):
		case errors.Is(err, errInParts):
			e.copiesInParts.Store(true)
		default:
			return err
		}
		e.forget(it)
	}
	if err := c.open(ctx); err != nil {
		return err
	}
	if err := e.recognize(ctx, it); err != nil {
		return err
	}
	if stored := it.stored(); stored != nil { // the answer to its completion was lost
		if c.isStored(it.progress) {
			if err := c.recognized(ctx, stored); err != nil {
				return err
			}
			return c.prove(ctx, *stored)
		}
		e.forget(it)
	}
	if c.made != nil { // what is there is ours, and not as asked
		return c.make(ctx, there{})
	}
	if err := c.isCurrent(ctx); err != nil {
		return err
	}
	there, err := e.look(ctx, it)
	if err != nil {
		return err
	}
	if !there.stays(it.row.Job) {
		err := c.make(ctx, there)
		if it.row.Job.Over == nil || !it.row.Job.wasOvertaken(err) {
			return err
		}
		if now, unseen := e.look(ctx, it); unseen == nil && now.stays(it.row.Job) { // maybe our own, whose answer was lost
			return c.judgeThere(ctx, now)
		}
		return err
	}
	if ours, err := c.isOurs(ctx, there.object); err != nil {
		return err
	} else if ours {
		return c.proveOurs(ctx, there.object)
	}
	return c.judgeThere(ctx, there)
}

// newCopy finds out who copies: the server, or between accounts this machine.
func (e *Engine) newCopy(ctx context.Context, it *item) (c *copyOf, err error) {
	job := it.row.Job
	c = &copyOf{engine: e, it: it, origin: Other{Store: e.cfg.Store, Account: e.cfg.Account}}
	if it.progress != nil {
		c.tags, c.before = it.progress.Tags, it.progress.Source
	}
	if job.IsBetween() {
		c.origin, err = e.other(ctx, job)
		return c, err
	}
	copier, ok := client.As[client.Copier](e.cfg.Store)
	if !ok {
		return nil, &client.Error{Op: string(job.Op), Kind: client.KindUnsupported, At: job.To.At, Err: client.Say("this account's service cannot copy").Err()}
	}
	c.copier = copier
	return c, nil
}

// stored is what an attempt before has stored and could not prove.
func (it *item) stored() *Stored {
	if it.progress == nil {
		return nil
	}
	return it.progress.Stored
}

// open finds the source: it must be what was planned. What no rule is about is to be
// encrypted as it is.
func (c *copyOf) open(ctx context.Context) (err error) {
	e, job := c.engine, c.it.row.Job
	if c.key, err = e.fetchKey(ctx, job, job.From.At, job.From.CustomerKeyMD5); err != nil {
		return err
	}
	c.source, err = c.origin.Store.Head(ctx, job.From.At, client.ReadOptions{VersionID: job.From.Version, Key: c.key})
	switch {
	case err != nil:
		return err
	case job.Expect.ETag != "" && !job.Op.InPlace() && !client.SameETag(job.Expect.ETag, c.source.ETag):
		return c.changed(errSourceChanged)
	case !c.source.SizeTold():
		return &client.Error{Op: string(job.Op), Kind: client.KindUnsupported, At: job.From.At, Err: client.Say("the server does not say how large it is").Err()}
	}
	if err := c.decide(ctx); err != nil {
		return err
	}
	if err := c.isNotItself(ctx); err != nil {
		return err
	}
	return c.inPlace(ctx)
}

var (
	errSourceChanged = client.Say("it is another object than when the copy was planned: nothing was copied").Err()
	errChangedSince  = client.Say("it changed while it was copied: copy it again").Err()
)

func (c *copyOf) changed(why error) error {
	return &client.Error{Op: string(c.it.row.Job.Op), Kind: client.KindPrecondition, At: c.it.row.Job.From.At, RequestID: c.source.RequestID, Err: why}
}

// decide takes what is known of the source into the job: its size for the comparison,
// and its encryption where no rule says anything else.
func (c *copyOf) decide(ctx context.Context) (err error) {
	e, it := c.engine, c.it
	job := it.row.Job
	job.Expect.Size, job.Expect.ETag, job.Expect.Modified = c.source.Size, c.source.ETag, c.source.Modified
	c.asked = job.Treatment
	if c.asked.Because.Form == AsItsSource.Form { // an attempt before has decided so, of the source as it was then
		c.asked = client.Treatment{Type: client.TypeInherit, Because: AsItsSource}
	}
	switch t, keeps := asItsSource(c.asked, c.source.Encryption); {
	case job.IsBetween():
		if job.Treatment, err = c.betweenKeys(t, keeps); err != nil {
			return err
		}
	case keeps:
		job.Treatment = t
	}
	if it.key, err = e.fetchKey(ctx, job, job.To.At, job.Treatment.CustomerKeyMD5); err != nil {
		return err
	}
	c.becomes(job)
	return nil
}

// becomes writes down what the job is now.
func (c *copyOf) becomes(job Job) {
	c.engine.mu.Lock()
	c.it.row.Job = job
	c.engine.touched(c.it)
	c.engine.mu.Unlock()
	c.engine.scribe.tell(Entry{Number: c.it.number, Job: &job})
}

// AsItsSource is why a copy is encrypted as it is that nobody has decided about.
var AsItsSource = client.Say("as its source is encrypted")

// KeptAs is what is asked of an object that is to stay encrypted as it was reported: of one
// that is not encrypted, nothing.
func KeptAs(r client.Reported) client.Treatment {
	t, _ := asItsSource(client.Treatment{Type: client.TypeInherit, Because: AsItsSource}, r)
	return t
}

// asItsSource is how a copy is encrypted that no rule is about: as its source, by the
// same key. A context is never told by servers, so that it cannot be kept.
func asItsSource(t client.Treatment, r client.Reported) (client.Treatment, bool) {
	if t.Type != client.TypeInherit || !r.Told {
		return t, false
	}
	as := client.Treatment{Type: r.Type, Because: AsItsSource}
	switch r.Type {
	case client.TypeSSES3:
	case client.TypeSSEKMS, client.TypeDSSEKMS:
		if as.Key = r.Key; as.Key == "" {
			return t, false
		}
		as.BucketKey = r.Type == client.TypeSSEKMS && r.BucketKey
	case client.TypeSSEC:
		as.CustomerKeyMD5 = r.CustomerKeyMD5
	default:
		return t, false
	}
	return as, as.Check() == nil
}

// make copies in the way that this server can.
func (c *copyOf) make(ctx context.Context, there there) error {
	c.intend()
	options, err := c.options(there)
	if err != nil {
		return err
	}
	if c.copier == nil {
		stored, err := c.carry(ctx, options)
		if err != nil {
			return err
		}
		return c.prove(ctx, stored)
	}
	if c.fitsOneRequest() {
		stored, err := c.whole(ctx, options)
		switch {
		case err == nil:
			c.engine.moved(c.it, c.source.Size)
			if err = c.prove(ctx, stored); !errors.Is(err, errInParts) {
				return err
			}
			c.engine.moved(c.it, -c.source.Size) // they go again
		case !c.refuses(err):
			return err
		}
		c.engine.copiesInParts.Store(true)
	}
	if options, err = c.options(there); err != nil {
		return err
	}
	stored, err := c.inParts(ctx, options)
	if err != nil {
		return err
	}
	return c.prove(ctx, stored)
}

// fitsOneRequest reports whether CopyObject may do it: a large object does not fit, what
// was begun in parts is gone on with so, a context that the server shows is what MinIO
// spoils a copy by, and a server that refused to copy what is encrypted, or did not
// encrypt, will do so again.
func (c *copyOf) fitsOneRequest() bool {
	switch learned := c.engine.copiesInParts.Load(); {
	case c.source.Size > client.MaxCopy, c.it.progress.hasUpload(), c.source.HasContext():
		return false
	case learned && c.source.Size > 0:
		return !encrypts(c.source.Encryption.Type) && !encrypts(c.it.row.Job.Treatment.Type)
	}
	return true
}

func encrypts(t client.EncryptionType) bool {
	return t == client.TypeSSEKMS || t == client.TypeDSSEKMS || t == client.TypeSSEC || t == client.TypeSSES3
}

// refuses reports whether a server cannot copy it with one request, and may in parts.
func (c *copyOf) refuses(err error) bool {
	switch client.KindOf(err) {
	case client.KindUnsupported, client.KindEncryptionRefused, client.KindTooLarge:
		return c.source.Size > 0
	}
	return false
}

// options are those of the copy: all that is stored beside the bytes is what the
// source has.
func (c *copyOf) options(there there) (client.PutOptions, error) {
	job := c.it.row.Job
	encryption, err := job.Treatment.Encryption(c.it.key)
	if err != nil {
		return client.PutOptions{}, &client.Error{Op: string(job.Op), Kind: client.KindRefused, At: job.To.At, Err: err}
	}
	o := job.Edit.of(c.source)
	o.Encryption = encryption
	if c.made != nil { // over our own copy, and over nothing else
		o.IfMatch = c.made.ETag
		return o, nil
	}
	return there.condition(job, o), nil
}

// from is the source, as it was when it was looked at.
func (c *copyOf) from() client.Source {
	return client.Source{At: c.it.row.Job.From.At, VersionID: c.it.row.Job.From.Version, ETag: c.source.ETag, Key: c.key}
}

// whole copies with one request.
func (c *copyOf) whole(ctx context.Context, o client.PutOptions) (Stored, error) {
	made, err := c.copier.Copy(ctx, c.from(), c.it.row.Job.To.At, client.CopyOptions{PutOptions: o, Replace: c.it.row.Job.Op.InPlace()})
	if err != nil {
		return Stored{}, err
	}
	return c.storedWhole(made), nil
}

// storedWhole is what the server said of a copy of one request.
func (c *copyOf) storedWhole(made client.Object) Stored {
	return Stored{
		Answers: []Answer{{byCopy, made.Encryption}}, VersionID: made.VersionID, ETag: made.ETag, RequestID: made.RequestID,
		Handed: c.handed(), Source: c.source,
	}
}

var byCopy = client.Say("the answer to the copy")

// handed is what a copy on the server has to have: the checksum that the server computed
// of the source. What its metadata says comes with it, and may be of other bytes.
func (c *copyOf) handed() (h Handed) {
	h.Sum, _ = c.source.StoredChecksum()
	return h
}
