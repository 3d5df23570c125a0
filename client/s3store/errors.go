package s3store

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// A call is what was being done, for the error table and for the error.
type call struct {
	op       string
	at       client.Location
	asked    client.Encryption  // of writes
	customer client.CustomerKey // SSE-C key sent with the call
	key      client.KeyID       // KMS calls: the key asked about
}

// refuse is an error about something that did not leave the process.
func (s *Store) refuse(c call, k client.Kind, err error) *client.Error {
	return &client.Error{Op: c.op, Kind: k, At: c.at, Key: c.keyAsked(), Err: err}
}

func (c call) keyAsked() client.KeyID {
	if c.key != "" {
		return c.key
	}
	return client.KeyOf(c.asked)
}

// fail turns whatever the SDK or the network answered into a *client.Error.
func (s *Store) fail(c call, err error) error {
	if err == nil {
		return nil
	}
	var done *client.Error
	if errors.As(err, &done) {
		return done
	}
	f := failure{call: c, https: s.https}
	e := &client.Error{Op: c.op, At: c.at}
	var answer interface{ HTTPResponse() *smithyhttp.Response }
	if errors.As(err, &answer) && answer.HTTPResponse() != nil {
		r := answer.HTTPResponse()
		f.status, f.region, f.location = r.StatusCode, r.Header.Get("X-Amz-Bucket-Region"), r.Header.Get("Location")
		f.marker = strings.EqualFold(r.Header.Get("X-Amz-Delete-Marker"), "true")
		e.Status, e.RequestID = r.StatusCode, requestID(r.Header)
		e.CustomerKeyMD5 = r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5")
	}
	var id interface{ ServiceRequestID() string }
	if errors.As(err, &id) && e.RequestID == "" {
		e.RequestID = id.ServiceRequestID()
	}
	var api smithy.APIError
	var unsigned *errSignIn
	if errors.As(err, &unsigned) {
		f.status, e.Status = 0, 0 // an answer to the sign-in is none of the store's
	} else if errors.As(err, &api) {
		f.code, f.message = said(api.ErrorCode()), said(api.ErrorMessage())
	}
	if f.status >= 300 && f.status < 400 && f.message == http.StatusText(f.status) {
		f.code, f.message = "", "" // made up by the SDK, and the name of something else in S3
	}
	if f.status == http.StatusOK && f.code == "" {
		f.status = 0 // the answer broke off: what counts is how
	}
	e.Kind = f.kind(err)
	e.Code, e.Message, e.Err = f.code, f.message, err
	if said := f.ownWords(e.Kind, err); !said.IsZero() {
		e.Said, e.Message, e.Err = said, "", nil // without the SDK's words around it
		if errors.Is(err, client.ErrAnotherCall) {
			e.Err = client.ErrAnotherCall
		}
	}
	e.Hidden = e.Kind == client.KindNotFound && f.marker
	if keyKinds[e.Kind] {
		e.Key = f.keyNamed()
	}
	if e.Kind == client.KindWrongRegion && f.region != "" {
		e.Said = client.Say("the bucket is in region %s", f.region)
	}
	return s.clean(e)
}

// ownWords are what is to be said in place of the server's own words, zero where
// those will do.
func (f failure) ownWords(k client.Kind, err error) client.Text {
	var (
		foreign       *errNotS3
		contradiction *errContradiction
		instead       *errForeignRefusal
	)
	switch {
	case errors.As(err, &foreign):
		return foreign.what
	case errors.As(err, &contradiction):
		return contradiction.why
	case k == client.KindRedirected && f.location != "":
		return client.Say("it sends us to %s", placeToGo(f.location))
	case errors.As(err, &instead):
		return instead.what
	}
	var gaveUp *errGaveUp
	if errors.As(err, &gaveUp) {
		return gaveUp.Text()
	}
	var unsigned *errSignIn
	if errors.As(err, &unsigned) {
		return unsigned.said
	}
	var other *errOtherCertificate
	if errors.As(err, &other) {
		return other.Text()
	}
	if ours := whyNotSent(err); ours != nil && f.code == "" {
		return client.TextOf(ours)
	}
	return client.Text{}
}

// placeToGo is the address of a redirect without what may be secret in it.
func placeToGo(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return firstWords(location, 60)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return firstWords(u.String(), 200)
}

// said is what the server said; the SDK fills in a word where it said nothing.
func said(s string) string {
	if s == "UnknownError" {
		return ""
	}
	return s
}

