package sigv4

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Unsigned tells a request that claims no key at all. One with a signature of
// another kind is not: Verify refuses it.
func Unsigned(r *http.Request) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	return err == nil && r.Header.Get("Authorization") == "" &&
		!slices.ContainsFunc([]string{"X-Amz-Algorithm", "X-Amz-Signature", "Signature", "AWSAccessKeyId"}, query.Has)
}

// Anonymous opens the body of an unsigned S3 request: a hash that it names is
// held against the body all the same. AccessKey stays empty. The error is an
// *Error.
func Anonymous(r *http.Request) (*Request, error) {
	out := &Request{Payload: r.Header.Get("X-Amz-Content-Sha256"), Service: "s3", Length: r.ContentLength}
	switch out.Payload {
	case "":
		out.Payload = UnsignedPayload
	case StreamingSigned, StreamingSignedTrailer:
		return nil, invalidRequest("Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.")
	}
	body := io.Reader(r.Body)
	if r.Body == nil {
		body = strings.NewReader("")
	}
	return out, out.attach(r, body, chain{})
}
