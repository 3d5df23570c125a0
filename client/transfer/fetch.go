package transfer

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
)

// A fetching brings the bytes of an object to its target: one attempt, of one
// version of the object, bound together by If-Match.
type fetching struct {
	engine *Engine
	it     *item
	target *target
	object client.Object // what the server says of it
	opened *answer       // a GET that was sent for what it says, and not read yet; nil for none
	sums   []client.ChecksumAlgorithm
	there  []Piece       // of ranges, what an attempt before brought
	notes  chan struct{} // holds one for each that is not in the journal yet
	mu     sync.Mutex
	reading
}

// An answer is that to a GET: what it says of the object, and its bytes.
type answer struct {
	object client.Object
	body   io.ReadCloser
}

// upTo is the answer with its first n bytes alone: the object turned out larger than
// one part.
func (a *answer) upTo(n int64) *answer {
	if a == nil {
		return nil
	}
	return &answer{a.object, struct {
		io.Reader
		io.Closer
	}{io.LimitReader(a.body, n), a.body}}
}

func (f *fetching) close() {
	if f.opened != nil {
		_ = f.opened.body.Close() // only read from
		f.opened = nil
	}
}

// ask finds out what the object is. Where one GET is likely to bring it whole, its
// answer says all that one to HEAD would, and its bytes are at hand.
func (f *fetching) ask(ctx context.Context) error {
	e, job := f.engine, f.it.row.Job
	var err error
	if f.bringsWhole() {
		err = f.askByGet(ctx)
	} else {
		f.object, err = e.cfg.Store.Head(ctx, job.From.At, f.it.read())
	}
	if err != nil {
		return err
	}
	if v := job.From.Version; v != "" && v != client.NullVersion && f.object.VersionID == "" {
		return unlike(job, f.object.RequestID, client.Say("version %s was asked for, and the server does not say that it gives it", v))
	}
	return nil
}

// bringsWhole reports whether the object fits one part, as far as it was listed, and
// is wanted whatever it is: where a file is there already, what HEAD says may
// decide that nothing is to be fetched.
func (f *fetching) bringsWhole() bool {
	job := f.it.row.Job
	if f.it.progress.hasTemp() || job.Expect.Size < 0 || job.Expect.Size > f.engine.cfg.PartSize {
		return false
	}
	if job.Overwrite == OverwriteAlways || job.To.Stream != "" {
		return true
	}
	f.it.calls.Begin()
	defer f.it.calls.End()
	_, err := os.Lstat(job.To.String())
	return errors.Is(err, os.ErrNotExist)
}

// askByGet opens the object whole. Where the answer does not say how much it is, or
// may be a page that somebody put in its place, HEAD has a word too.
func (f *fetching) askByGet(ctx context.Context) error {
	at, o := f.it.row.Job.From.At, f.it.read()
	object, body, err := f.engine.cfg.Store.Get(ctx, at, o)
	if err != nil {
		return err
	}
	f.object, f.opened = object, &answer{object, body}
	if object.SizeTold() && !isPage(object) {
		return nil
	}
	f.object, err = f.engine.cfg.Store.Head(ctx, at, o)
	return err
}

// fill fills the temporary file. Ranges are asked for where the size is known and
// the server has them; else the object comes by one plain GET. What the listing,
// HEAD and GET say of the size must not contradict what arrives. Where only its end
// told the object's size, that is NotTold afterwards.
func (f *fetching) fill(ctx context.Context) error {
	e, job := f.engine, f.it.row.Job
	if f.object.Size > 0 { // of 0, GET has the last word
		if err := asListed(job, f.object); err != nil {
			return err
		}
	}
	if f.object.Size > 0 && !e.rangeless.Load() {
		err := f.ranges(ctx)
		if !errors.Is(err, client.ErrNoRanges) {
			return err
		}
		e.rangeless.Store(true) // learned once for the account
	}
	if f.it.progress.hasTemp() { // of ranges
		e.forget(f.it)
		f.target.kept = false
	}
	said, err := f.whole(ctx)
	if err != nil {
		return err
	}
	f.object.Size = f.n
	if err := asListed(job, f.object); err != nil {
		return err
	}
	if !said && job.Expect.Size <= 0 {
		f.object.Size = client.NotTold // nor did the list tell it: there is nothing to compare
	}
	return nil
}

// ranges fetches the object by its parts, a few at once; one that fits a part
// comes without a range. What each is summed by makes the sums of the whole.
func (f *fetching) ranges(ctx context.Context) error {
	e := f.engine
	each := e.cfg.partSize(f.object.Size)
	if p := f.it.progress; p.hasTemp() {
		each, f.there = p.PartSize, slices.Clone(p.Pieces)
	}
	all := spans(f.object.Size, each)
	f.sums = sumsOf(f.object, len(all) > 1)
	arrived := make([]reading, len(all))
	f.notes = make(chan struct{}, mostNotes)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	allocated := make(chan struct{}) // while the first ranges are on their way: it may take long
	go func() {
		defer close(allocated)
		if len(all) > 1 {
			if err := f.target.allocate(f.object.Size); err != nil {
				stop(err)
			}
		}
	}()
	err := flow.Spread(ctx, len(all), partsAtOnce(len(all)), func(ctx context.Context, i int) (err error) {
		r := &fetcher{fetching: f, left: all[i], whole: len(all) == 1, tally: newTally(f.sums...)}
		if i == 0 {
			r.opened, f.opened = f.opened, nil
			if len(all) > 1 {
				r.opened = r.opened.upTo(all[i].length)
			}
		}
		arrived[i], err = f.bring(ctx, all[i], r)
		return err
	})
	<-allocated
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err != nil {
		return err
	}
	f.reading = joined(arrived)
	return nil
}

// whole reads the object with one request without a range; an answer that breaks
// off is read again from the start. It returns whether the server had said how much
// there is.
func (f *fetching) whole(ctx context.Context) (said bool, err error) {
	f.sums = sumsOf(f.object, false)
	for failures := 0; ; {
		// Nothing of what was tried before stays between the new bytes.
		if err := f.target.file.Truncate(0); err != nil {
			return false, f.target.failed(err)
		}
		f.it.sent.Store(0)
		r := &fetcher{fetching: f, left: span{1, 0, f.object.Size}, whole: true, tally: newTally(f.sums...), opened: f.opened}
		f.opened = nil
		if f.object.Size <= 0 {
			r.left.length, r.open = unknownLength, true
		}
		_, err = r.once(ctx)
		switch {
		case err == nil:
			f.reading = r.tally.reading()
			return !r.open, nil
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case !mayContinue(err):
			return false, unanswered(err)
		}
		if failures++; failures == fetchTries {
			return false, r.brokeOff(err)
		}
		if err := pause(ctx, failures); err != nil {
			return false, err
		}
	}
}

// asListed compares an object's size with the listing's the job was made of.
// Less than was listed is an object cut short, unless it was written since.
func asListed(j Job, head client.Object) error {
	written := !j.Expect.Modified.IsZero() && !head.Modified.IsZero() && j.Expect.Modified.Unix() != head.Modified.Unix()
	if !head.SizeTold() || j.Expect.Size <= head.Size || written {
		return nil
	}
	return unlike(j, head.RequestID, client.Say("the list says %d bytes, and the object has %d", j.Expect.Size, head.Size))
}

// unlike says that the server contradicts itself about an object.
func unlike(j Job, requestID string, said client.Text) error {
	return &client.Error{Op: "GetObject", Kind: client.KindContradiction, At: j.From.At, RequestID: requestID, Said: said}
}
