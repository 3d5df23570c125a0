package transfer

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// A proof is what was found out about an object, on what it rests, and why no
// more could be found out.
type proof struct {
	Finding
	head     client.Object
	reported client.Reported // the report that decided
	unasked  error           // of a proof not yet made: why
}

// proveUpload asks the server for the object's properties, compares them with
// what was asked, keeps the receipt, and says whether the transfer may count as
// done. It never removes the object: whether to delete, keep or send again is
// for the user to say.
func (e *Engine) proveUpload(ctx context.Context, it *item, s Stored) error {
	job := it.row.Job
	p, err := e.prove(ctx, it, s)
	if err != nil {
		return err
	}
	r := e.receipt(job, p)
	r.Size, r.Checksum = job.Expect.Size, s.Handed.Sum
	if r.Content, r.Compared, err = s.Handed.content(job.To.At, p.head); err != nil {
		return err
	}
	if r.Content == ContentSize && !p.head.SizeTold() {
		r.Content, r.Compared = ContentNone, client.Text{}
	}
	r.VersionID, r.ETag, r.RequestID = first(s.VersionID, p.head.VersionID), first(p.head.ETag, s.ETag), first(s.RequestID, p.head.RequestID)
	r.PartSize, r.Parts, r.Identity = s.PartSize, s.Parts, s.Identity
	it.progress = nil
	if p.Verdict == NotYetVerified {
		stored := s // or it would be made anew for each that is verified
		it.progress = &Progress{Row: it.number, At: e.cfg.Now(), Source: job.Expect, Checksum: s.Handed.Sum, Stored: &stored}
	}
	return e.keep(it, r, e.judged(ctx, job, p, r))
}

// judged is the error of a verdict that lets no transfer count as done.
func (e *Engine) judged(ctx context.Context, job Job, p proof, r Receipt) error {
	denied := client.KindOf(p.unasked) == client.KindDenied
	stopped := ctx.Err() != nil && p.unasked != nil
	if !stopped && e.cfg.AllowUnverified && (p.Verdict != NotYetVerified || denied) {
		return nil
	}
	return asAskedOr(ctx, job, p, r)
}

// asAskedOr is the error of a verdict other than as asked, whatever is allowed.
func asAskedOr(ctx context.Context, job Job, p proof, r Receipt) error {
	switch {
	case ctx.Err() != nil && p.unasked != nil:
		return context.Cause(ctx)
	case p.Verdict.AsAsked():
		return nil
	case p.Verdict == NotYetVerified:
		return notYetVerified(job, r, p.unasked)
	}
	return notAsAsked(job, r, client.Say("the file"))
}

// prove looks at the object that was written and compares. The error says that
// the server holds something else than was sent.
func (e *Engine) prove(ctx context.Context, it *item, s Stored) (proof, error) {
	ctx, end := e.proofTime(ctx)
	defer end()
	job := it.row.Job
	got := Evidence{Answers: s.Answers, Sum: s.Handed.Sum}
	err := e.patiently(ctx, it, afterWriting, func() (err error) {
		got.Head, err = e.headOf(ctx, it, s)
		return err
	})
	if err != nil {
		return unseen(job, got, err), nil
	}
	finding, err := Verify(job, got)
	if err != nil {
		return proof{}, err
	}
	if finding.Verdict == KeyNotReported {
		if got.KMS, err = e.askKMS(ctx, it, job.Treatment, got.Head.Encryption, answerCounts); err != nil {
			return proof{Finding{NotYetVerified, kmsSilent}, got.Head, got.Head.Encryption, err}, nil //nolint:nilerr // a proof not yet made, and why
		}
		finding, err = Verify(job, got)
	}
	return proof{finding, got.Head, decisive(job, got, finding), nil}, err
}

// unseen is the proof of an object that could not be looked at: what the answers
// to its upload said already is no better for that.
func unseen(j Job, got Evidence, err error) proof {
	asked := j.Treatment
	unknown := client.Object{Size: client.NotTold}
	p := proof{Finding{NotYetVerified, notAnswered(err, byHead)}, unknown, client.Reported{}, err}
	for _, a := range got.Answers {
		if f := judge(asked, a.Said, client.Key{}, a.By); a.Said.Told && asked.Type != client.TypeInherit && badness[f.Verdict] > badness[KeyNotReported] {
			return proof{f, unknown, a.Said, nil}
		}
		if a.Said.Told {
			p.reported = a.Said
		}
	}
	return p
}

// headOf asks for the properties of what was just written and of nothing that
// took its place since: by its version, else by its ETag.
func (e *Engine) headOf(ctx context.Context, it *item, s Stored) (client.Object, error) {
	j := it.row.Job
	o := client.ReadOptions{VersionID: s.VersionID, Key: it.key}
	if s.VersionID == client.NullVersion || s.VersionID == "" {
		o.VersionID, o.IfMatch = "", s.ETag
	}
	head, err := e.headAsStored(ctx, j.To.At, o)
	switch {
	case client.KindOf(err) == client.KindPrecondition:
	case err != nil || o.VersionID != "":
		return head, err
	case o.IfMatch == "" || head.ETag == "": // only what we left with it can tell
		if left := head.Metadata[client.MetaChecksum]; left == "" || left == s.note() {
			return head, nil
		}
	case head.ETag == o.IfMatch:
		return head, nil
	}
	// Another ETag than the upload was answered. Some servers name several: what
	// is ours is known by the checksum that we left with it.
	o.IfMatch = ""
	head, err = e.headAsStored(ctx, j.To.At, o)
	if err == nil && !holds(head, j.Expect.Size, s.Handed.Sum, s.note()) {
		err = &client.Error{Op: "HeadObject", Kind: client.KindPrecondition, At: j.To.At, RequestID: head.RequestID, Err: errReplaced}
	}
	return head, err
}

