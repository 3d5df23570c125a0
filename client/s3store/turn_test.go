package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A ticket is a turn that notes what it is told.
type ticket struct {
	mu      sync.Mutex
	ended   []client.Outcome
	repeats int
	rested  int
	most    int // times that a request may be sent again
}

var errNoMore = errors.New("nothing was served since noon")

func (k *ticket) Ended(o client.Outcome) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = append(k.ended, o)
}

func (k *ticket) Again(context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.repeats++; k.repeats > k.most {
		return errNoMore
	}
	return nil
}

func (k *ticket) Rest(ctx context.Context, d time.Duration) error {
	k.mu.Lock()
	k.rested++
	k.mu.Unlock()
	return client.Sleep(ctx, d)
}

func (k *ticket) outcomes() []client.Outcome {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ended
}

func TestATransferTellsHowEachOfItsRequestsEnded(t *testing.T) {
	url := silent(t, func(w http.ResponseWriter, r *http.Request, n int64) {
		w.Header().Set("X-Amz-Request-Id", "1")
		w.Header().Set("ETag", `"e"`)
		switch n {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			w.WriteHeader(http.StatusInternalServerError)
		case 4:
			<-r.Context().Done()
		default:
			w.Header().Set("Content-Length", "1")
		}
	})
	k := &ticket{most: 100}
	s := openURL(t, url, "", Options{Stall: brief, backoff: atOnce})
	_, err := s.Head(client.WithTurn(t.Context(), k), anywhere, client.ReadOptions{})
	require.NoError(t, err, "a transfer tries more often than somebody at the screen waits")
	assert.Equal(t, []client.Outcome{client.Busy, client.Busy, client.Broken, client.Silent, client.Served}, k.outcomes())
	assert.Equal(t, 4, k.repeats)
}

func TestAnAnswerIsServedOnlyWhenItsBodyHasCome(t *testing.T) {
	url := silent(t, func(w http.ResponseWriter, r *http.Request, n int64) {
		w.Header().Set("X-Amz-Request-Id", "1")
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Content-Length", "4")
		_, _ = io.WriteString(w, "some"[:min(2*n, 4)])
		w.(http.Flusher).Flush()
	})
	k := &ticket{}
	s := openURL(t, url, "", Options{})
	for range 2 {
		_, body, err := s.Get(client.WithTurn(t.Context(), k), anywhere, client.ReadOptions{})
		require.NoError(t, err)
		_, _ = io.ReadAll(body)
		require.NoError(t, body.Close())
	}
	assert.Equal(t, []client.Outcome{client.Broken, client.Served}, k.outcomes())
}

func TestARequestThatWasStoppedTellsNothingOfTheServer(t *testing.T) {
	asked := make(chan struct{})
	url := silent(t, func(_ http.ResponseWriter, r *http.Request, _ int64) {
		close(asked)
		<-r.Context().Done()
	})
	k := &ticket{most: 100}
	ctx, stop := context.WithCancel(client.WithTurn(t.Context(), k))
	go func() { <-asked; stop() }()
	_, err := openURL(t, url, "", Options{}).Head(ctx, anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindCancelled, client.KindOf(err))
	assert.Empty(t, k.outcomes())
}

func TestACallIsNotSentAgainWhenItsEndpointIsGivenUp(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(500, "InternalError", "") })}
	k := &ticket{most: 2}
	s := openRecorded(t, rec, compatible, Options{})
	_, err := s.Head(client.WithTurn(t.Context(), k), anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindUnavailable.String(), client.KindOf(err).String(), "%v", err)
	assert.ErrorContains(t, err, "not tried again: nothing was served since noon")
	assert.Equal(t, 3, rec.count())
}

func TestAStopWhileACallWaitsForItsTurnIsAStop(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(500, "InternalError", "") })}
	ctx, stop := context.WithCancel(t.Context())
	s := openRecorded(t, rec, compatible, Options{})
	_, err := s.Head(client.WithTurn(ctx, &stopping{stop: stop}), anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindCancelled.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 1, rec.count())
}

// stopping is a turn whose call is stopped while it waits.
type stopping struct {
	ticket
	stop context.CancelFunc
}

func (k *stopping) Again(ctx context.Context) error {
	k.stop()
	return context.Cause(ctx)
}
