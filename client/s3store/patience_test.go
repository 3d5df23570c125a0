package s3store

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// waitedFor are calls for which somebody sits before the screen.
var waitedFor = map[string]func(context.Context, *Store) error{
	"buckets": func(ctx context.Context, s *Store) error { return second(s.Buckets(ctx)) },
	"list":    func(ctx context.Context, s *Store) error { return second(s.List(ctx, inBucket, client.ListOptions{})) },
	"head":    func(ctx context.Context, s *Store) error { return second(s.Head(ctx, anywhere, client.ReadOptions{})) },
	"tags":    func(ctx context.Context, s *Store) error { return second(s.Tags(ctx, anywhere, "")) },
	"delete": func(ctx context.Context, s *Store) error {
		return second(s.Delete(ctx, []client.Location{anywhere}))
	},
}

var inBucket = client.Location{Bucket: "bkt"}

// slow are the ways to ask for patience.
var slow = map[string]func() *http.Response{
	"429":             func() *http.Response { return reply(429, nil, "") },
	"SlowDown":        func() *http.Response { return refusal(503, "SlowDown", "Please reduce your request rate.") },
	"Retry-After":     func() *http.Response { return reply(503, []string{"Retry-After", "1"}, "") },
	"Throttling, 400": func() *http.Response { return refusal(400, "ThrottlingException", "Rate exceeded") },
}

func TestAThrottledCallIsPatientForMoreThanAMinute(t *testing.T) {
	p := patience{Retryer: newRetryer(8, delayOf, nil), failures: 3}
	var waited time.Duration
	for try := 1; try < p.MaxAttempts(); try++ {
		d, err := p.RetryDelay(try, &apiError{code: "SlowDown"})
		require.NoError(t, err)
		assert.LessOrEqual(t, d, throttledMost+throttledMost/4)
		waited += d
	}
	assert.Greater(t, waited, time.Minute)
}

func TestATransferTriesAgainSoonAfterAChanceAndOutlastsAServerThatIsStartedAgain(t *testing.T) {
	throttled := &apiError{code: "SlowDown"}
	for name, tries := range map[string]aws.Retryer{
		"of bytes":   newRetryer(8, transferDelay, nil),
		"of a proof": patience{Retryer: newRetryer(8, delayOf, nil), failures: 8, transfer: true},
	} {
		var waited time.Duration
		for try := 1; try < 8; try++ {
			d, err := tries.RetryDelay(try, throttled)
			require.NoError(t, err)
			if waited += d; try == 4 {
				assert.Less(t, waited, time.Second, name)
			}
		}
		assert.Greater(t, waited, 20*time.Second, name)
	}
}

func TestATransferWaitsAsLongAsTheServerAsks(t *testing.T) {
	asked := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: slow["Retry-After"]()}, Err: &apiError{code: "SlowDown"}}
	d, err := newRetryer(8, transferDelay, nil).RetryDelay(1, asked)
	require.NoError(t, err)
	assert.Equal(t, time.Second, d)
}

func TestEveryCallSomebodyWaitsForOutlastsAServerThatAsksToSlowDown(t *testing.T) {
	for call, do := range waitedFor {
		for name, how := range slow {
			rec := &recorder{answer: always(how)}
			var said int
			ctx := client.WithMonitor(t.Context(), &client.RequestMonitor{OnSlowDown: func(client.RequestState) { said++ }})
			err := do(ctx, openRecorded(t, rec, compatible, Options{}))
			assert.Error(t, err)
			assert.GreaterOrEqual(t, rec.count(), throttledTries, "%s: %s", call, name)
			assert.Equal(t, rec.count(), said, "%s: %s: whoever waits is told each time", call, name)
		}
	}
}

func TestAFailureThatIsNoThrottlingIsTriedThreeTimes(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(500, "InternalError", "") })}
	ctx := client.WithMonitor(t.Context(), &client.RequestMonitor{OnSlowDown: func(client.RequestState) { t.Error("it does not ask to slow down") }})
	_, err := openRecorded(t, rec, compatible, Options{}).Buckets(ctx)
	assert.Equal(t, client.KindUnavailable.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 3, rec.count())
}

func TestWhoeverWaitsNoLongerIsFreeAtOnce(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	rec := &recorder{answer: func(*http.Request, int) *http.Response { stop(); return slow["SlowDown"]() }}
	o := Options{}
	s := openRecorded(t, rec, compatible, o)
	done := make(chan error)
	go func() { done <- second(s.Buckets(ctx)) }()
	assert.Equal(t, client.KindCancelled.String(), client.KindOf(<-done).String())
	assert.Equal(t, 1, rec.count())
}

// The end of the caller's time is no news to the caller; what kept the server
// from answering until then is.
func TestACallWhoseTimeIsUpSaysWhyItsLastTryFailed(t *testing.T) {
	for call, do := range waitedFor {
		synctest.Test(t, func(t *testing.T) {
			ctx, end := context.WithTimeout(t.Context(), 45*time.Second)
			defer end()
			begun := time.Now()
			rec := &recorder{answer: func(r *http.Request, n int) *http.Response {
				if n > 3 { // then nothing comes any more
					<-r.Context().Done()
				}
				return slow["Retry-After"]()
			}}
			s, err := onPath(client.Account{Name: "test", Endpoint: compatible, AccessKeyID: "AKID"},
				client.Credentials{AccessKeyID: "AKID", Secret: client.NewSecret(secretCanary)}, Options{Transport: rec})
			require.NoError(t, err)
			err = do(ctx, s)
			var known *client.Error
			require.ErrorAs(t, err, &known, call)
			assert.Contains(t, []client.Kind{client.KindThrottled, client.KindUnavailable}, known.Kind, "%s: %v", call, err)
			assert.Equal(t, http.StatusServiceUnavailable, known.Status, call)
			assert.Equal(t, 45*time.Second, time.Since(begun), call)
		})
	}
}

func TestATimeTheServerNamesIsKeptWithinReason(t *testing.T) {
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "99999": retryAfterMost, "-3": 0, "soon": 0, "": 0} {
		r := reply(503, []string{"Retry-After", header}, "")
		assert.Equal(t, want, retryAfter(&answered{r}), header)
	}
	assert.Zero(t, retryAfter(errors.New("no answer")))
}

var _ aws.Retryer = patience{}

// apiError is an error with a code and no answer.
type apiError struct{ code string }

func (e *apiError) Error() string                 { return e.code }
func (e *apiError) ErrorCode() string             { return e.code }
func (e *apiError) ErrorMessage() string          { return "" }
func (e *apiError) ErrorFault() smithy.ErrorFault { return smithy.FaultServer }

// answered is an error with an answer and no code.
type answered struct{ r *http.Response }

func (e *answered) Error() string                      { return e.r.Status }
func (e *answered) HTTPResponse() *smithyhttp.Response { return &smithyhttp.Response{Response: e.r} }
