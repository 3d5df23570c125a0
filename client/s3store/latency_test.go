package s3store

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// called is a request of a call to the other end.
func called(op, method, body string, h ...header) signed {
	s := shortly(method, body, h...)
	s.op = op
	return s
}

// hangUp closes lines that are idle.
func (o *otherEnd) hangUp() {
	for _, end := range o.ends {
		_ = end.Close() // which may be closed already
	}
}

// used is a network that has had so many answers, each after d.
func used(o *otherEnd, answers int, d time.Duration) *watchdog {
	w := o.network()
	w.usual = &latency{}
	for range answers {
		w.usual.took(d)
	}
	return w
}

// waited is how long a try waits for a server that says nothing.
func waited(t *testing.T, d *watchdog, try sendout, s signed) time.Duration {
	t.Helper()
	try.answer = 2 * time.Minute
	began := time.Now()
	_, err := d.sendSigned(client.WithTurn(t.Context(), &ticket{}), s, d.usual.hurried(try, s)) //nolint:bodyclose // none comes
	var stalled *errStalled
	require.ErrorAs(t, err, &stalled)
	assert.Equal(t, time.Since(began), stalled.silence)
	return stalled.silence
}

func TestATryThatIsFarBehindTheOthersIsEndedEarly(t *testing.T) {
	first := sendout{n: 1, most: 8}
	for name, c := range map[string]struct {
		answers int
		usual   time.Duration
		try     sendout
		ask     signed
		want    time.Duration
	}{
		"a fast server":                {128, 20 * time.Millisecond, first, called("PutObject", "PUT", "x"), 2 * time.Second},
		"a slow one":                   {128, 5 * time.Second, first, called("HeadObject", "HEAD", ""), 15 * time.Second},
		"one that is as slow as can":   {128, time.Minute, first, called("GetObject", "GET", ""), 2 * time.Minute},
		"nobody knows what is usual":   {127, 20 * time.Millisecond, first, called("PutObject", "PUT", "x"), 2 * time.Minute},
		"the second try":               {128, 20 * time.Millisecond, sendout{n: 2, most: 8}, called("PutObject", "PUT", "x"), 8 * time.Second},
		"the third is patient":         {128, 20 * time.Millisecond, sendout{n: 3, most: 8}, called("PutObject", "PUT", "x"), 2 * time.Minute},
		"what may not be sent twice":   {128, 20 * time.Millisecond, first, called("PutObject", "PUT", "x", header{"If-None-Match", "*"}), 2 * time.Minute},
		"a listing takes what it does": {128, 20 * time.Millisecond, first, called("ListObjectsV2", "GET", ""), 2 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := used(&otherEnd{answer: saying("")}, c.answers, c.usual)
			assert.Equal(t, c.want, waited(t, d, c.try, c.ask), name)
		})
	}
}

func TestTheSlowestOfTheLastAnswersSaysWhatIsUsual(t *testing.T) {
	l := &latency{}
	for range 128 {
		l.took(time.Second)
	}
	assert.Equal(t, 3*time.Second, l.late())
	l.took(4 * time.Second)
	assert.Equal(t, 12*time.Second, l.late(), "a server that becomes slow is known at once")
	for range 127 {
		l.took(time.Second)
	}
	assert.Equal(t, 12*time.Second, l.late())
	for range 128 {
		l.took(time.Second)
	}
	assert.Equal(t, 3*time.Second, l.late(), "and what was, is forgotten")
}

func TestTheRestOfAShortBodyThatIsFarBehindIsAskedForSooner(t *testing.T) {
	short, long := "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes", "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nyes"
	for name, c := range map[string]struct {
		raw  string
		ask  signed
		want time.Duration
	}{
		"a short one":                          {short, called("GetObject", "GET", ""), 2 * time.Second},
		"a long one":                           {long, called("GetObject", "GET", ""), time.Minute},
		"what goes on with one that broke off": {short, called("GetObject", "GET", "", header{"Range", "bytes=3-8"}), time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := used(&otherEnd{answer: saying(c.raw)}, 128, time.Millisecond)
			answer, err := d.sendSigned(t.Context(), c.ask, d.usual.hurried(sendout{n: 1, most: 8, answer: 2 * time.Minute}, c.ask))
			require.NoError(t, err)
			began := time.Now()
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, answer.Body.Close())
			var stalled *errStalled
			require.ErrorAs(t, err, &stalled, name)
			assert.Equal(t, c.want, time.Since(began), name)
		})
	}
}

func TestAShortAnswerCountsWhenAllOfItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &otherEnd{answer: func(r *http.Request, _ string) (string, bool) {
			time.Sleep(time.Second)
			if r.Method == http.MethodHead {
				return "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false
			}
			return yes, false
		}}
		defer o.hangUp()
		d := used(o, 128, time.Millisecond)
		for _, c := range []struct {
			ask  signed
			read time.Duration // until the body is read
			want time.Duration
		}{
			{called("ListObjectsV2", "GET", ""), 0, 3 * time.Millisecond},
			{called("HeadObject", "HEAD", ""), 0, 3 * time.Second},
			{called("GetObject", "GET", ""), time.Second, 6 * time.Second},
		} {
			answer, err := d.sendSigned(t.Context(), c.ask, patiently)
			require.NoError(t, err)
			time.Sleep(c.read)
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			assert.Equal(t, c.want, d.usual.late(), c.ask.op)
		}
	})
}

func TestATransferIsSentAgainEarlyAndACallAtTheScreenWaits(t *testing.T) {
	for _, attempts := range []int{8, 3} {
		o := &otherEnd{}
		synctest.Test(t, func(t *testing.T) {
			s, err := Open(client.Account{Name: "a", Endpoint: "http://127.0.0.1:1", AccessKeyID: "AKID"},
				client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{Attempts: attempts})
			require.NoError(t, err)
			network := s.s3.Options().HTTPClient.(*watchdog)
			network.lines.bare = o.dial
			assert.Equal(t, attempts == 8, network.usual != nil, "who tries seldom is patient")
			for range 128 {
				network.usual.took(time.Millisecond)
			}
			silent := 0
			o.answer = func(*http.Request, string) (string, bool) {
				if silent++; silent%2 == 1 {
					return "", false
				}
				return "HTTP/1.1 200 OK\r\nX-Amz-Request-Id: 1\r\nEtag: \"e\"\r\nContent-Length: 7\r\n\r\n", true
			}
			took := func(turn client.Turn) time.Duration {
				ctx := t.Context()
				if turn != nil {
					ctx = client.WithTurn(ctx, turn)
				}
				began := time.Now()
				_, err := s.Head(ctx, anywhere, client.ReadOptions{})
				require.NoError(t, err)
				return time.Since(began)
			}
			transfer, person := took(&ticket{most: 9}), took(nil)
			assert.Greater(t, person, 2*time.Minute)
			if attempts == 8 {
				assert.Less(t, transfer, 3*time.Second)
			} else {
				assert.Greater(t, transfer, 2*time.Minute)
			}
			o.hangUp()
		})
	}
}
