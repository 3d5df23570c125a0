package s3store

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A short request of ours goes over a line as it was signed: no http.Request is
// made of it, no http.Client looks at it, and no context and timer guard it, since
// a line ends by its own deadline. What comes is as from send: the same
// errors, redirects by the rules of net/http, the same words to the monitor and
// the turn.

// isShort reports whether a request goes over a line.
func (s signed) isShort() bool {
	return s.to.direct && s.method != http.MethodPost && s.size <= shortBody
}

// direct reports whether lines lead to an address, since no proxy is before it.
func (d *watchdog) direct(u *url.URL) bool {
	if d.lines == nil {
		return false
	}
	proxy, err := d.lines.proxy(&http.Request{URL: u})
	return proxy == nil && err == nil
}

// sendSigned is send for a request of ours.
func (d *watchdog) sendSigned(ctx context.Context, s signed, try sendout) (*http.Response, error) {
	if s.isShort() {
		return d.sendShort(ctx, s, try)
	}
	r, body := s.ofHTTP()
	defer body.abandon()
	try.held = body == nil
	return d.send(ctx, r, try)
}

// sendShort is send for a short request.
func (d *watchdog) sendShort(ctx context.Context, s signed, try sendout) (*http.Response, error) {
	if !s.to.protected && carriesKey(s.headers) {
		return nil, errPlainText
	}
	w := &watch{monitor: client.MonitorOf(ctx), turn: client.TurnOf(ctx), cancel: func(error) {}, unarmed: true}
	w.monitor.Asked(try.n, try.most)
	began := time.Now()
	answer, err := d.over(ctx, s, w, try)
	if err != nil {
		return nil, w.lost(ctx, err)
	}
	body, ok := answer.Body.(*lineBody)
	if ok {
		body.stall = d.stall
	}
	d.timed(s, try, body, answer.ContentLength, began)
	if isRedirect(answer) {
		w.monitor.Ended()
		r, body := s.ofHTTP()
		defer body.abandon()
		return d.after(answer).send(ctx, r, try)
	}
	return w.came(ctx, answer, d.stall), nil
}

// over sends a request over a line and reads the head of its answer. Its errors are
// those of http.Client.
func (d *watchdog) over(ctx context.Context, s signed, w *watch, try sendout) (*http.Response, error) {
	out := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is in it
	defer buffers.Put(out)
	var err error
	if *out, err = s.appendTo((*out)[:0]); err == nil {
		w.monitor.Moved()
		var answer *http.Response
		answer, err = d.lines.exchange(ctx, written{
			raw: *out, to: peer{s.to.scheme, s.to.place}, asked: askedBy(s.method), within: try.answer,
			once: s.isOnce(),
		})
		if err == nil {
			return answer, nil
		}
	}
	if isStalled(err) {
		return nil, err
	}
	return nil, &url.Error{Op: s.method[:1] + strings.ToLower(s.method[1:]), URL: s.to.url(s.at.Key, s.query).String(), Err: err}
}

// appendTo writes the request as it goes over a line, with its body.
func (s signed) appendTo(out []byte) ([]byte, error) {
	out = append(append(append(out, s.method...), ' '), s.path...)
	if s.query != "" {
		out = append(append(out, '?'), s.query...)
	}
	out = append(append(append(out, " HTTP/1.1\r\nHost: "...), s.to.host...), "\r\n"...)
	for _, h := range s.headers {
		if !isHeaderName(h.name) {
			return out, errUnsound
		}
		out = append(append(append(append(out, h.name...), ": "...), h.value...), "\r\n"...)
	}
	lines := 2 + len(s.headers)
	if s.size > 0 || s.method == http.MethodPut {
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), s.size, 10), "\r\n"...)
		lines++
	}
	if bytes.Count(out, []byte("\n")) != lines || bytes.Count(out, []byte("\r")) != lines || bytes.IndexByte(out, 0) >= 0 {
		return out, errUnsound
	}
	return s.appendBody(append(out, "\r\n"...))
}

func (s signed) appendBody(out []byte) ([]byte, error) {
	switch {
	case s.body == nil || s.size == 0:
		return out, nil
	case s.held != nil:
		return append(out, s.held...), nil
	}
	head := len(out)
	out = append(out, make([]byte, s.size)...)
	_, err := io.ReadFull(newSource(s.body, s.size), out[head:])
	return out, err
}

// isHeaderName reports whether a string can be the name of a header.
func isHeaderName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == ':' {
			return false
		}
	}
	return s != ""
}

// askedBy are requests as http.ReadResponse wants to know them: by their method.
func askedBy(method string) *http.Request {
	if r, ok := methods[method]; ok {
		return r
	}
	return &http.Request{Method: method}
}

var methods = map[string]*http.Request{http.MethodGet: {Method: http.MethodGet}, http.MethodHead: {Method: http.MethodHead}, http.MethodPut: {Method: http.MethodPut}}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// isRedirect reports whether net/http would look where an answer leads.
func isRedirect(answer *http.Response) bool {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return answer.Header.Get("Location") != ""
	}
	return false
}

// after is a watchdog to which an answer has come already.
func (d *watchdog) after(answer *http.Response) *watchdog {
	again := *d
	again.client = &http.Client{Transport: &resumed{answer: answer, then: d.client.Transport}, CheckRedirect: d.client.CheckRedirect}
	return &again
}

// resumed is a transport of which the first request is answered.
type resumed struct {
	answer *http.Response
	then   http.RoundTripper
}

// RoundTrip gives the answer that is there, and then sends.
func (b *resumed) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.answer == nil {
		return b.then.RoundTrip(r)
	}
	answer := *b.answer
	b.answer, answer.Request = nil, r
	return &answer, nil
}
