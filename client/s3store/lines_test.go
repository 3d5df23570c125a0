package s3store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// otherEnd answers requests that come over pipes: answer gives what is written,
// and whether the pipe is closed behind it.
type otherEnd struct {
	answer func(r *http.Request, body string) (raw string, hangUp bool)

	mu     sync.Mutex
	dialed int
	got    []string // METHOD PATH BODY
	ends   []net.Conn
}

func (o *otherEnd) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dialed++
	o.ends = append(o.ends, near)
	go o.serve(far)
	return near, nil
}

func (o *otherEnd) serve(c net.Conn) {
	defer c.Close()
	for in := bufio.NewReader(c); ; {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		o.got = append(o.got, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		o.mu.Unlock()
		raw, hangUp := o.answer(r, string(body))
		if _, err := io.WriteString(c, raw); err != nil || hangUp {
			return
		}
	}
}

// lines to the other end; what does not go over them is refused.
func (o *otherEnd) lines() *lines {
	return &lines{through: notHere{}, proxy: func(*http.Request) (*url.URL, error) { return nil, nil }, secured: o.dial, bare: o.dial, idle: map[peer][]*line{}}
}

var errThrough = errors.New("went through")

type notHere struct{}

func (notHere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errThrough }

func short(t *testing.T, ctx context.Context, method, target, body string, headers ...string) *http.Request { //nolint:revive // the test comes first
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header[headers[i]] = []string{headers[i+1]}
	}
	return r
}

// give makes a request and reads the answer to its end.
func give(l *lines, r *http.Request) (status int, body string, err error) {
	a, err := l.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	return a.StatusCode, string(raw), err
}

// idle are the lines to the server h that wait for a request.
func idle(l *lines) []*line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.idle[peer{"http", "h"}]
}

const yes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"

func saying(raw string) func(*http.Request, string) (string, bool) {
	return func(*http.Request, string) (string, bool) { return raw, false }
}

func TestShortRequestsShareALine(t *testing.T) {
	o := &otherEnd{answer: func(r *http.Request, _ string) (string, bool) {
		if r.Method == http.MethodHead || r.Method == http.MethodPut {
			return "HTTP/1.1 204 No Content\r\n\r\n", false
		}
		return "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + yes, false
	}}
	l := o.lines()
	for _, method := range []string{"PUT", "HEAD", "GET", "GET"} {
		sent := ""
		if method == "PUT" {
			sent = "content"
		}
		status, body, err := give(l, short(t, t.Context(), method, "http://h/b/a%20b?x=1", sent, "X-Amz-Meta-A", "1"))
		require.NoError(t, err, method)
		if method == "GET" {
			assert.Equal(t, 200, status)
			assert.Equal(t, "yes", body)
		}
	}
	assert.Equal(t, 1, o.dialed)
	assert.Equal(t, []string{"PUT /b/a%20b?x=1 content", "HEAD /b/a%20b?x=1 ", "GET /b/a%20b?x=1 ", "GET /b/a%20b?x=1 "}, o.got)
	_, _, err := give(l, short(t, t.Context(), "GET", "http://other/", ""))
	require.NoError(t, err)
	assert.Equal(t, 2, o.dialed, "another server has lines of its own")
}

func TestALineThatTheServerClosedIsReplacedUnseen(t *testing.T) {
	o := &otherEnd{answer: func(*http.Request, string) (string, bool) { return yes, true }}
	l := o.lines()
	for range 3 {
		_, body, err := give(l, short(t, t.Context(), "PUT", "http://h/b/k", "x"))
		require.NoError(t, err)
		assert.Equal(t, "yes", body)
	}
	assert.Len(t, o.got, 3)
	_, _, err := give(l, short(t, t.Context(), "PUT", "http://h/b/k", "x", "If-None-Match", "*"))
	require.Error(t, err, "sent again it would find what it had written itself")
	assert.Len(t, o.got, 3)
}

func TestANewLineThatBreaksIsAnError(t *testing.T) {
	for name, raw := range map[string]string{"before the answer": "", "within its head": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"} {
		o := &otherEnd{answer: func(*http.Request, string) (string, bool) { return raw, true }}
		_, _, err := give(o.lines(), short(t, t.Context(), "GET", "http://h/b/k", ""))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		assert.Len(t, o.got, 1, name)
	}
	o := &otherEnd{answer: func(*http.Request, string) (string, bool) {
		return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes", true
	}}
	l := o.lines()
	a, err := l.RoundTrip(short(t, t.Context(), "GET", "http://h/b/k", ""))
	require.NoError(t, err)
	for range 2 {
		_, err = io.ReadAll(a.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "it stays broken")
	}
	require.NoError(t, a.Body.Close())
	assert.Empty(t, idle(l))
}

func TestALineIsNotUsedAgainWhenItMayNot(t *testing.T) {
	for name, raw := range map[string]string{
		"the server says so":  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nyes",
		"something came more": yes + "HTTP/1.1 200 OK\r\n",
	} {
		o := &otherEnd{answer: saying(raw)}
		l := o.lines()
		for range 2 {
			_, body, err := give(l, short(t, t.Context(), "GET", "http://h/b/k", ""))
			require.NoError(t, err, name)
			assert.Equal(t, "yes", body)
		}
		assert.Equal(t, 2, o.dialed, name)
	}
	o := &otherEnd{answer: saying(yes)}
	l := o.lines()
	for range 2 {
		a, err := l.RoundTrip(short(t, t.Context(), "GET", "http://h/b/k", ""))
		require.NoError(t, err)
		_, err = a.Body.Read(make([]byte, 1))
		require.NoError(t, err)
		require.NoError(t, a.Body.Close())
		require.NoError(t, a.Body.Close(), "closing twice closes once")
	}
	assert.Equal(t, 2, o.dialed, "a body that was left")
}

