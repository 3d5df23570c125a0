package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"github.com/bucketseal/bucketseal/client"
)

// A watchdog sends requests and gives up on connections that fall silent: the
// SDK has no read timeout for S3, and http.Client.Timeout would end a long but
// lively transfer. Time the caller takes over its own bytes (a rate limit, a
// slow disk, a pause) does not count.
type watchdog struct {
	client *http.Client
	lines  *lines        // for short requests, nil where they go through client too
	usual  *latency      // of short requests, nil where none is hurried
	stall  time.Duration // silence allowed in the middle of a body
}

// errStalled is what a silent connection ends with.
type errStalled struct{ silence time.Duration }

func (e *errStalled) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errStalled) Text() client.Text {
	return client.Say("no byte moved for %s", e.silence.String())
}

// Timeout makes the SDK repeat the call.
func (*errStalled) Timeout() bool { return true }

// Do is http.Client.Do under watch, for the SDK.
func (d *watchdog) Do(r *http.Request) (*http.Response, error) {
	n, most := attempt(r.Header)
	return d.send(r.Context(), r, sendout{n: n, most: most, answer: d.answer(r.Context())})
}

// A sendout is one try of a call.
type sendout struct {
	n, most int           // try n of most
	answer  time.Duration // how long the first byte of the answer may take
	rest    time.Duration // how long the body of a short one may be silent, 0 for as long as any
	held    bool          // the body is in memory and goes at once, which net/http sees only where nothing is around it
}

// send is the last door before the network, so it is also where an SSE-C key is
// kept from plain http.
func (d *watchdog) send(ctx context.Context, r *http.Request, try sendout) (*http.Response, error) {
	if carriesKey(r.Header) && !client.IsProtected(r.URL.String()) {
		return nil, errPlainText
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel, monitor: client.MonitorOf(ctx), turn: client.TurnOf(ctx)}
	w.monitor.Asked(try.n, try.most)
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody && !try.held {
		r.Body = &sending{ReadCloser: r.Body, watch: w, left: r.ContentLength, stall: d.stall, answer: try.answer}
	}
	w.arm(try.answer)
	resp, err := d.client.Do(r) //nolint:gosec // to the address of the account, which is what this program is for
	w.disarm()
	if err != nil {
		defer cancel(nil)
		if stalled := stalledBy(ctx); stalled != nil {
			err = stalled
		}
		return nil, w.lost(ctx, err)
	}
	return w.came(ctx, resp, d.stall), nil
}

// lost tells of a request that got no answer.
func (w *watch) lost(ctx context.Context, err error) error {
	w.monitor.Missed()
	w.monitor.Ended()
	w.failed(ctx, err)
	return err
}

// came tells of the head of an answer, and goes on with its body.
func (w *watch) came(ctx context.Context, resp *http.Response, stall time.Duration) *http.Response {
	w.answered(resp.StatusCode)
	w.monitor.Answered(resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError)
	body := &receiving{ReadCloser: resp.Body, watch: w, ctx: ctx, stall: stall}
	if resp.Body == http.NoBody {
		_ = body.Close() // all of it is there
		return resp
	}
	resp.Body = body
	return resp
}

// answer is how long the first byte of an answer may take. A server that puts
// an object together sends nothing while it works.
func (d *watchdog) answer(ctx context.Context) time.Duration {
	switch awsmiddleware.GetOperationName(ctx) {
	case "CompleteMultipartUpload", "CopyObject", "UploadPartCopy":
		return 10 * d.stall
	}
	return 2 * d.stall
}

// attempt is which try of a call a request is, of how many at most, as the SDK
// says in a header of its own; 1 of 1 where it does not.
func attempt(h http.Header) (n, most int) {
	if _, err := fmt.Sscanf(h.Get("Amz-Sdk-Request"), "attempt=%d; max=%d", &n, &most); err != nil {
		return 1, 1
	}
	return n, most
}

// stalledBy is the silence for which a context was ended.
func stalledBy(ctx context.Context) error {
	var s *errStalled
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return nil
}

func isStalled(err error) bool {
	var s *errStalled
	return errors.As(err, &s)
}

// A watch ends a request when it stays armed for too long.
type watch struct {
	cancel  context.CancelCauseFunc
	monitor *client.RequestMonitor // of whoever waits, nil for nobody
	turn    client.Turn            // on which it was sent, nil for none and once it was told
	unarmed bool                   // something else ends it
	mu      sync.Mutex
	timer   *time.Timer
	silence time.Duration // allowed now
}

func (w *watch) arm(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unarmed {
		return
	}
	w.silence = d
	if w.timer == nil {
		w.timer = time.AfterFunc(d, w.giveUp)
		return
	}
	w.timer.Reset(d)
}

func (w *watch) giveUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancel(&errStalled{w.silence})
}

func (w *watch) disarm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// ended tells the turn how the request ended, once.
func (w *watch) ended(o client.Outcome) {
	w.mu.Lock()
	turn := w.turn
	w.turn = nil
	w.mu.Unlock()
	if turn != nil {
		turn.Ended(o)
	}
}

// answered tells the turn of an answer that says how the server is; of another its
// end will tell.
func (w *watch) answered(status int) {
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		w.ended(client.Busy)
	case status >= http.StatusInternalServerError:
		w.ended(client.Broken)
	}
}

// failed tells the turn of a request that failed by the network: not of one that was
// stopped, nor of one that failed here.
func (w *watch) failed(ctx context.Context, err error) {
	var (
		local *errSource
		slow  net.Error
	)
	switch {
	case isStalled(err):
		w.ended(client.Silent)
	case ctx.Err() != nil, whyNotSent(err) != nil, isUntrusted(err), errors.As(err, &local):
	case errors.As(err, &slow) && slow.Timeout():
		w.ended(client.Silent)
	default:
		w.ended(client.Broken)
	}
}

// sending is a request body: the watch runs while the network holds the bytes.
type sending struct {
	io.ReadCloser
	watch         *watch
	left          int64 // bytes not yet given to the network
	stall, answer time.Duration
}

func (b *sending) Read(p []byte) (int, error) {
	b.watch.disarm()
	n, err := b.ReadCloser.Read(p)
	b.watch.monitor.Moved()
	b.left -= int64(n)
	if err != nil || b.left <= 0 {
		b.watch.arm(b.answer)
	} else {
		b.watch.arm(b.stall)
	}
	return n, err
}

// receiving is a response body: the watch runs while bytes are waited for.
type receiving struct {
	io.ReadCloser
	watch *watch
	ctx   context.Context //nolint:containedctx // the request's own, to learn why it ended
	stall time.Duration
	once  sync.Once // ends the monitor's request
}

func (b *receiving) Read(p []byte) (int, error) {
	b.watch.arm(b.stall)
	n, err := b.ReadCloser.Read(p)
	b.watch.disarm()
	if n > 0 {
		b.watch.monitor.Moved()
	}
	if err != nil && err != io.EOF {
		b.watch.monitor.Missed()
		if stalled := stalledBy(b.ctx); stalled != nil {
			err = stalled
		}
		b.watch.failed(b.ctx, err)
	}
	if err == io.EOF {
		b.watch.ended(client.Served)
	}
	return n, err
}

func (b *receiving) Close() error {
	err := b.ReadCloser.Close()
	b.watch.disarm()
	if b.ctx.Err() == nil {
		b.watch.ended(client.Served)
	}
	b.watch.cancel(nil)
	b.once.Do(b.watch.monitor.Ended)
	return err
}
