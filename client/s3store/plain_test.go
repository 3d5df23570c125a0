package s3store

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A clock that is wrong costs one refusal, and none after it.
func TestAClockThatIsWrongIsSetRightByTheServers(t *testing.T) {
	const wrong = 25 * time.Hour
	rec := &recorder{}
	rec.answer = func(r *http.Request, n int) *http.Response {
		now := time.Now().Add(wrong)
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		a := agree(r, n)
		if err != nil || now.Sub(signed).Abs() > 15*time.Minute {
			a = refusal(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
		}
		a.Header.Set("Date", now.UTC().Format(http.TimeFormat))
		return a
	}
	s := openRecorded(t, rec, compatible, Options{})
	require.NoError(t, putA(t, s, plainPut))
	assert.Equal(t, 2, rec.count())
	assert.Equal(t, "body", rec.bodies[1], "the whole body again")
	require.NoError(t, putA(t, s, plainPut))
	assert.Equal(t, 3, rec.count(), "learned")
}

func TestOnlyAClockThatIsFarOffIsBlamedForARefusal(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		header []string // of the answer
		tries  int
	}{
		"no date":               {"RequestTimeTooSkewed", nil, 1},
		"no date that is one":   {"RequestTimeTooSkewed", []string{"Date", "soon"}, 1},
		"out of a cache":        {"RequestTimeTooSkewed", []string{"Date", "Thu, 01 Jan 2015 00:00:00 GMT", "Age", "9"}, 1},
		"the time is right":     {"SignatureDoesNotMatch", []string{"Date", time.Now().UTC().Format(http.TimeFormat)}, 1},
		"another reason":        {"AccessDenied", []string{"Date", "Thu, 01 Jan 2015 00:00:00 GMT"}, 1},
		"eleven years too late": {"SignatureDoesNotMatch", []string{"Date", "Thu, 01 Jan 2015 00:00:00 GMT"}, 2},
	} {
		rec := &recorder{answer: func(*http.Request, int) *http.Response {
			a := refusal(403, c.code, "")
			for i := 0; i+1 < len(c.header); i += 2 {
				a.Header.Set(c.header[i], c.header[i+1])
			}
			return a
		}}
		require.Error(t, putA(t, openRecorded(t, rec, compatible, Options{}), plainPut), name)
		assert.Equal(t, c.tries, rec.count(), name)
	}
}

// Over plain http a body is in the signature: a small one is read once for both, and
// net/http sends bytes that it knows to be in memory together with the headers.
func TestASmallBodyIsGivenToTheNetworkInOnePiece(t *testing.T) {
	if path != nil {
		t.Skip("the SDK does not")
	}
	for size, inOne := range map[int]bool{1: true, smallBody: true, smallBody + 1: false} {
		rec := &recorder{}
		s := openRecorded(t, rec, "http://nas.example.test", Options{})
		var got io.ReadCloser
		rec.answer = func(r *http.Request, n int) *http.Response { got = r.Body; return agree(r, n) }
		_, err := s.Put(t.Context(), anywhere, strings.NewReader(strings.Repeat("x", size)), int64(size), plainPut)
		require.NoError(t, err)
		assert.Len(t, rec.bodies[0], size)
		assert.Equal(t, inOne, fmt.Sprintf("%T", got) == fmt.Sprintf("%T", io.NopCloser(bytes.NewReader(nil))), "%d bytes", size)
	}
}

// deaf answers before it has read a word.
type deaf struct {
	body   io.ReadCloser
	answer *http.Response
}

func (d *deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	d.body, d.answer.Request = r.Body, r
	return d.answer, nil
}

// The network may go on reading when its answer is there; the file is somebody
// else's then.
func TestNobodyReadsABodyWhoseCallHasEnded(t *testing.T) {
	d := &deaf{answer: refusal(403, "AccessDenied", "no")}
	s := openRecorded(t, &recorder{}, compatible, Options{})
	s, err := onPath(s.account, client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{Transport: d, backoff: atOnce})
	require.NoError(t, err)
	file := &seekCounter{Reader: strings.NewReader(strings.Repeat("x", smallBody+1))}
	_, err = s.Put(t.Context(), anywhere, file, smallBody+1, plainPut)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
	n, err := d.body.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.ErrorIs(t, err, io.EOF)
	assert.Equal(t, smallBody+1, file.Len(), "not a byte was taken")
}