// clean takes secrets out of the server's words. Servers quote what they were
// sent, and an SDK error quotes the server.
func (s *Store) clean(e *client.Error) *client.Error {
	e.Message, e.Said = s.redact(e.Message), s.redactText(e.Said)
	if e.Err == nil {
		return e
	}
	before := e.Err.Error()
	if after := s.redact(before); after != before {
		e.Err = errors.New(after)
	}
	return e
}

func (s *Store) redact(words string) string {
	return redact(redactShapes(words), s.hidden.secrets()...)
}

// redactText redacts what others wrote among the values of a text.
func (s *Store) redactText(t client.Text) client.Text {
	t.Args = slices.Clone(t.Args)
	for i, a := range t.Args {
		switch a := a.(type) {
		case client.Text:
			t.Args[i] = s.redactText(a)
		case string:
			t.Args[i] = s.redact(a)
		case error:
			t.Args[i] = s.redactText(client.TextOf(a))
		}
	}
	return t
}

// keyKinds are the kinds that are about a KMS key.
var keyKinds = map[client.Kind]bool{
	client.KindKeyUnknown: true, client.KindKeyDisabled: true, client.KindKeyDenied: true,
}

// kind classifies: what happened on this machine and on the way first, then
// the server's answer by the table.
func (f failure) kind(err error) client.Kind {
	var (
		forbidden *errForbidden
		stalled   *errStalled
		netError  net.Error
		send      *smithyhttp.RequestSendError
		canceled  *smithy.CanceledError
		local     *errSource
		foreign   *smithy.DeserializationError
		unsent    *smithy.SerializationError
		params    smithy.InvalidParamsError
		proxy     *errProxy
		other     *errOtherBytes
	)
	if k, ok := kindOfAnswer(err); ok {
		return k
	}
	switch {
	case errors.As(err, &forbidden):
		return client.KindUnsupported
	case errors.As(err, &proxy):
		return client.KindNetwork
	case whyNotSent(err) != nil:
		return client.KindInsecure
	case errors.As(err, &stalled):
		return client.KindStalled
	case errors.Is(err, context.DeadlineExceeded):
		return client.KindStalled
	case errors.Is(err, context.Canceled), errors.As(err, &canceled):
		return client.KindCancelled
	case isUntrusted(err):
		return client.KindTLS
	case errors.As(err, &unsent), errors.As(err, &params):
		return client.KindInvalid
	case errors.As(err, &local):
		return client.KindLocal
	case f.code != "" || f.status != 0:
		return f.classify()
	case errors.As(err, &other):
		return client.KindCorrupt
	case errors.As(err, &send), errors.As(err, &netError), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return client.KindNetwork
	case errors.As(err, &foreign):
		return client.KindUnsupported // an answer, and not to this call
	}
	return client.KindUnknown
}

// kindOfAnswer classifies what came in the place of the answer awaited.
func kindOfAnswer(err error) (client.Kind, bool) {
	var (
		foreign       *errNotS3
		contradiction *errContradiction
		unsigned      *errSignIn
	)
	switch {
	case errors.As(err, &unsigned):
		return unsigned.kind, true
	case errors.As(err, &contradiction), errors.Is(err, client.ErrNoEnd):
		return client.KindContradiction, true
	case errors.As(err, &foreign) && foreign.marked:
		return client.KindUnsupported, true // S3's answer to another question
	case errors.As(err, &foreign), isNoHTTP(err):
		return client.KindNotS3, true
	case errors.Is(err, client.ErrNoRanges):
		return client.KindUnsupported, true
	case errors.Is(err, errCircles):
		return client.KindRedirected, true
	}
	return client.KindUnknown, false
}

// isNoHTTP reports whether what came breaks the rules of HTTP, as with two
// lengths, or one that is no number. net/http has no types for it.
func isNoHTTP(err error) bool {
	var sent *smithyhttp.RequestSendError
	if !errors.As(err, &sent) {
		return false
	}
	words := err.Error()
	return strings.Contains(words, "malformed HTTP") || strings.Contains(words, "malformed MIME header") || strings.Contains(words, "bad Content-Length") ||
		strings.Contains(words, "invalid Content-Length") || strings.Contains(words, "multiple Content-Length") ||
		strings.Contains(words, "unsupported transfer encoding") || strings.Contains(words, "server response headers exceeded")
}
