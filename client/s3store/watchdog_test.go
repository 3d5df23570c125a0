package s3store

import (
	"io"
	"log"
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

var discard = log.New(io.Discard, "", 0)

// silent is a server which does to the nth request what do says, and leaves
// when the client does.
func silent(t *testing.T, do func(w http.ResponseWriter, r *http.Request, n int64)) string {
	t.Helper()
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { do(w, r, n.Add(1)) }))
	t.Cleanup(srv.Close)
	return srv.URL
}

const brief = 50 * time.Millisecond

func TestAnAnswerThatStopsInTheMiddleIsAStall(t *testing.T) {
	url := silent(t, func(w http.ResponseWriter, r *http.Request, _ int64) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	_, body, err := openURL(t, url, "", Options{Stall: brief}).Get(t.Context(), anywhere, client.ReadOptions{})
	require.NoError(t, err)
	got, err := io.ReadAll(body)
	assert.Equal(t, "some", string(got))
	assert.Equal(t, client.KindStalled.String(), client.KindOf(err).String(), "%v", err)
	require.NoError(t, body.Close())
}

func TestACallWithoutAnAnswerIsRepeatedAndThenAStall(t *testing.T) {
	var calls atomic.Int64
	url := silent(t, func(_ http.ResponseWriter, r *http.Request, _ int64) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	_, err := openURL(t, url, "", Options{Stall: brief, Attempts: 2}).Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
	assert.Equal(t, client.KindStalled.String(), client.KindOf(err).String(), "%v", err)
	assert.EqualValues(t, 2, calls.Load())
}

func TestACallThatStalledOnceSucceedsTheSecondTime(t *testing.T) {
	url := silent(t, func(w http.ResponseWriter, r *http.Request, n int64) {
		b, _ := io.ReadAll(r.Body)
		if n == 1 {
			<-r.Context().Done()
			return
		}
		assert.Equal(t, "whole", string(b), "the body is sent again from its start")
		w.Header().Set("Etag", `"e"`)
	})
	_, err := openURL(t, url, "", Options{Stall: brief}).Put(t.Context(), anywhere, newBody("whole"), 5, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
}

func TestAServerThatTakesNoBytesIsAStall(t *testing.T) {
	ctx := t.Context() // ends before the server does; a server that does not read is not told that the client left
	url := silent(t, func(http.ResponseWriter, *http.Request, int64) { <-ctx.Done() })
	big := strings.Repeat("x", 16<<20) // more than the buffers of the network
	_, err := openURL(t, url, "", Options{Stall: brief, Attempts: 1}).Put(t.Context(), anywhere, newBody(big), int64(len(big)), client.PutOptions{Encryption: client.Inherit{}})
	assert.Equal(t, client.KindStalled.String(), client.KindOf(err).String(), "%v", err)
}

// Time the caller takes is no silence of the network: a paused download, an
// upload held back by a rate limit.
func TestASlowCallerIsNotAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &watchdog{stall: time.Second, client: &http.Client{Transport: slowly{}}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://example.test/", &slowBody{left: 3, each: time.Minute})
		require.NoError(t, err)
		r.ContentLength = 3
		resp, err := d.Do(r)
		require.NoError(t, err)
		one := make([]byte, 1)
		for range 3 {
			time.Sleep(time.Hour) // no time passes: this is the bubble's clock
			_, err = resp.Body.Read(one)
			require.NoError(t, err)
		}
		require.NoError(t, resp.Body.Close())
	})
}

// Putting a large object together takes a server minutes without a byte.
func TestCompletingMayTakeTenTimesAsLong(t *testing.T) {
	w := &watchdog{stall: time.Minute}
	assert.Equal(t, 2*time.Minute, w.answer(t.Context()))
	url := silent(t, func(w http.ResponseWriter, r *http.Request, _ int64) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-time.After(5 * brief):
			_, _ = io.WriteString(w, `<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>`)
		case <-r.Context().Done():
		}
	})
	s := openURL(t, url, "", Options{Stall: brief, Attempts: 1})
	u := client.Upload{At: anywhere, ID: "U"}
	o, err := s.CompleteUpload(t.Context(), u, []client.Part{{Number: 1, ETag: "e"}}, client.Checksum{})
	require.NoError(t, err)
	assert.Equal(t, "e-1", o.ETag)
	_, err = s.Parts(t.Context(), u)
	assert.Equal(t, client.KindStalled.String(), client.KindOf(err).String(), "other calls may not")
}

// slowly reads the whole request and answers three bytes at once.
type slowly struct{}

func (slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp := reply(200, nil, string(b))
	resp.Request = r
	return resp, nil
}

// slowBody takes its time before each byte.
type slowBody struct {
	left int
	each time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(b.each)
	b.left--
	p[0] = 'x'
	return 1, nil
}

func TestWhoeverWaitsFeelsASilentServerAndWhichTryIsUnderWay(t *testing.T) {
	var monitor client.RequestMonitor
	during := make(chan client.RequestState, 3)
	url := silent(t, func(w http.ResponseWriter, r *http.Request, n int64) {
		_, _ = io.Copy(io.Discard, r.Body)
		during <- monitor.State()
		switch n {
		case 1:
			<-r.Context().Done() // until it is given up
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			w.Header().Set("ETag", `"e"`)
		}
	})
	s := openURL(t, url, "", Options{Stall: brief, Attempts: 3, backoff: func(int, error) (time.Duration, error) { return 0, nil }})
	_, err := s.Put(client.WithMonitor(t.Context(), &monitor), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	assert.Zero(t, (<-during).Attempt)
	second, third := <-during, <-during
	assert.Equal(t, []int{2, 3}, []int{second.Attempt, second.Most})
	assert.False(t, second.Busy)
	assert.Equal(t, []int{3, 3}, []int{third.Attempt, third.Most})
	assert.True(t, third.Busy, "the one before was answered: slow down")
	assert.Zero(t, monitor.State(), "it answered")
}
