package sigv4

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// VerifyForm checks the signature of a form upload (POST Object): it is over the
// base64 of the policy alone, so that everything else in the form counts only as
// far as the policy speaks of it, which the caller judges. fields are the form's by
// lower-case name. Body and Length of the answer are the caller's to set. The error
// is an *Error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
func (v *Verifier) VerifyForm(fields map[string]string) (*Request, error) {
	if err := signingFields(fields); err != nil {
		return nil, err
	}
	if asked := fields["x-amz-algorithm"]; asked != algorithm {
		return nil, badField("X-Amz-Algorithm", asked, "Only AWS4-HMAC-SHA256 is supported")
	}
	credential, policy := fields["x-amz-credential"], fields["policy"]
	c := claim{stamp: fields["x-amz-date"], signature: fields["x-amz-signature"]}
	var wrong string
	if c.accessKey, c.scope, wrong = parseCredential(credential); wrong != "" {
		return nil, badField("x-amz-credential", credential, wrong)
	}
	var err error
	if c.at, err = time.Parse(stampLayout, c.stamp); err != nil {
		return nil, badField("X-Amz-Date", c.stamp, "X-Amz-Date must be formated via ISO8601 Long format")
	}
	if wrong := v.wrongScope(c); wrong != "" {
		return nil, badField("x-amz-credential", credential, wrong)
	}
	if c.at.Format(dayLayout) != c.scope.day {
		return nil, badField("x-amz-credential", credential, "Invalid credential date. Date is not the same as X-Amz-Date.")
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
	want := hex.EncodeToString(mac(c.scope.key(secret), policy))
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		mismatch := signatureMismatch(c.accessKey)
		mismatch.Fields = append(mismatch.Fields, Field{"StringToSign", policy}, Field{"SignatureProvided", c.signature},
			Field{"StringToSignBytes", fmt.Sprintf("% x", policy)})
		return nil, mismatch
	}
	return &Request{AccessKey: c.accessKey, Region: c.scope.region, Service: c.scope.service, Payload: UnsignedPayload, Length: -1}, nil
}

// signingFields demands all fields of a signature, or none: that is anonymous.
func signingFields(fields map[string]string) error {
	missing, found := "", 0
	for _, name := range []string{"policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"} {
		if _, ok := fields[name]; ok {
			found++
		} else if missing == "" {
			missing = name
		}
	}
	switch {
	case found == 0:
		return accessDenied("Access Denied.")
	case missing != "":
		return badField(missing, "", "Bucket POST must contain a field named '"+missing+"'.  If it is specified, please check the order of the fields.")
	}
	return nil
}

func badField(name, value, message string) *Error {
	return refuse(http.StatusBadRequest, "InvalidArgument", message, Field{"ArgumentName", name}, Field{"ArgumentValue", value})
}
