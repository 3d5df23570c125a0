package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/bucketseal/bucketseal/client"
)

// No server copies an object of another account: its bytes pass through this machine,
// piece by piece, and neither the disk nor memory ever holds all of it. To the target a
// piece is what a piece of a file is to an upload, and is proved likewise; of the source
// it is compared with what its server says of it.

// IsBetween reports whether a job copies between two accounts.
func (j Job) IsBetween() bool { return j.Op.Copies() && j.From.Account != j.To.Account }

// An Other is another account than that of the engine.
type Other struct {
	Store   client.Store
	Account client.AccountRef // for receipts
}

var errNoOthers = client.Say("this program knows no other accounts").Err()

// other opens the account of a job's source.
func (e *Engine) other(ctx context.Context, j Job) (Other, error) {
	o, err := Other{}, errNoOthers
	if e.cfg.Other != nil {
		o, err = e.cfg.Other(ctx, j.From.Account)
	}
	switch {
	case ctx.Err() != nil:
		return o, context.Cause(ctx)
	case err != nil:
		return o, &client.Error{
			Op: string(j.Op), Kind: client.KindRefused, At: j.From.At, Err: err,
			Said: client.Say("the source is in another account, which cannot be opened here, so nothing was begun: %v", err),
		}
	}
	o.Store = elsewhere{o.Store}
	return o, nil
}

// elsewhere is a store at another endpoint than that of the turn which a job has: what
// is asked of it waits for nobody there, and tells nothing of here.
type elsewhere struct{ client.Store }

func (s elsewhere) Unwrap() client.Store { return s.Store }

func (s elsewhere) Head(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	return s.Store.Head(client.WithTurn(ctx, nil), at, o)
}

func (s elsewhere) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	return s.Store.Get(client.WithTurn(ctx, nil), at, o)
}

func (s elsewhere) Tags(ctx context.Context, at client.Location, version string) (map[string]string, error) {
	return s.Store.Tags(client.WithTurn(ctx, nil), at, version)
}

func (s elsewhere) DeleteOnly(ctx context.Context, was client.Object, key client.CustomerKey) error {
	return s.Store.DeleteOnly(client.WithTurn(ctx, nil), was, key)
}

// betweenKeys is how a copy is encrypted between accounts. What was decided stays. Where
// nobody decided, the way of the source is kept: as is what the source has, where keeps
// says so.
func (c *copyOf) betweenKeys(as client.Treatment, keeps bool) (client.Treatment, error) {
	job := c.it.row.Job
	switch {
	case c.asked.Because.Form != AsItsSource.Form:
		return job.Treatment, nil
	case keeps && as.Type != client.TypeSSEKMS && as.Type != client.TypeDSSEKMS:
		return as, nil
	}
	job.Treatment = c.asked
	return c.asked, job.KeyOfAnother(c.source)
}

// KeyOfAnother is why a copy between accounts is not begun whose source is encrypted with
// a KMS key, where nobody has decided how it is: a key of one account is none of another,
// so that somebody has to say by which key. nil for any other.
func (j Job) KeyOfAnother(source client.Object) error {
	kms := source.Encryption.Type == client.TypeSSEKMS || source.Encryption.Type == client.TypeDSSEKMS
	if !kms || !j.IsBetween() || j.Treatment.Because.Form != AsItsSource.Form {
		return nil
	}
	return &client.Error{
		Op: string(j.Op), Kind: client.KindRefused, At: j.To.At,
		Said: client.Say("the source is encrypted with a KMS key of its account, and no rule says by which key its copy is: make a rule for the target, or choose the encryption for this copy"),
	}
}

// isNotItself refuses a move between accounts of what they both have under this name:
// two accounts may see the same bucket, and the source that is removed would be the copy.
func (c *copyOf) isNotItself(ctx context.Context) error {
	job := c.it.row.Job
	if job.Op != Move || !job.IsBetween() || job.From.At.Key != job.To.At.Key {
		return nil
	}
	there, err := c.engine.headAsStored(ctx, job.To.At, client.ReadOptions{Key: c.key})
	switch kind := client.KindOf(err); {
	case kind == client.KindNotFound, kind == client.KindWrongKey:
		return nil
	case err != nil:
		return err
	case there.Size != c.source.Size, !client.SameETag(there.ETag, c.source.ETag), !there.Modified.Equal(c.source.Modified), there.VersionID != c.source.VersionID:
		return nil
	}
	return &client.Error{Op: string(job.Op), Kind: client.KindRefused, At: job.To.At, RequestID: there.RequestID, Err: errOntoItself}
}