func TestAFileThatCannotBeReadIsALocalFailureWhateverItsSize(t *testing.T) {
	gone := errors.New("gone")
	for _, size := range []int64{1, smallBody + 1} {
		for _, endpoint := range []string{"", compatible, "http://nas.example.test"} {
			rec := &recorder{}
			_, err := openRecorded(t, rec, endpoint, Options{}).Put(t.Context(), anywhere, noSeek{gone}, size, plainPut)
			assert.Equal(t, client.KindLocal.String(), client.KindOf(err).String(), "%d at %q: %v", size, endpoint, err)
			assert.ErrorIs(t, err, gone)
			assert.LessOrEqual(t, rec.count(), 0, "%d at %q", size, endpoint)
		}
	}
}

func TestAMultiRegionAccessPointIsRefusedBeforeAnythingIsSent(t *testing.T) {
	if path != nil {
		t.Skip("the SDK can")
	}
	rec := &recorder{}
	at := client.Location{Bucket: "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap", Key: "k"}
	_, err := openRecorded(t, rec, "", Options{}).Head(t.Context(), at, client.ReadOptions{})
	assert.ErrorContains(t, err, "multi-region access point")
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String())
	assert.Zero(t, rec.count())
}

// A directory bucket is signed for by a session, which may be refused.
func TestADirectoryBucketWithoutASessionIsNotWrittenTo(t *testing.T) {
	if path != nil {
		t.Skip("the SDK says why in words alone")
	}
	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "no session for you") })}
	at := client.Location{Bucket: "mine--use1-az4--x-s3", Key: "k"}
	_, err := openRecorded(t, rec, "", Options{Attempts: 1}).Put(t.Context(), at, newBody("x"), 1, plainPut)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
	for _, r := range rec.sent {
		assert.True(t, r.URL.Query().Has("session"), r.URL)
	}
}

func TestTheBytesOfAWholeObjectAreComparedWithItsChecksum(t *testing.T) {
	const content = "some bytes"
	b64 := func(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }
	long := func(table *crc32.Table) []byte {
		h := crc32.New(table)
		_, _ = io.WriteString(h, content)
		return h.Sum(nil)
	}
	one, two := sha1.Sum([]byte(content)), sha256.Sum256([]byte(content))
	right := map[string]string{
		"Crc32": b64(long(crc32.IEEETable)), "Crc32c": b64(long(crc32.MakeTable(crc32.Castagnoli))), "Sha1": b64(one[:]), "Sha256": b64(two[:]),
		"Crc64nvme": "71zg0HRv9O4=",
	}
	for name, value := range right {
		for _, c := range []struct {
			value, more string
			kind        client.Kind
		}{
			{value, "", 0},
			{"AAAA" + value[4:], "", client.KindCorrupt},
			{"AAAA" + value[4:] + "-2", "", 0},  // of the parts' checksums: whoever knows the parts compares it
			{"AAAA" + value[4:], "bytes=0-", 0}, // of a range it may be a part's
		} {
			rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
				h := []string{"Etag", `"e"`, "X-Amz-Checksum-" + name, c.value}
				if r.Header.Get("Range") != "" {
					h = append(h, "Content-Range", "bytes 1-9/10")
					return reply(206, h, content[1:])
				}
				return reply(200, h, content)
			}}
			o := client.ReadOptions{}
			if c.more != "" {
				o.Offset = 1
			}
			_, body, err := openRecorded(t, rec, compatible, Options{}).Get(t.Context(), anywhere, o)
			require.NoError(t, err)
			got, err := io.ReadAll(body)
			assert.Equal(t, content[o.Offset:], string(got))
			assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%s %q: %v", name, c.value, err)
			require.NoError(t, body.Close())
		}
	}
}

func TestTheLogHoldsEveryTryWithoutItsSecrets(t *testing.T) {
	written := &strings.Builder{}
	log := slog.New(slog.NewTextHandler(written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	rec := &recorder{answer: func(r *http.Request, n int) *http.Response {
		if n == 1 {
			return refusal(503, "SlowDown", "")
		}
		return agree(r, n)
	}}
	// Where the account has a network, short requests of ours do not go through net/http.
	url := silent(t, func(w http.ResponseWriter, r *http.Request, n int64) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Amz-Request-Id", "R")
		w.Header().Set("Etag", `"e"`)
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	for name, s := range map[string]*Store{
		"recorded": openRecorded(t, rec, compatible, Options{Log: log}), "over a line": openURL(t, url, "", Options{Log: log}),
	} {
		written.Reset()
		require.NoError(t, putA(t, s, plainPut), name)
		for _, part := range []string{"PUT /bkt/a?x-id=PutObject", "attempt 2", "503 Service Unavailable", "200 OK", "Authorization: redacted"} {
			assert.Contains(t, written.String(), part, name)
		}
		for _, secret := range []string{secretCanary, tokenCanary, "Signature="} {
			assert.NotContains(t, written.String(), secret, name)
		}
	}
}
