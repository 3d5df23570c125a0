package sigv4

import (
	"crypto/hmac"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// VerifyForm checks the signature of a form upload (POST Object): it is over the
// base64 of the policy alone, so that everything else in the form counts only as
// far as the policy speaks of it, which the caller judges. field gives a form
// field by its lower-case name, empty where there is none. Body and Length of the
// answer are the caller's to set. The error is an *Error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
func (v *Verifier) VerifyForm(field func(name string) string) (*Request, error) {
	if field("policy") == "" { // anonymous
		return nil, accessDenied("Access Denied")
	}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"} {
		if field(strings.ToLower(name)) == "" {
			return nil, refuse(http.StatusBadRequest, "InvalidArgument",
				"Bucket POST must contain a field named '"+name+"'.  If it is specified, please check the order of the fields.",
				Field{"ArgumentName", name})
		}
	}
	if field("x-amz-algorithm") != algorithm {
		return nil, badField("X-Amz-Algorithm", field("x-amz-algorithm"), "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
	}
	c := claim{stamp: field("x-amz-date"), signature: field("x-amz-signature")}
	var ok bool
	if c.accessKey, c.scope, ok = parseCredential(field("x-amz-credential")); !ok {
		return nil, badField("X-Amz-Credential", field("x-amz-credential"), "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	}
	var err error
	if c.at, err = time.Parse(stampLayout, c.stamp); err != nil || c.at.Format(dayLayout) != c.scope.day {
		return nil, badField("X-Amz-Date", c.stamp, "X-Amz-Date must be formated via ISO8601 Long format, and of the credential's day")
	}
	if err := v.checkScope(c); err != nil {
		return nil, err
	}
	now := v.now()
	switch {
	case c.at.Sub(now) > maxSkew:
		return nil, accessDenied("Request is not yet valid")
	case now.Sub(c.at) > maxExpiry:
		return nil, accessDenied("Request has expired")
	}
	secret, ok := v.Secret(c.accessKey)
	if !ok {
		return nil, unknownAccessKey(c.accessKey)
	}
	want := hex.EncodeToString(mac(c.scope.key(secret), field("policy")))
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil, signatureMismatch(c.accessKey)
	}
	return &Request{AccessKey: c.accessKey, Region: c.scope.region, Service: c.scope.service, Payload: UnsignedPayload, Length: -1}, nil
}

func badField(name, value, message string) *Error {
	return refuse(http.StatusBadRequest, "InvalidArgument", message, Field{"ArgumentName", name}, Field{"ArgumentValue", value})
}
