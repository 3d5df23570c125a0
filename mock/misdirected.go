package mock

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// maxHeader is what S3 allows the headers of a request, in bytes of their names
// and values. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPUT.html
const maxHeader = 8 << 10

// misdirected refuses what no signature could make right: it is said before the
// caller is known, and tells nothing of what is stored. nil where there is nothing
// to say.
func misdirected(r *request) *sigv4.Error {
	q, object := r.query, r.level() == "object"
	switch source := r.Header.Get("X-Amz-Copy-Source"); {
	case tooLongHeader(r.Header):
		return refuse(http.StatusBadRequest, "RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size.",
			field("MaxSizeAllowed", strconv.Itoa(maxHeader)))
	case r.Method != http.MethodPut && asksForHeaders(q) && !signed(r):
		return badRequest("Request specific response headers cannot be used for anonymous GET requests.")
	case source != "" && r.Method != http.MethodPut && (r.Method != http.MethodPost || q.Has("uploadId")):
		return badArgument("You can only specify a copy source header for copy requests.", "x-amz-copy-source", source)
	case object && r.Method == http.MethodGet && q.Has("uploads"):
		return badRequest("Key is not expected for the GET method ?uploads subresource")
	case object && r.Method == http.MethodGet && q.Has("versions"):
		return badRequest("There is no such thing as the ?versions sub-resource for a key")
	case object && r.Method == http.MethodPut && q.Has("partNumber") && !q.Has("uploadId"):
		return badArgument("This operation does not accept partNumber without uploadId", "partNumber", "partNumber")
	case object && r.Method == http.MethodPut && q.Has("uploadId") && !q.Has("partNumber"):
		return notAllowed(r.Method, "UPLOAD")
	case r.Method == http.MethodPost && len(q) == 0 && (object || r.level() == "service" && !isKMS(r) && !isSTS(r)):
		return notAllowed(r.Method, "SERVICE")
	}
	return nil
}

func signed(r *request) bool {
	return r.Header.Get("Authorization") != "" || r.query.Has("X-Amz-Signature") || r.query.Has("Signature")
}

func asksForHeaders(q url.Values) bool {
	for name := range q {
		if strings.HasPrefix(name, "response-") {
			return true
		}
	}
	return false
}

func notAllowed(method, resource string) *sigv4.Error {
	return refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		field("Method", method), field("ResourceType", resource))
}

func tooLongHeader(h http.Header) bool {
	size := 0
	for name, values := range h {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	return size > maxHeader
}
