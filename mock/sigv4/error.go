package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// Error is a refusal in the words of S3.
type Error struct {
	Code    string // as in the <Code> element
	Message string
	Status  int
	Fields  []Field // further elements of the XML answer, in order
}

// Field is one further element of an error answer.
type Field struct{ Name, Value string }

// Error names the code and the reason; it never contains a secret or a signature.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(status int, code, message string, fields ...Field) *Error {
	return &Error{Code: code, Message: message, Status: status, Fields: fields}
}

func accessDenied(message string, fields ...Field) *Error {
	return refuse(http.StatusForbidden, "AccessDenied", message, fields...)
}

func invalidRequest(message string) *Error {
	return refuse(http.StatusBadRequest, "InvalidRequest", message)
}

func unsupportedMechanism() *Error {
	return invalidRequest("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
}

func malformedHeader(reason string, fields ...Field) *Error {
	return refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed",
		"The authorization header is malformed; "+reason, fields...)
}

func malformedQuery(reason string, fields ...Field) *Error {
	return refuse(http.StatusBadRequest, "AuthorizationQueryParametersError", reason, fields...)
}

func signatureMismatch(accessKey string) *Error {
	return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		Field{"AWSAccessKeyId", accessKey})
}

func unknownAccessKey(accessKey string) *Error {
	return refuse(http.StatusForbidden, "InvalidAccessKeyId",
		"The AWS Access Key Id you provided does not exist in our records.",
		Field{"AWSAccessKeyId", accessKey})
}

func tooSkewed(sent, now time.Time) *Error {
	return refuse(http.StatusForbidden, "RequestTimeTooSkewed",
		"The difference between the request time and the current time is too large.",
		Field{"RequestTime", sent.UTC().Format(stampLayout)},
		Field{"ServerTime", now.UTC().Format(time.RFC3339)},
		Field{"MaxAllowedSkewMilliseconds", "900000"})
}

func headersNotSigned(names []string) *Error {
	return accessDenied("There were headers present in the request which were not signed",
		Field{"HeadersNotSigned", strings.Join(names, ", ")})
}

func incompleteBody() *Error {
	return refuse(http.StatusBadRequest, "IncompleteBody",
		"You did not provide the number of bytes specified by the Content-Length HTTP header")
}

func malformedTrailer() *Error {
	return refuse(http.StatusBadRequest, "MalformedTrailerError",
		"The request contained trailing data that was not well-formed or did not conform to our published schema.")
}
