package s3

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// Refuse makes a refusal: an HTTP status, the code and message of S3, and further
// elements of the answer.
func Refuse(status int, code, message string, fields ...sigv4.Field) *sigv4.Error {
	return &sigv4.Error{Status: status, Code: code, Message: message, Fields: fields}
}

// Field is one further element of a refusal.
func Field(name, value string) sigv4.Field { return sigv4.Field{Name: name, Value: value} }

// BadArgument is InvalidArgument, 400, which names the argument and its value.
func BadArgument(message, name, value string) *sigv4.Error {
	return Refuse(http.StatusBadRequest, "InvalidArgument", message,
		sigv4.Field{Name: "ArgumentName", Value: name}, sigv4.Field{Name: "ArgumentValue", Value: value})
}

// BadRequest is InvalidRequest, 400.
func BadRequest(message string) *sigv4.Error {
	return Refuse(http.StatusBadRequest, "InvalidRequest", message)
}

// MalformedXML refuses a document, 400.
func MalformedXML() *sigv4.Error {
	return Refuse(http.StatusBadRequest, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema.")
}

// AccessDenied refuses somebody, 403.
func AccessDenied(message string) error {
	return Refuse(http.StatusForbidden, "AccessDenied", message)
}

// NotAllowed is MethodNotAllowed, 405, of a kind of resource.
func NotAllowed(method, resource string) *sigv4.Error {
	return Refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		Field("Method", method), Field("ResourceType", resource))
}

// NotImplemented is 501; what is the header or query that is not known.
func NotImplemented(what string) *sigv4.Error {
	return Refuse(http.StatusNotImplemented, "NotImplemented",
		"A header or query you provided implies functionality that is not implemented", sigv4.Field{Name: "Header", Value: what})
}

// PreconditionFailed is 412, and names the header of the condition.
func PreconditionFailed(condition string) *sigv4.Error {
	return Refuse(http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold.", sigv4.Field{Name: "Condition", Value: condition})
}

// NotModified is 304.
func NotModified() *sigv4.Error { return Refuse(http.StatusNotModified, "NotModified", "Not Modified") }

// ErrorDocument is the XML in which a refusal is told; id is that of the request.
func ErrorDocument(r *http.Request, id string, e *sigv4.Error) []byte {
	var b strings.Builder
	element := func(name, value string) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, []byte(value))
		b.WriteString("</" + name + ">")
	}
	b.WriteString(xml.Header + "<Error>")
	element("Code", e.Code)
	element("Message", e.Message)
	for _, f := range e.Fields {
		element(f.Name, f.Value)
	}
	element("Resource", r.URL.Path)
	element("RequestId", id)
	element("HostId", HostID)
	b.WriteString("</Error>")
	return []byte(b.String())
}
