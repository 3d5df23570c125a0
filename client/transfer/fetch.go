package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A fetcher reads one range of an object into its place in the target. An
// answer that breaks off is continued where it stopped: the store repeats
// requests, but cannot repeat half a body.
type fetcher struct {
	engine *Engine
	it     *item
	target *target
	head   client.Object
	left   span // what is still missing
	whole  bool // the range is the whole object: ask for no range
	open   bool // how much there is, nobody has said: left is more than that
}

const (
	fetchTries = 5 // without a byte of progress
	fetchPause = 250 * time.Millisecond
)

func (f *fetcher) run(ctx context.Context) error {
	for failures := 0; ; {
		n, err := f.once(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !mayContinue(err):
			return unanswered(err)
		case f.left.length == 0:
			return nil // broke off after the last byte
		}
		if n > 0 {
			failures = 0
		}
		if failures++; failures == fetchTries {
			return f.brokeOff(err)
		}
		if err := pause(ctx, failures); err != nil {
			return err
		}
	}
}

// pause waits before the next try, longer after each failure.
func pause(ctx context.Context, failures int) error {
	return client.Again(ctx, fetchPause<<failures)
}

// brokeOff says of a body that ended early what it is: a matter of the network.
func (f *fetcher) brokeOff(err error) error {
	if client.KindOf(err) != client.KindUnknown {
		return err
	}
	return &client.Error{Op: "GetObject", Kind: client.KindNetwork, At: f.target.job.From.At, RequestID: f.head.RequestID, Err: err}
}

// mayContinue: the body broke off, so the rest of it can be asked for. A request
// that was not answered at all has been repeated by the store already; asking
// again here would multiply its patience.
func mayContinue(err error) bool {
	var refused *noAnswer
	if errors.As(err, &refused) {
		return false
	}
	return client.KindOf(err).Temporary() || errors.Is(err, io.ErrUnexpectedEOF)
}

// noAnswer is an error of a request, not of the body that answers it.
type noAnswer struct{ error }

func (e *noAnswer) Unwrap() error { return e.error }

// unanswered takes the mark off again.
func unanswered(err error) error {
	var refused *noAnswer
	if errors.As(err, &refused) {
		return refused.error
	}
	return err
}

// once asks for what is missing, and writes what comes.
func (f *fetcher) once(ctx context.Context) (n int64, err error) {
	job := f.target.job
	o := f.it.read()
	o.IfMatch = f.head.ETag
	if !f.whole {
		o.Offset, o.Length = f.left.offset, f.left.length
	}
	object, r, err := f.engine.cfg.Store.Get(ctx, job.From.At, o)
	if err != nil {
		return 0, &noAnswer{f.beyondEnd(err)}
	}
	defer func() { _ = r.Close() }() // only read from
	if object.ETag != "" && f.head.ETag != "" && !client.SameETag(object.ETag, f.head.ETag) {
		// A server that does not know If-Match.
		return 0, &client.Error{
			Op: "GetObject", Kind: client.KindPrecondition, At: job.From.At,
			RequestID: object.RequestID, Err: client.Say("the object changed while it was read").Err(),
		}
	}
	if isPage(object) && f.head.ContentType != "" && !isPage(f.head) {
		return 0, &client.Error{
			Op: "GetObject", Kind: client.KindNotS3, At: job.From.At, RequestID: object.RequestID,
			Said: client.Say("a web page came in the place of the object (%s)", f.head.ContentType),
		}
	}
	if err := f.sizesAgree(object); err != nil {
		return 0, err
	}
	n, err = f.copy(ctx, r)
	f.whole = false // a continuation is a range
	return n, err
}

// beyondEnd says of a range that begins behind the object's end what it is: less
// is there than HEAD said.
func (f *fetcher) beyondEnd(err error) error {
	var e *client.Error
	if !errors.As(err, &e) || e.Status != http.StatusRequestedRangeNotSatisfiable {
		return err
	}
	return unlike(f.target.job, e.RequestID, client.Say("HEAD says %d bytes, and there are no more than %d", f.head.Size, f.left.offset))
}

// isPage reports whether an object is said to be a web page.
func isPage(o client.Object) bool {
	return strings.HasPrefix(strings.ToLower(o.ContentType), "text/html")
}

func (f *fetcher) copy(ctx context.Context, r io.Reader) (n int64, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for {
		// One byte more than is missing: a server that ignores the range and
		// sends the whole object must not pass.
		p := (*buf)[:min(int64(len(*buf)), int64(f.engine.cfg.Pace.Down().Piece()), f.left.length+1)]
		got, rerr := r.Read(p)
		if int64(got) > f.left.length {
			return n, &client.Error{Op: "GetObject", Kind: client.KindCorrupt, At: f.target.job.From.At, Err: errTooMuch}
		}
		if got > 0 {
			if _, err := f.target.file.WriteAt(p[:got], f.left.offset); err != nil {
				return n, local(f.target.job, err)
			}
			n += int64(got)
			f.left.offset += int64(got)
			f.left.length -= int64(got)
			f.engine.moved(f.it, int64(got))
			if err := f.engine.cfg.Pace.Down().Wait(ctx, got); err != nil {
				return n, err
			}
		}
		switch {
		case errors.Is(rerr, client.ErrNoEnd) && f.left.length == 0:
			return n, nil // whole by what HEAD said
		case errors.Is(rerr, io.EOF) && f.left.length > 0 && !f.open:
			return n, io.ErrUnexpectedEOF
		case errors.Is(rerr, io.EOF):
			return n, nil
		case rerr != nil:
			return n, rerr
		}
	}
}
