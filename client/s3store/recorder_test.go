package s3store

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A recorder stands where the network would be: it keeps what would have been
// sent and answers from a script.
type recorder struct {
	mu     sync.Mutex
	sent   []*http.Request
	bodies []string
	answer func(r *http.Request, n int) *http.Response // n counts from 1
}

func (c *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	c.sent = append(c.sent, r)
	c.bodies = append(c.bodies, string(body))
	n := len(c.sent)
	c.mu.Unlock()
	resp := agree(r, n)
	if c.answer != nil {
		resp = c.answer(r, n)
	}
	resp.Request = r
	return resp, nil
}

// last is the request sent last.
func (c *recorder) last() *http.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent[len(c.sent)-1]
}

func (c *recorder) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}

// agree is the answer of a server that did what it was asked.
func agree(r *http.Request, _ int) *http.Response {
	q := r.URL.Query()
	for _, d := range []struct {
		here bool
		root string
	}{
		{q.Get("x-id") == "ListBuckets", "<ListAllMyBucketsResult/>"},
		{r.Header.Get("X-Amz-Copy-Source") != "" && q.Has("uploadId"), "<CopyPartResult><ETag>&quot;e&quot;</ETag></CopyPartResult>"},
		{r.Header.Get("X-Amz-Copy-Source") != "", "<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>"},
		{q.Has("uploads"), "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>"},
		{q.Has("uploadId") && r.Method == http.MethodPost, "<CompleteMultipartUploadResult/>"},
		{q.Has("uploadId") && r.Method == http.MethodGet, "<ListPartsResult/>"},
		{q.Has("tagging"), "<Tagging><TagSet/></Tagging>"},
		{q.Has("encryption"), "<ServerSideEncryptionConfiguration/>"},
		{q.Has("delete"), "<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>"},
		{q.Has("list-type") || q.Has("delimiter"), "<ListBucketResult/>"},
	} {
		if d.here {
			return reply(200, nil, d.root)
		}
	}
	if r.Method == http.MethodHead {
		return reply(200, []string{"Etag", `"e"`, "Content-Length", "7"}, "")
	}
	return reply(200, []string{"Etag", `"e"`}, "")
}

// reply is an answer with headers given as name, value, name, value...
func reply(status int, headers []string, body string) *http.Response {
	h := http.Header{"X-Amz-Request-Id": {"REQ1"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// refusal is an S3 error document.
func refusal(status int, code, message string) *http.Response {
	return reply(status, []string{"Content-Type", "application/xml"},
		`<?xml version="1.0"?><Error><Code>`+code+`</Code><Message>`+message+`</Message></Error>`)
}

// always answers the same.
func always(make func() *http.Response) func(*http.Request, int) *http.Response {
	return func(*http.Request, int) *http.Response { return make() }
}

const (
	secretCanary = "SECRETcanary/wJalrXUtnFEMI" //nolint:gosec // a made-up secret which must be found nowhere
	tokenCanary  = "TOKENcanary//IQoJb3JpZ2lu"  //nolint:gosec // the same
)

// openRecorded opens a store on a recorder. Without an endpoint it is AWS.
func openRecorded(t *testing.T, rec *recorder, endpoint string, o Options) *Store {
	t.Helper()
	o.Transport, o.backoff = rec, atOnce
	s, err := onPath(client.Account{Name: "test", Endpoint: endpoint, AccessKeyID: "AKID"},
		client.Credentials{AccessKeyID: "AKID", Secret: client.NewSecret(secretCanary), SessionToken: client.NewSecret(tokenCanary)}, o)
	require.NoError(t, err)
	return s
}

const compatible = "https://cos.example.test"
