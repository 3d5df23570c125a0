package client

import (
	"context"
	"errors"
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
	KindExists                    // a bucket, an object or, of a download, a file of the name exists
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
	KindNotKept                   // done and final, and its receipt could not be kept
	kindEnd
)

var kindNames = [...]string{
	"Unknown", "NotFound", "NoBucket", "Denied", "BadCredentials", "Expired", "ClockSkew", "KeyUnknown", "KeyDisabled",
	"KeyDenied", "KeyRequired", "WrongKey", "NeedsKey", "NotCustomerKey", "EncryptionRefused", "Insecure", "Precondition",
	"NoUpload", "Exists", "NotEmpty", "Invalid", "Corrupt", "StaleChecksum", "DigestRequired", "Unsupported", "Throttled", "Unavailable", "Network", "Stalled",
	"TLS", "WrongRegion", "Local", "Cancelled", "EncryptionNotAsAsked", "Refused", "NotS3", "Contradiction", "Redirected",
	"Archived", "Full", "TooLarge", "DeleteMarker", "KeyService", "NotYetVerified", "NotKept",
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
	Said           Text   // why, in our own words for people, zero where the kind says enough
	Err            error  // the cause
}

// Error is for logs and details: operation, place, kind, our words and the
// server's.
func (e *Error) Error() string { return e.Text().String() }

// Text is what [Error.Error] says.
func (e *Error) Text() Text {
	what := e.Op
	if e.At != (Location{}) {
		what += " " + e.At.String()
	}
	t := Say("%s: %v", what, e.Kind.Text())
	if e.Key != "" {
		t = Say("%v (key %s)", t, string(e.Key))
	}
	for _, why := range e.why() {
		t = Say("%v: %v", t, why)
	}
	return t
}

// why is what an error says beside its kind: the server's words and ours, and
// those of the cause where the server said nothing.
func (e *Error) why() (all []any) {
	if e.Code != "" {
		all = append(all, e.Code)
	}
	switch {
	case e.Message != "" && !e.Said.IsZero():
		all = append(all, Say("%s (%v)", e.Message, e.Said))
	case e.Message != "":
		all = append(all, e.Message)
	case !e.Said.IsZero():
		all = append(all, e.Said)
	}
	if e.Err != nil && e.Code == "" && e.Message == "" {
		all = append(all, e.Err)
	}
	return all
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Text is the kind in a few lower-case words.
func (k Kind) Text() Text {
	if k < 0 || k >= kindEnd {
		k = KindUnknown
	}
	return kindWords[k]
}

var kindWords = [kindEnd]Text{
	KindUnknown:              Say("unknown"),
	KindNotFound:             Say("not found"),
	KindNoBucket:             Say("no bucket"),
	KindDenied:               Say("denied"),
	KindBadCredentials:       Say("access key or secret not accepted"),
	KindExpired:              Say("expired"),
	KindClockSkew:            Say("clock skew"),
	KindKeyUnknown:           Say("the server does not know this key"),
	KindKeyDisabled:          Say("key disabled"),
	KindKeyDenied:            Say("key denied"),
	KindKeyRequired:          Say("key required"),
	KindWrongKey:             Say("wrong key"),
	KindNeedsKey:             Say("needs key"),
	KindNotCustomerKey:       Say("not customer key"),
	KindEncryptionRefused:    Say("encryption refused"),
	KindInsecure:             Say("insecure"),
	KindPrecondition:         Say("precondition"),
	KindNoUpload:             Say("no upload"),
	KindExists:               Say("exists"),
	KindNotEmpty:             Say("not empty"),
	KindInvalid:              Say("invalid"),
	KindCorrupt:              Say("corrupt"),
	KindStaleChecksum:        Say("stale checksum"),
	KindDigestRequired:       Say("digest required"),
	KindUnsupported:          Say("unsupported"),
	KindThrottled:            Say("throttled"),
	KindUnavailable:          Say("unavailable"),
	KindNetwork:              Say("network"),
	KindStalled:              Say("stalled"),
	KindTLS:                  Say("certificate not trusted"),
	KindWrongRegion:          Say("wrong region"),
	KindLocal:                Say("local"),
	KindCancelled:            Say("cancelled"),
	KindEncryptionNotAsAsked: Say("not encrypted as asked"),
	KindRefused:              Say("refused"),
	KindNotS3:                Say("no answer of an S3 service"),
	KindContradiction:        Say("the answer is not believed"),
	KindRedirected:           Say("redirected"),
	KindArchived:             Say("archived"),
	KindFull:                 Say("no room left"),
	KindTooLarge:             Say("too large"),
	KindDeleteMarker:         Say("delete marker"),
	KindKeyService:           Say("the key service does not answer"),
	KindNotYetVerified:       Say("not yet verified"),
	KindNotKept:              Say("not kept"),
}

var (
	// ErrNoRanges is the cause of the error of a Get of some bytes where the server
	// sends the whole object whatever is asked: it has to be read in one piece.
	ErrNoRanges = Say("the server does not send parts of an object, only the whole of it").Err()
	// ErrNoEnd is the cause of the error at the end of a body whose end nobody
	// announced: it may be whole, or broken off. Who knows the size can tell.
	ErrNoEnd = Say("the server did not say how long the object is, so that its end cannot be told from a broken connection").Err()
	// ErrAnotherCall is the cause of the KindContradiction of a listing that was given the
	// answer to another call of the same.
	ErrAnotherCall = Say("the server, or a cache or proxy on the way to it, mixes up its answers").Err()
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
