package mock

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// maxHeader is what S3 allows the headers of a request, in bytes of their names
// and values. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPUT.html
const maxHeader = 8 << 10

// invalidRequest refuses what no signature could make right: it is said before the
// caller is known, and tells nothing of what is stored. nil where there is nothing
// to say.
func invalidRequest(r *wire.Request) *sigv4.Error {
	q, object := r.Query, r.Level() == "object"
	switch source := r.Header.Get("X-Amz-Copy-Source"); {
	case tooLongHeader(r.Header):
		return s3.Refuse(http.StatusBadRequest, "RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size.",
			s3.Field("MaxSizeAllowed", strconv.Itoa(maxHeader)))
	case r.Method != http.MethodPut && asksForHeaders(q) && !signed(r):
		return s3.BadRequest("Request specific response headers cannot be used for anonymous GET requests.")
	case source != "" && r.Method != http.MethodPut && (r.Method != http.MethodPost || q.Has("uploadId")):
		return s3.BadArgument("You can only specify a copy source header for copy requests.", "x-amz-copy-source", source)
	case object && r.Method == http.MethodGet && q.Has("uploads"):
		return s3.BadRequest("Key is not expected for the GET method ?uploads subresource")
	case object && r.Method == http.MethodGet && q.Has("versions"):
		return s3.BadRequest("There is no such thing as the ?versions sub-resource for a key")
	case object && r.Method == http.MethodPut && q.Has("partNumber") && !q.Has("uploadId"):
		return s3.BadArgument("This operation does not accept partNumber without uploadId", "partNumber", "partNumber")
	case object && r.Method == http.MethodPut && q.Has("uploadId") && !q.Has("partNumber"):
		return s3.NotAllowed(r.Method, "UPLOAD")
	case r.Method == http.MethodPost && len(q) == 0 && (object || r.Level() == "service" && !isKMS(r) && !isSTS(r)):
		return s3.NotAllowed(r.Method, "SERVICE")
	}
	return nil
}

func signed(r *wire.Request) bool {
	return r.Header.Get("Authorization") != "" || r.Query.Has("X-Amz-Signature") || r.Query.Has("Signature")
}

func asksForHeaders(q url.Values) bool {
	for name := range q {
		if strings.HasPrefix(name, "response-") {
			return true
		}
	}
	return false
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