// carry copies what the source holds to another account, in one request or in parts.
func (c *copyOf) carry(ctx context.Context, o client.PutOptions) (Stored, error) {
	size := c.source.Size
	if p := c.it.progress; size > c.engine.cfg.PartSize || p.hasUpload() && size > p.PartSize {
		return c.inParts(ctx, o)
	}
	e, all := c.engine, span{1, 0, size}
	src, err := c.piece(ctx, all)
	if err != nil {
		return Stored{}, err
	}
	defer src.close()
	digests, sum, err := src.checksums(ctx, []span{all}, e.sendsMD5())
	if err != nil {
		return Stored{}, err
	}
	found, err := c.arrived(ctx, src)
	if err != nil {
		return Stored{}, err
	}
	if e.cfg.ContentProof != ProofSize {
		o.Checksum = sum
	}
	s, err := e.send(ctx, c.it, src, o, []span{all}, digests)
	s.Handed.Sum, s.Source, s.Arrived, s.By = sum, c.source, found.content, found.how
	return s, err
}

// arrived compares all of the source, which has arrived, with what its server says.
func (c *copyOf) arrived(ctx context.Context, src *source) (comparison, error) {
	a := c.arrival()
	a.file = io.NewSectionReader(src.contents(), 0, c.source.Size)
	if err := a.readBack(ctx); err != nil {
		return comparison{}, c.otherThanStored(err)
	}
	found, err := a.compare(ctx)
	return found, c.otherThanStored(err)
}

// arrival is the source as a download compares it.
func (c *copyOf) arrival() *arrival {
	job := c.it.row.Job
	job.Op = Download
	return &arrival{store: c.origin.Store, job: job, read: client.ReadOptions{VersionID: job.From.Version, Key: c.key}, head: c.source}
}

// arrivedAll compares what was carried in parts: the checksum of all of it, made of those
// of the parts.
func (c *copyOf) arrivedAll(ctx context.Context, s *Stored) error {
	crc, n := uint64(0), int64(0)
	for _, p := range s.Parts {
		crc, n = combineCRC(crc, crcOf(p.Checksum), p.Size), n+p.Size
	}
	if n != c.source.Size { // the program ended before all parts were written down
		s.Arrived, s.By = ContentNone, client.Say("the program ended before all of it was noted")
		return nil
	}
	a := c.arrival()
	s.Handed.Sum = checksumOf(crc)
	a.reading = reading{n: n, sums: map[client.ChecksumAlgorithm][]byte{client.CRC64NVME: bytesOf(s.Handed.Sum)}}
	found, err := a.compareParts(ctx)
	s.Arrived, s.By = found.content, found.how
	return c.otherThanStored(err)
}

// otherThanStored says of bytes that are not what the source's server says of them what
// became of the copy.
func (c *copyOf) otherThanStored(err error) error {
	switch kind := client.KindOf(err); kind {
	case client.KindCorrupt, client.KindStaleChecksum:
		return &client.Error{
			Op: string(c.it.row.Job.Op), Kind: kind, At: c.it.row.Job.From.At, RequestID: c.source.RequestID, Err: err,
			Said: client.Say("what arrived of the source is not what is noted of it, so nothing was copied: %v", err),
		}
	}
	return err
}

// carried says in the receipt how far the bytes of a copy between accounts are known to
// be those of the source: what was compared at both ends, and no more than at the weaker.
func (c *copyOf) carried(r *Receipt, s Stored, head client.Object) error {
	content, how, err := s.Handed.content(c.it.row.Job.To.At, head)
	if err != nil {
		return err
	}
	if content == ContentSize && !head.SizeTold() {
		content, how = ContentNone, client.Say("nothing was compared")
	}
	r.Content, r.Checksum = weaker(content, s.Arrived), s.Handed.Sum
	r.Compared = client.Say("at the source: %v; at the target: %v", s.By, how)
	r.From = &Origin{Account: c.origin.Account.Name, AccountID: c.origin.Account.ID, VersionID: c.source.VersionID, ETag: c.source.ETag, Modified: c.source.Modified, Reported: c.source.Encryption}
	return nil
}

// weaker is the content proof that claims less.
func weaker(a, b Content) Content {
	for _, c := range []Content{ContentNone, ContentSize, ContentMD5} {
		if a == c || b == c {
			return c
		}
	}
	return ContentChecksum
}

// brokeOff says of a body that ended early, over and over, what it is: a matter of the
// network.
func (c *copyOf) brokeOff(err error) error {
	var known *client.Error
	if errors.As(err, &known) {
		return err
	}
	return &client.Error{Op: "GetObject", Kind: client.KindNetwork, At: c.it.row.Job.From.At, RequestID: c.source.RequestID, Err: err}
}
