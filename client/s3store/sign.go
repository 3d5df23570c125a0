package s3store

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// to is a request as net/http has it, and its body where that is not in memory.
func (q *request) to(to *address, payload string) (*http.Request, *source) {
	r := &http.Request{
		Method: q.method, URL: to.url(q.at.Key, q.query), Host: to.host, Header: q.headers(payload), ContentLength: q.size,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	switch {
	case q.body == nil || q.size == 0:
		return r, nil // net/http would take a body without a size for one of any length
	case q.held != nil:
		r.Body = io.NopCloser(bytes.NewReader(q.held))
		return r, nil
	}
	body := newSource(q.body, q.size)
	r.Body = body
	return r, body
}

// sign signs a request as of a moment. The signer keeps the key that it derives for
// a day and a region.
func (p *plain) sign(ctx context.Context, r *http.Request, to *address, payload string, at time.Time) error {
	as, err := p.sdk.Credentials.Retrieve(ctx)
	if to.express {
		as, err = p.sdk.ExpressCredentials.Retrieve(ctx, to.bucket)
	}
	if err != nil {
		return err
	}
	if to.express {
		r.Header.Set("X-Amz-S3session-Token", as.SessionToken)
	}
	err = p.sdk.HTTPSignerV4.SignHTTP(ctx, as, r, payload, to.service, to.region, at, func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = true // it is escaped
		o.DisableSessionToken = to.express
	})
	// These two are not signed: front ends change them. See unsigned.go.
	r.Header["Accept-Encoding"] = identity
	r.Header["User-Agent"] = userAgent
	return err
}

var (
	identity  = []string{"identity"} // bytes as they are stored
	userAgent = []string{"Bucketseal"}
)
