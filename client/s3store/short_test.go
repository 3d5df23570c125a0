package s3store

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// over are the lines to the other end, as an account's requests go over them.
func (o *otherEnd) network() *watchdog {
	l := o.lines()
	return &watchdog{client: &http.Client{Transport: l, CheckRedirect: checkRedirect}, lines: l, stall: time.Minute}
}

// shortly is a request to the other end.
func shortly(method, body string, h ...header) signed {
	q := &request{method: method, size: int64(len(body)), body: strings.NewReader(body)}
	q.at = client.Location{Bucket: "b", Key: "k"}
	to := &address{scheme: "http", place: "h", host: "h", path: "/b", escaped: "/b", direct: true}
	return signed{request: q, to: to, path: to.escapedPath("k"), headers: h}
}

var patiently = sendout{n: 1, most: 1, answer: 2 * time.Minute}

func TestALineThatStaysSilentIsAStall(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want time.Duration
	}{
		"before the answer":    {"", 2 * time.Minute},
		"within its head":      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", 2 * time.Minute},
		"before the body":      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", time.Minute},
		"within the body":      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes", time.Minute},
		"within a chunk of it": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nyes", time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &otherEnd{answer: saying(yes)}
			d := o.network()
			answer, err := d.sendSigned(t.Context(), shortly("GET", ""), patiently)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())

			o.answer = saying(c.raw)
			k := &ticket{}
			began := time.Now()
			answer, err = d.sendSigned(client.WithTurn(t.Context(), k), shortly("GET", ""), patiently)
			if err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
				require.NoError(t, answer.Body.Close())
			}
			var stalled *errStalled
			require.ErrorAs(t, err, &stalled, name)
			assert.Equal(t, error(stalled), err, "in its own words alone")
			assert.Equal(t, c.want, stalled.silence, name)
			assert.Equal(t, c.want, time.Since(began), name)
			assert.Equal(t, []client.Outcome{client.Silent}, k.outcomes(), name)
			assert.Len(t, o.got, 2, "a server that is silent has closed nothing: it is not asked again")
			assert.Empty(t, idle(d.lines), name)
		})
	}
}

func TestABodyThatComesSlowlyIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		l := &lines{proxy: (&otherEnd{}).lines().proxy, idle: map[peer][]*line{}, bare: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
		d := &watchdog{lines: l, stall: time.Minute}
		go func() {
			_, _ = far.Read(make([]byte, 4<<10))
			_, _ = io.WriteString(far, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			for range 9 {
				time.Sleep(50 * time.Second)
				_, _ = io.WriteString(far, "1\r\nx\r\n")
			}
			_, _ = io.WriteString(far, "0\r\n\r\n")
		}()
		answer, err := d.sendSigned(t.Context(), shortly("GET", ""), patiently)
		require.NoError(t, err)
		time.Sleep(time.Hour) // whoever reads has other things to do: that is no silence of the line
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		assert.Equal(t, "xxxxxxxxx", string(body))
		require.NoError(t, answer.Body.Close())
		assert.Len(t, idle(l), 1)
	})
}

func TestALineThatCannotBeHadInTimeIsAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := (&otherEnd{}).network()
		d.lines.bare = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		_, err := d.sendSigned(t.Context(), shortly("HEAD", ""), patiently)
		var stalled *errStalled
		require.ErrorAs(t, err, &stalled)
	})
}

func TestWhoTurnsAwayFromAShortRequestDoesNotWait(t *testing.T) {
	for name, raw := range map[string]string{"for the head": "", "for the body": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes"} {
		synctest.Test(t, func(t *testing.T) {
			d := (&otherEnd{answer: saying(raw)}).network()
			ctx, cancel := context.WithCancel(t.Context())
			k := &ticket{}
			failed := make(chan error, 1)
			began := time.Now()
			go func() {
				answer, err := d.sendSigned(client.WithTurn(ctx, k), shortly("GET", ""), patiently)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				failed <- err
			}()
			synctest.Wait()
			cancel()
			require.ErrorIs(t, <-failed, context.Canceled, name)
			assert.Zero(t, time.Since(began), name)
			assert.Empty(t, k.outcomes(), "it says nothing of the server")
			assert.Empty(t, idle(d.lines), name)
		})
	}
}

func TestABodyIsNotWaitedForByWhoTurnedAwayBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		answer, err := (&otherEnd{answer: saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")}).network().sendSigned(ctx, shortly("GET", ""), patiently)
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		began := time.Now()
		_, err = answer.Body.Read(make([]byte, 1))
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, time.Since(began))
		require.NoError(t, answer.Body.Close())
	})
}

