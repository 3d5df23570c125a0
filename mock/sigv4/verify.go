package sigv4

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Payload forms of x-amz-content-sha256 beside a literal hash.
const (
	UnsignedPayload          = "UNSIGNED-PAYLOAD"
	StreamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	StreamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

const (
	maxSkew      = 15 * time.Minute
	maxSmallBody = 1 << 20 // bodies of services other than S3
)

// Verifier knows the secrets and the clock. It is safe for concurrent use.
type Verifier struct {
	// Secret answers the secret of an access key.
	Secret func(accessKey string) (secret string, ok bool)
	// Region that S3 requests must be signed for; empty accepts any, as Ceph does.
	Region string
	// Now is the server's clock; nil is time.Now.
	Now func() time.Time
}

// Request is a request whose signature holds.
type Request struct {
	AccessKey string
	Region    string // as signed
	Service   string // as signed: "s3", "kms", "sts"
	Presigned bool
	Payload   string // the value of x-amz-content-sha256, or UNSIGNED-PAYLOAD
	// Body hands on the decoded payload and fails in place of io.EOF when it is
	// not what was signed.
	Body io.Reader
	// Length of the decoded payload in bytes, -1 when the client did not say.
	Length  int64
	trailer *trailer
}

// Trailing gives the checksum of the trailer, once Body has answered io.EOF;
// both are empty where none was sent.
func (r *Request) Trailing() (Algorithm, string) {
	if r.trailer == nil {
		return "", ""
	}
	return r.trailer.algorithm, r.trailer.value
}

// Announced gives the checksum algorithm that the trailer will carry, known
// before the body is read; empty for none.
func (r *Request) Announced() Algorithm {
	if r.trailer == nil {
		return ""
	}
	return r.trailer.algorithm
}

var literalHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Verify checks the signature of one request. The error is an *Error.
func (v *Verifier) Verify(r *http.Request) (*Request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
	}
	c, err := parseClaim(r, query)
	if err != nil {
		return nil, err
	}
	if err := v.checkScope(c); err != nil {
		return nil, err
	}
	if err := v.checkTime(c); err != nil {
		return nil, err
	}
	secret, ok := v.Secret(c.accessKey)
	if !ok {
		return nil, unknownAccessKey(c.accessKey)
	}
	payload, body, err := declaredPayload(r, query, c)
	if err != nil {
		return nil, err
	}
	canonical, err := canonicalRequest(r, c.signed, payload)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
	}
	key := c.scope.key(secret)
	want := seal(key, algorithm, c.stamp, c.scope, hexSHA256(canonical))
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil, signatureMismatch(c.accessKey)
	}
	// Only now: who does not know the secret learns nothing of the rest.
	exempt := ""
	if c.presigned {
		exempt = "x-amz-content-sha256"
	}
	if missing := unsigned(r, c.signed, exempt); len(missing) > 0 {
		return nil, headersNotSigned(missing)
	}
	out := &Request{
		AccessKey: c.accessKey, Region: c.scope.region, Service: c.scope.service,
		Presigned: c.presigned, Payload: payload, Length: r.ContentLength,
	}
	return out, out.attach(r, body, chain{key: key, stamp: c.stamp, scope: c.scope, previous: c.signature})
}

func (v *Verifier) now() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

func (v *Verifier) checkScope(c claim) error {
	wrong := malformedHeader
	if c.presigned {
		wrong = func(reason string, fields ...Field) *Error {
			return malformedQuery("Error parsing the X-Amz-Credential parameter; "+reason, fields...)
		}
	}
	if why := v.wrongScope(c); strings.HasPrefix(why, "the region") {
		return wrong(why, Field{"Region", v.Region})
	} else if why != "" {
		return wrong(why)
	}
	switch day := c.at.Format(dayLayout); {
	case day == c.scope.day:
		return nil
	case c.presigned:
		return malformedQuery("Invalid credential date \"" + c.scope.day + "\". This date is not the same as X-Amz-Date: \"" + day + "\".")
	}
	return malformedHeader("Invalid credential date. Date is not the same as X-Amz-Date.")
}

// wrongScope says in the words of S3 what is wrong with a credential's scope.
func (v *Verifier) wrongScope(c claim) string {
	if c.scope.service != "s3" && c.scope.service != "kms" && c.scope.service != "sts" {
		return "incorrect service \"" + c.scope.service + "\". This endpoint belongs to \"s3\"."
	}
	if v.Region != "" && c.scope.region != v.Region {
		return "the region \"" + c.scope.region + "\" is wrong; expecting \"" + v.Region + "\""
	}
	if _, err := time.Parse(dayLayout, c.scope.day); err != nil {
		return "incorrect date format \"" + c.scope.day + "\". This date in the credential must be in the format \"yyyyMMdd\"."
	}
	return ""
}

func (v *Verifier) checkTime(c claim) error {
	now := v.now()
	if !c.presigned {
		if d := now.Sub(c.at); d > maxSkew || d < -maxSkew {
			return tooSkewed(c.at, now)
		}
		return nil
	}
	if c.at.Sub(now) > maxSkew {
		return accessDenied("Request is not yet valid")
	}
	if end := c.at.Add(c.expires); now.After(end) {
		return accessDenied("Request has expired.",
			Field{"X-Amz-Expires", strconv.FormatInt(int64(c.expires/time.Second), 10)},
			Field{"Expires", end.UTC().Format(time.RFC3339)},
			Field{"ServerTime", now.UTC().Format(time.RFC3339)})
	}
	return nil
}

// declaredPayload gives the hash line of the canonical request, and the body
// to read on from (other services sign the hash without sending it, so that
// their small body must be read first).
func declaredPayload(r *http.Request, query url.Values, c claim) (string, io.Reader, error) {
	body := io.Reader(r.Body)
	if r.Body == nil {
		body = strings.NewReader("")
	}
	declared := r.Header.Get("X-Amz-Content-Sha256")
	if c.scope.service != "s3" {
		small, err := io.ReadAll(io.LimitReader(body, maxSmallBody+1))
		if err != nil {
			return "", nil, incompleteBody()
		}
		if len(small) > maxSmallBody {
			return "", nil, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request is too large.")
		}
		sum := sha256.Sum256(small)
		return hex.EncodeToString(sum[:]), bytes.NewReader(small), nil
	}
	if c.presigned {
		if q := query.Get("X-Amz-Content-Sha256"); q != "" {
			declared = q
		}
		if declared == "" {
			declared = UnsignedPayload
		}
	}
	switch declared {
	case "":
		return "", nil, invalidRequest("Missing required header for this request: x-amz-content-sha256")
	case UnsignedPayload, StreamingSigned, StreamingSignedTrailer, StreamingUnsignedTrailer:
		return declared, body, nil
	}
	if !literalHash.MatchString(declared) {
		return "", nil, refuse(http.StatusBadRequest, "InvalidArgument",
			"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
			Field{"ArgumentName", "x-amz-content-sha256"}, Field{"ArgumentValue", declared})
	}
	return declared, body, nil
}
