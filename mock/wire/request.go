// Package wire is one call on its way through the endpoint: the request as handlers
// see it, its body read and judged, and the answer written, a document or a refusal.
//
// It promises: a body read here is bounded, and is what its digests say; whatever error
// a handler returns becomes a refusal in the words of S3, one that it does not know a
// 500 that tells nothing.
package wire

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// Handler answers one operation, or refuses it: nothing has been written then.
type Handler func(w http.ResponseWriter, r *Request) error

// Request is one request on its way through the handlers.
type Request struct {
	*http.Request
	Address
	Op     string          // operation: "PutObject"
	ID     string          // x-amz-request-id
	Query  url.Values      //
	Auth   *sigv4.Request  // how it is signed, and its body
	Caller iam.Person      // who signed; nobody where the ARN is empty
	Active []*faults.Fault // those that hit this very call
	Answer http.Header     // of the answer to be
}

// Fault that hits this very call, by its action; nil where there is none.
func (r *Request) Fault(do faults.Action) *faults.Fault { return faults.Find(r.Active, do) }

// Has tells whether a header was sent, an empty one too.
func (r *Request) Has(header string) bool { return len(r.Header.Values(header)) > 0 }

// Version that a request names.
func (r *Request) Version() string { return r.Query.Get("versionId") }

// Anonymous tells that nobody signed the request.
func (r *Request) Anonymous() bool { return r.Caller.ARN == "" }

// BypassesGovernance tells whether a request wants to bypass governance, for which
// it needs a permission of its own.
func (r *Request) BypassesGovernance() bool {
	return strings.EqualFold(r.Header.Get(s3.HeaderBypass), "true")
}

// AsksKMS tells whether a request names a KMS encryption.
func (r *Request) AsksKMS() bool { return strings.HasPrefix(r.Header.Get(s3.HeaderSSE), s3.MethodKMS) }

// RandomHex is the hexadecimal form of so many random bytes.
func RandomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, or ends the program
	return hex.EncodeToString(b)
}
