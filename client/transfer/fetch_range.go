package transfer

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A fetcher reads one range of an object into its place in the target. An
// answer that breaks off is continued where it stopped: the store repeats
// requests, but cannot repeat half a body.
type fetcher struct {
	*fetching
	left   span // what is still missing
	whole  bool // the range is the whole object: ask for no range
	open   bool // how much there is, nobody has said: left is more than that
	tally  *tally
	noted  int64   // so many of the range's bytes are written down
	opened *answer // its first answer, where it is there already
}

const (
	fetchTries = 5 // without a byte of progress
	fetchPause = 60 * time.Millisecond

	unknownLength = math.MaxInt64 - 1
)

var errTooMuch = client.Say("the server sent other bytes than the range asked for").Err()

func (f *fetcher) run(ctx context.Context) (reading, error) {
	for failures := 0; ; {
		n, err := f.once(ctx)
		switch {
		case err == nil, f.left.length == 0 && mayContinue(err): // broke off after the last byte
			return f.tally.reading(), nil
		case ctx.Err() != nil:
			return reading{}, context.Cause(ctx)
		case !mayContinue(err):
			return reading{}, unanswered(err)
		}
		if n > 0 {
			failures = 0
		}
		if failures++; failures == fetchTries {
			return reading{}, f.brokeOff(err)
		}
		if err := pause(ctx, failures); err != nil {
			return reading{}, err
		}
	}
}

// pause waits before the next try, four times as long after each failure: a body breaks
// off by chance, or for a while.
func pause(ctx context.Context, failures int) error {
	return client.Again(ctx, fetchPause<<(2*(failures-1)))
}

// brokeOff says of a body that ended early what it is: a matter of the network.
func (f *fetcher) brokeOff(err error) error {
	if client.KindOf(err) != client.KindUnknown {
		return err
	}
	return &client.Error{Op: "GetObject", Kind: client.KindNetwork, At: f.target.job.From.At, RequestID: f.object.RequestID, Err: err}
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
	a, err := f.answer(ctx)
	if err != nil {
		return 0, &noAnswer{f.beyondEnd(err)}
	}
	defer func() { _ = a.body.Close() }() // only read from
	if err := f.isTheObject(a.object); err != nil {
		return 0, err
	}
	if err := f.sizesAgree(a.object); err != nil {
		return 0, err
	}
	n, err = f.copy(ctx, a.body)
	f.whole = false // a continuation is a range
	return n, err
}

// answer is one that brings the missing bytes.
func (f *fetcher) answer(ctx context.Context) (answer, error) {
	if a := f.opened; a != nil {
		f.opened = nil
		return *a, nil
	}
	o := f.it.read()
	o.IfMatch = f.object.ETag
	if !f.whole {
		o.Offset, o.Length = f.left.offset, f.left.length
	}
	object, body, err := f.engine.cfg.Store.Get(ctx, f.target.job.From.At, o)
	return answer{object, body}, err
}

// isTheObject compares who an answer speaks of with what is known of the object.
func (f *fetcher) isTheObject(got client.Object) error {
	at := f.target.job.From.At
	switch {
	case got.ETag != "" && f.object.ETag != "" && !client.SameETag(got.ETag, f.object.ETag):
		// A server that does not know If-Match.
		return &client.Error{
			Op: "GetObject", Kind: client.KindPrecondition, At: at, RequestID: got.RequestID,
			Err: client.Say("the object changed while it was read").Err(),
		}
	case isPage(got) && f.object.ContentType != "" && !isPage(f.object):
		return &client.Error{
			Op: "GetObject", Kind: client.KindNotS3, At: at, RequestID: got.RequestID,
			Said: client.Say("a web page came in the place of the object (%s)", f.object.ContentType),
		}
	}
	return nil
}

// sizesAgree compares what GET says of the size with what was said before.
func (f *fetcher) sizesAgree(got client.Object) error {
	switch {
	case !got.SizeTold():
		return nil
	case f.open:
		f.left.length, f.open = got.Size, false
		return nil
	case got.Size != f.object.Size:
		return unlike(f.target.job, got.RequestID, client.Say("the object was said to have %d bytes, and GET says %d", f.object.Size, got.Size))
	}
	return nil
}

// beyondEnd says of a range that begins behind the object's end what it is: less
// is there than HEAD said.
func (f *fetcher) beyondEnd(err error) error {
	var e *client.Error
	if !errors.As(err, &e) || e.Status != http.StatusRequestedRangeNotSatisfiable {
		return err
	}
	return unlike(f.target.job, e.RequestID, client.Say("the object was said to have %d bytes, and there are no more than %d", f.object.Size, f.left.offset))
}

// isPage reports whether an object is said to be a web page.
func isPage(o client.Object) bool {
	return strings.HasPrefix(strings.ToLower(o.ContentType), "text/html")
}

// lingers is how long bytes that arrived may wait for more to be written with.
const lingers = 50 * time.Millisecond

// fill reads until p is full, or took long enough: over TLS bytes come in portions of
// 16 KiB, and each write is a call of the system.
func fill(r io.Reader, p []byte) (n int, err error) {
	for began := time.Now(); err == nil && n < len(p) && time.Since(began) < lingers; {
		var got int
		got, err = r.Read(p[n:])
		n += got
	}
	return n, err
}

func (f *fetcher) copy(ctx context.Context, r io.Reader) (n int64, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for {
		// One byte more than is missing: a server that ignores the range and
		// sends the whole object must not pass.
		p := (*buf)[:min(int64(len(*buf)), int64(f.engine.cfg.Pace.Down().Piece()), f.left.length+1)]
		got, rerr := fill(r, p)
		if int64(got) > f.left.length {
			return n, &client.Error{Op: "GetObject", Kind: client.KindCorrupt, At: f.target.job.From.At, Err: errTooMuch}
		}
		if got > 0 {
			if err := f.put(ctx, p[:got]); err != nil {
				return n, err
			}
			n += int64(got)
			if err := f.engine.cfg.Pace.Down().Wait(ctx, got); err != nil {
				return n, err
			}
		}
		switch {
		case errors.Is(rerr, client.ErrNoEnd) && f.left.length == 0:
			return n, nil // whole by what was said before
		case errors.Is(rerr, io.EOF) && f.left.length > 0 && !f.open:
			return n, io.ErrUnexpectedEOF
		case errors.Is(rerr, io.EOF):
			return n, nil
		case rerr != nil:
			return n, rerr
		}
	}
}

// put sums bytes and writes them where they belong.
func (f *fetcher) put(ctx context.Context, p []byte) error {
	_, _ = f.tally.Write(p) // never fails
	if _, err := f.target.file.WriteAt(p, f.left.offset); err != nil {
		return f.target.lacks(f.object.Size-f.it.sent.Load(), err)
	}
	f.left.offset += int64(len(p))
	f.left.length -= int64(len(p))
	f.engine.moved(f.it, int64(len(p)))
	return f.note(ctx)
}
