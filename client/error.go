package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Kind classifies what went wrong by what a person can do about it. It is
// decided once, at the border (s3store), from the server's code, message and
// operation together: codes alone lie.
type Kind int

// The kinds. KindUnknown is an answer the error table does not hold.
const (
	KindUnknown              Kind = iota
	KindNotFound                  // no such object
	KindNoBucket                  // no such bucket
	KindDenied                    // the account may not do this
	KindBadCredentials            // access key unknown or signature wrong
	KindExpired                   // the session's credentials have expired
	KindClockSkew                 // this machine's clock is wrong
	KindKeyUnknown                // the server does not know the KMS key
	KindKeyDisabled               // the key is disabled, pending deletion or unusable
	KindKeyDenied                 // the account may not use the key
	KindKeyRequired               // SSE-KMS asked without a key id where the server has no default key
	KindWrongKey                  // another SSE-C key than the object's
	KindNeedsKey                  // an SSE-C object was asked for without its key
	KindNotCustomerKey            // SSE-C headers for an object stored otherwise
	KindEncryptionRefused         // the server refuses the encryption asked
	KindInsecure                  // encryption asked over plain http
	KindPrecondition              // the object changed meanwhile, or exists already
	KindNoUpload                  // the multipart upload is gone
	KindExists                    // bucket exists
	KindNotEmpty                  // bucket is not empty
	KindInvalid                   // the request or a name is not valid
	KindCorrupt                   // bytes or checksum did not agree
	KindStaleChecksum             // only the checksum an upload left in the metadata disagrees: changed since, or damaged
	KindDigestRequired            // the bucket takes nothing without Content-MD5 or a checksum
	KindUnsupported               // the server does not have this call, or it must not be sent there
	KindThrottled                 // the server asks to slow down
	KindUnavailable               // the server failed (5xx)
	KindNetwork                   // no connection: DNS, refused, reset
	KindStalled                   // the connection stayed silent too long
	KindTLS                       // the server's certificate is not trusted
	KindWrongRegion               // the bucket is in another region
	KindLocal                     // a file of this machine could not be read or written
	KindCancelled                 // the user stopped it
	KindEncryptionNotAsAsked      // stored, but not encrypted as asked
	KindRefused                   // refused before a byte left, by a rule
	KindNotS3                     // what answered is no S3 service: a web page, nothing, another protocol
	KindContradiction             // an answer that contradicts the question or itself: not believed
	KindRedirected                // the address points to another one
	KindArchived                  // the object is archived and must be restored before it can be read
	KindFull                      // no room left: a quota, a full disk
	KindTooLarge                  // more than the server takes in one object or request
	KindDeleteMarker              // the version asked for is a delete marker and has no content
	KindKeyService                // the server's key management service does not answer
	KindNotYetVerified            // stored, and whether as asked could not be asked
	kindEnd
)

var kindNames = [...]string{
	"Unknown", "NotFound", "NoBucket", "Denied", "BadCredentials", "Expired", "ClockSkew", "KeyUnknown", "KeyDisabled",
	"KeyDenied", "KeyRequired", "WrongKey", "NeedsKey", "NotCustomerKey", "EncryptionRefused", "Insecure", "Precondition",
	"NoUpload", "Exists", "NotEmpty", "Invalid", "Corrupt", "StaleChecksum", "DigestRequired", "Unsupported", "Throttled", "Unavailable", "Network", "Stalled",
	"TLS", "WrongRegion", "Local", "Cancelled", "EncryptionNotAsAsked", "Refused", "NotS3", "Contradiction", "Redirected",
	"Archived", "Full", "TooLarge", "DeleteMarker", "KeyService", "NotYetVerified",
}

// String is the kind's name as the JSON of the command line writes it.
func (k Kind) String() string {
	if k < 0 || k >= kindEnd {
		return "Unknown"
	}
	return kindNames[k]
}

// Kinds lists every kind, so that a test can ask each for its hint.
func Kinds() []Kind {
	all := make([]Kind, 0, kindEnd)
	for k := range kindEnd {
		all = append(all, k)
	}
	return all
}

// Temporary reports whether the same call may succeed later without anybody
// changing anything.
func (k Kind) Temporary() bool {
	switch k {
	case KindThrottled, KindUnavailable, KindNetwork, KindStalled, KindKeyService:
		return true
	}
	return false
}

// An Error is a failure with what a person needs to know about it: what was
// tried, where, what kind of failure, and the server's own words for support.
type Error struct {
	Op   string   // the S3 or KMS operation, or a verb: "PutObject", "open"
	Kind Kind     //
	At   Location // zero where there is none
	Key  KeyID    // the KMS key it is about, "" for none
	// CustomerKeyMD5 is the MD5 of the SSE-C key the server says the object
	// has; "" where it does not say.
	CustomerKeyMD5 string
	Status         int    // HTTP status, 0 for none
	Code           string // the server's code, "" for none
	Message        string // the server's message, "" for none
	RequestID      string // the server's request id, "" for none
	Hidden         bool   // KindNotFound: a delete marker hides the object, earlier versions are still there
	Err            error  // the cause
}

// Error is for logs and details: operation, place, kind, the server's words.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.At != (Location{}) {
		b.WriteString(" " + e.At.String())
	}
	b.WriteString(": " + e.Kind.words())
	if e.Key != "" {
		fmt.Fprintf(&b, " (key %s)", e.Key)
	}
	switch {
	case e.Code != "" && e.Message != "":
		fmt.Fprintf(&b, ": %s: %s", e.Code, e.Message)
	case e.Code != "":
		b.WriteString(": " + e.Code)
	case e.Message != "":
		b.WriteString(": " + e.Message)
	case e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// words is the kind as lower-case words, for error texts.
func (k Kind) words() string {
	switch k {
	case KindBadCredentials:
		return "access key or secret not accepted"
	case KindKeyUnknown:
		return "the server does not know this key"
	case KindTLS:
		return "certificate not trusted"
	case KindEncryptionNotAsAsked:
		return "not encrypted as asked"
	case KindNotS3:
		return "no answer of an S3 service"
	case KindContradiction:
		return "the answer is not believed"
	case KindFull:
		return "no room left"
	case KindKeyService:
		return "the key service does not answer"
	}
	var b strings.Builder
	for i, r := range k.String() {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}

var (
	// ErrNoRanges is the cause of the error of a Get of some bytes where the server
	// sends the whole object whatever is asked: it has to be read in one piece.
	ErrNoRanges = errors.New("the server does not send parts of an object, only the whole of it")
	// ErrNoEnd is the cause of the error at the end of a body whose end nobody
	// announced: it may be whole, or broken off. Who knows the size can tell.
	ErrNoEnd = errors.New("the server did not say how long the object is, so that its end cannot be told from a broken connection")
)

// KindOf classifies any error; one that is no *Error and no cancellation is
// KindUnknown.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return KindCancelled
	}
	return KindUnknown
}