func TestWhoTurnsAwayDoesNotWait(t *testing.T) {
	why := errors.New("enough")
	for name, raw := range map[string]string{"for the head": "", "for the body": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes"} {
		synctest.Test(t, func(t *testing.T) {
			o := &otherEnd{answer: saying(raw)}
			l := o.lines()
			ctx, cancel := context.WithCancelCause(t.Context())
			failed := make(chan error, 1)
			r := short(t, ctx, "GET", "http://h/b/k", "")
			go func() {
				_, _, err := give(l, r)
				failed <- err
			}()
			synctest.Wait()
			cancel(why)
			require.ErrorIs(t, <-failed, why, name)
			assert.Empty(t, idle(l))
			for _, end := range o.ends {
				_, err := end.Write([]byte("x"))
				require.ErrorIs(t, err, io.ErrClosedPipe, name)
			}
		})
	}
}

func TestAHeaderCannotBecomeTwo(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	for name, value := range map[string]string{"X-A": "1\r\nX-B: 2", "X-A: 1\r\nX-B": "2", "": "1", "X-C": "a\x00b"} {
		_, _, err := give(o.lines(), short(t, t.Context(), "GET", "http://h/b/k", "", name, value))
		require.ErrorIs(t, err, errUnsound)
	}
	r := short(t, t.Context(), "GET", "http://h/b/k", "")
	r.Host = "h\r\nX-B: 2"
	_, _, err := give(o.lines(), r)
	require.ErrorIs(t, err, errUnsound)
	assert.Empty(t, o.got)
}

func TestWhatIsNotShortGoesThroughNetHTTP(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	long := strings.Repeat("x", shortBody+1)
	unknown := short(t, t.Context(), "PUT", "http://h/b/k", "x")
	unknown.ContentLength = -1
	once := short(t, t.Context(), "GET", "http://h/b/k", "")
	once.Close = true
	for name, r := range map[string]*http.Request{
		"a long body": short(t, t.Context(), "PUT", "http://h/b/k", long), "one of unknown length": unknown, "a line for once": once,
		"POST": short(t, t.Context(), "POST", "http://h/b?delete", "x"), "who waits for a word": short(t, t.Context(), "PUT", "http://h/b/k", "x", "Expect", "100-continue"),
	} {
		_, _, err := give(o.lines(), r)
		require.ErrorIs(t, err, errThrough, name)
	}
	proxied := o.lines()
	proxied.proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy") }
	_, _, err := give(proxied, short(t, t.Context(), "GET", "http://h/b/k", ""))
	require.ErrorIs(t, err, errThrough)
	assert.Empty(t, o.got)
}

func TestIdleLinesDoNotStayForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &otherEnd{answer: saying(yes)}
		l := o.lines()
		var answers []*http.Response
		for range maxIdle + 3 {
			a, err := l.RoundTrip(short(t, t.Context(), "GET", "http://h/b/k", ""))
			require.NoError(t, err)
			answers = append(answers, a)
		}
		for _, a := range answers {
			_, err := io.Copy(io.Discard, a.Body)
			require.NoError(t, err)
			require.NoError(t, a.Body.Close())
		}
		assert.Len(t, idle(l), maxIdle)
		time.Sleep(idleFor - time.Second)
		_, _, err := give(l, short(t, t.Context(), "GET", "http://h/b/k", ""))
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		assert.Len(t, idle(l), 1, "the one that was used")
		time.Sleep(2 * idleFor)
		assert.Empty(t, idle(l))
		l.mu.Lock()
		defer l.mu.Unlock()
		assert.Nil(t, l.sweep)
	})
}

func TestOnlyTheHeadOfAnAnswerIsBounded(t *testing.T) {
	long := strings.Repeat("x", maxHead+1)
	o := &otherEnd{answer: saying(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long), long))}
	_, body, err := give(o.lines(), short(t, t.Context(), "GET", "http://h/b/k", ""))
	require.NoError(t, err)
	assert.Len(t, body, len(long))
}

func TestAnAnswerWithoutEndInItsHeadIsGivenUp(t *testing.T) {
	o := &otherEnd{answer: saying("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n")}
	_, _, err := give(o.lines(), short(t, t.Context(), "GET", "http://h/b/k", ""))
	require.ErrorContains(t, err, "longer than 10485760 bytes")
	for _, raw := range []string{strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", interimMost+1), "HTTP/1.1 101 Switching Protocols\r\n\r\n"} {
		o = &otherEnd{answer: saying(raw)}
		_, _, err = give(o.lines(), short(t, t.Context(), "GET", "http://h/b/k", ""))
		require.ErrorIs(t, err, errInterim)
	}
}

func TestABodyThatCannotBeReadIsNotSent(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	r := short(t, t.Context(), "PUT", "http://h/b/k", "x")
	r.Body, r.ContentLength = io.NopCloser(io.MultiReader(bytes.NewReader([]byte("a")), failing{})), 2
	_, _, err := give(o.lines(), r)
	require.ErrorIs(t, err, io.ErrNoProgress)
	refused := o.lines()
	refused.bare = func(context.Context, string, string) (net.Conn, error) { return nil, errNotHere }
	_, _, err = give(refused, short(t, t.Context(), "GET", "http://h/b/k", ""))
	require.ErrorIs(t, err, errNotHere)
	assert.Empty(t, o.got)
}
