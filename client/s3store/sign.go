package s3store

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A signed request is one try of a call: all that goes over the wire of it but its
// body.
type signed struct {
	*request
	to      *address
	path    string // escaped
	query   string
	headers headers
	by      string // the access key
}

// signedMore is how many headers signing adds at most.
const signedMore = 8

// sign signs a request as of a moment.
func (p *plain) sign(ctx context.Context, q *request, to *address, payload string, at time.Time) (signed, error) {
	s := signed{request: q, to: to, path: to.escapedPath(q.at.Key), query: canonicalQuery(q.query)}
	as, err := p.credentials(ctx, to)
	if err != nil {
		return s, err
	}
	s.by = as.AccessKeyID
	stamp := stampOf(at)
	h := append(q.header, header{"X-Amz-Content-Sha256", payload}, header{"X-Amz-Date", stamp}) // behind the end of the call's own nobody looks
	if p.pays {
		h = append(h, header{headerPayer, payer})
	}
	switch {
	case to.express:
		h = append(h, header{"X-Amz-S3session-Token", as.SessionToken})
	case as.SessionToken != "":
		h = append(h, header{"X-Amz-Security-Token", as.SessionToken})
	}
	authorization := to.key(as, stamp[:len(dayForm)]).sign(signable{
		method: q.method, host: to.host, path: s.path, query: s.query, headers: h, size: q.size, payload: payload,
	}, stamp)
	// The others are not signed: front ends change them. See unsigned.go. The bytes are
	// to come as they are stored.
	h = append(h, header{"Authorization", authorization}, header{"Accept-Encoding", "identity"}, header{"User-Agent", "Bucketseal"})
	if q.size >= expectFrom {
		h = append(h, header{"Expect", "100-continue"})
	}
	s.headers = h
	return s, nil
}

// credentials are those that an address takes: a directory bucket has a session of
// its own.
func (p *plain) credentials(ctx context.Context, to *address) (aws.Credentials, error) {
	if to.express {
		return p.sdk.ExpressCredentials.Retrieve(ctx, to.bucket)
	}
	return p.sdk.Credentials.Retrieve(ctx)
}

// ofHTTP is the request as net/http has it, and its body where that is not in
// memory.
func (s signed) ofHTTP() (*http.Request, *source) {
	r := &http.Request{
		Method: s.method, URL: s.to.url(s.at.Key, s.query), Host: s.to.host, Header: s.headers.ofHTTP(), ContentLength: s.size,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	switch {
	case s.body == nil || s.size == 0:
		return r, nil // net/http would take a body without a size for one of any length
	case s.held != nil:
		r.Body = io.NopCloser(bytes.NewReader(s.held))
		return r, nil
	}
	body := newSource(s.body, s.size)
	r.Body = body
	return r, body
}

// withoutPort is a host as its header and the signature have it: without the port
// that its scheme means anyway.
func withoutPort(scheme, host string) string {
	switch scheme {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}