func TestAShortRequestGoesAgainWhereTheServerHadClosedItsLine(t *testing.T) {
	o := &otherEnd{answer: func(*http.Request, string) (string, bool) { return yes, true }}
	d := o.network()
	send := func(s signed) error {
		answer, err := d.sendSigned(t.Context(), s, patiently)
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
		return err
	}
	require.NoError(t, send(shortly("PUT", "content")))
	require.NoError(t, send(shortly("PUT", "content")))
	require.Error(t, send(shortly("PUT", "content", header{"If-None-Match", "*"})), "sent again it would find what it had written itself")
	require.NoError(t, send(shortly("PUT", "content")))
	require.NoError(t, send(shortly("HEAD", "", header{"If-Match", "e"})))
	assert.Equal(t, []string{"PUT /b/k content", "PUT /b/k content", "PUT /b/k content", "HEAD /b/k "}, o.got)
}

func TestAHeaderOfAShortRequestCannotBecomeTwo(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	for _, h := range []header{{"X-A", "1\r\nX-B: 2"}, {"X-A", "1\nX-B: 2"}, {"X-A", "1\r"}, {"X-A", "1\x002"}, {"X-A: 1\r\nX-B", "2"}, {"", "1"}, {"X A", "1"}, {"X:A", "1"}} {
		_, err := o.network().sendSigned(t.Context(), shortly("PUT", "x", header{"X-Good", "1"}, h), patiently)
		require.ErrorIs(t, err, errUnsound, "%q", h)
	}
	s := shortly("GET", "")
	s.to.host = "h\r\nX-B: 2"
	_, err := o.network().sendSigned(t.Context(), s, patiently)
	require.ErrorIs(t, err, errUnsound)
	assert.Empty(t, o.got)
}

func TestAKeyIsNotSentOverAnOpenLine(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	s := shortly("GET", "", header{headerCustomerKey, keyB64})
	_, err := o.network().sendSigned(t.Context(), s, patiently)
	require.ErrorIs(t, err, errPlainText)
	assert.Empty(t, o.got)
	s.to.protected = true
	_, err = o.network().sendSigned(t.Context(), s, patiently)
	require.NoError(t, err)
}

func TestABodyOfAShortRequestThatCannotBeReadIsNotSent(t *testing.T) {
	o := &otherEnd{answer: saying(yes)}
	s := shortly("PUT", "content")
	s.size++
	_, err := o.network().sendSigned(t.Context(), s, patiently)
	var local *errSource
	require.ErrorAs(t, err, &local)
	assert.ErrorContains(t, err, "it ended after 7 of 8 bytes")
	assert.Empty(t, o.got)
}

// moved is a server that sends everything below /b to /c, as 307 or as it is told.
func moved(t *testing.T, status int, to string) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Amz-Request-Id", "R")
		w.Header().Set("Etag", `"e"`)
		if r.URL.Path == "/elsewhere" {
			w.Header().Set("Content-Length", "7")
			return
		}
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, asked
}

func TestARedirectWithinTheServerIsFollowedWithoutAskingTwice(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		url, asked := moved(t, status, "/elsewhere")
		s := openURL(t, url, "", Options{Attempts: 1})
		o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err)
		assert.EqualValues(t, 7, o.Size)
		assert.EqualValues(t, 2, asked.Load())
		_, err = s.Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
		assert.Equal(t, client.KindRedirected.String(), client.KindOf(err).String(), "a body is not sent again: %v", err)
		assert.EqualValues(t, 3, asked.Load())
	}
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther} {
		url, asked := moved(t, status, "/elsewhere")
		_, err := openURL(t, url, "", Options{Attempts: 1}).Head(t.Context(), anywhere, client.ReadOptions{})
		assert.Equal(t, client.KindRedirected.String(), client.KindOf(err).String(), "%v", err)
		assert.EqualValues(t, 1, asked.Load())
	}
}

func TestARedirectInCirclesIsGivenUp(t *testing.T) {
	url, asked := moved(t, http.StatusTemporaryRedirect, "/b/again")
	_, err := openURL(t, url, "", Options{Attempts: 1}).Head(t.Context(), anywhere, client.ReadOptions{})
	require.ErrorContains(t, err, errCircles.Error())
	assert.EqualValues(t, 10, asked.Load())
}

func TestAnErrorOfALineSaysWhatWasAsked(t *testing.T) {
	d := (&otherEnd{}).network()
	gone := errors.New("no such host")
	d.lines.bare = func(context.Context, string, string) (net.Conn, error) { return nil, gone }
	_, ours := d.sendSigned(t.Context(), shortly("HEAD", ""), patiently)
	require.ErrorIs(t, ours, gone)
	r, _ := shortly("HEAD", "").ofHTTP()
	r.Header = http.Header{}
	_, theirs := d.client.Do(r) //nolint:bodyclose // none comes
	assert.Equal(t, theirs, ours)
}