// headAsStored asks for the properties of an object; of one that is stored otherwise
// than with the SSE-C key beside the question, without that key.
func (e *Engine) headAsStored(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	head, err := e.cfg.Store.Head(ctx, at, o)
	if client.KindOf(err) == client.KindNotCustomerKey && !o.Key.IsZero() {
		o.Key = client.CustomerKey{}
		return e.cfg.Store.Head(ctx, at, o)
	}
	return head, err
}

var errReplaced = client.Say("another object has taken its place").Err()

// holds reports whether an object has the size of what was written and its checksum:
// the server's own where both are known, else the one noted in the metadata.
func holds(o client.Object, size int64, sum client.Checksum, note string) bool {
	if o.Size != size {
		return false
	}
	if has, ok := o.StoredChecksum(); ok && sum.Value != "" {
		return has.Value == sum.Value
	}
	return note != "" && o.Metadata[client.MetaChecksum] == note
}

// note is the checksum that went with the object in its metadata: that of an upload is
// of its bytes, that of a copy came with the source.
func (s Stored) note() string {
	if s.Source.At.Bucket != "" {
		return s.Source.Metadata[client.MetaChecksum]
	}
	return s.Handed.Sum.Value
}

// decisive is the report the verdict rests on: HEAD's, unless one of the answers
// to the upload was worse.
func decisive(j Job, got Evidence, f Finding) client.Reported {
	head := got.Head.Encryption
	if Judge(j.Treatment, head, got.KMS).Verdict == f.Verdict {
		return head
	}
	for _, a := range got.Answers {
		if Judge(j.Treatment, a.Said, got.KMS).Verdict == f.Verdict {
			return a.Said
		}
	}
	return head
}

// receipt is the record of a proof, as far as it is the same for what was sent
// and for what was there already.
func (e *Engine) receipt(j Job, p proof) Receipt {
	return Receipt{
		Job: j.ID, Account: e.cfg.Account.Name, AccountID: e.cfg.Account.ID, Op: j.Op, Source: j.From.String(), At: j.To.At,
		VersionID: p.head.VersionID, ETag: p.head.ETag, Modified: p.head.Modified, Size: p.head.Size,
		Treatment: j.Treatment, Reported: p.reported, Verdict: p.Verdict, Why: p.Why,
		RequestID: p.head.RequestID, VerifiedAt: e.cfg.Now(),
	}
}

// notAnswered says why nothing is proved yet, in words that a receipt keeps.
func notAnswered(err error, who client.Text) client.Text {
	switch client.KindOf(err) {
	case client.KindNotFound:
		return client.Say("the file is stored, and %v does not find it yet", who)
	case client.KindDenied:
		return client.Say("the file is stored, and this account may not look: %v was denied", who)
	case client.KindCancelled:
		return client.Say("the file is stored, and you stopped before %v was answered", who)
	case client.KindPrecondition:
		return client.Say("the file was stored, and another object has taken its place since")
	}
	return client.Say("the file is stored, and %v was not answered", who)
}

// notYetVerified is the error of a file that is stored and could not be looked
// at: nothing says that it is not as asked.
func notYetVerified(j Job, r Receipt, cause error) error {
	id := r.RequestID
	var known *client.Error
	if errors.As(cause, &known) {
		id = first(known.RequestID, id)
	}
	return &client.Error{
		Op: "verify", Kind: client.KindNotYetVerified, At: j.To.At, RequestID: id, Said: r.Why, Err: cause,
	}
}

// notAsAsked is the error of a verdict that is not what was asked. what is the
// object that was judged.
func notAsAsked(j Job, r Receipt, what client.Text) error {
	said := client.Say("the server does not say with which key %v is encrypted", what)
	switch {
	case r.Verdict == NotEncrypted:
		said = client.Say("the server stored %v without encryption", what)
	case r.Verdict == OtherKey && r.Reported.Type != r.Treatment.Type:
		said = client.Say("the server encrypted %v in another way than asked", what)
	case r.Verdict == OtherKey:
		said = client.Say("the server stored %v encrypted with another key", what)
	case !r.Reported.Told:
		said = client.Say("the server does not say how %v is encrypted", what)
	case r.Reported.Key != "":
		said = client.Say("it could not be found out whether %v is encrypted with the key asked for", what)
	}
	return &client.Error{
		Op: "verify", Kind: client.KindEncryptionNotAsAsked, At: j.To.At, Key: r.Treatment.Key,
		RequestID: r.RequestID, Said: client.Say("%v (%v)", said, r.Why),
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
