package objects

import (
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// readConditions judges If-Match and its kin, in the order of RFC 9110; prefix
// is "" or "X-Amz-Copy-Source-".
func readConditions(h http.Header, prefix string, o store.Object) error {
	match, noneMatch := h.Get(prefix+"If-Match"), h.Get(prefix+"If-None-Match")
	since, notSince := h.Get(prefix+"If-Modified-Since"), h.Get(prefix+"If-Unmodified-Since")
	changed := func(value string) (after, ok bool) {
		t, err := http.ParseTime(value)
		return s3.WholeSeconds(o.Modified).After(t), err == nil && !t.After(time.Now().Add(24*time.Hour))
	}
	if match != "" && !listsETag(match, o.ETag) {
		return s3.PreconditionFailed("If-Match")
	}
	if match == "" && notSince != "" {
		if after, ok := changed(notSince); ok && after {
			return s3.PreconditionFailed("If-Unmodified-Since")
		}
	}
	unchanged := error(nil)
	if noneMatch != "" {
		if listsETag(noneMatch, o.ETag) {
			unchanged = s3.NotModified()
		}
	} else if since != "" {
		if after, ok := changed(since); ok && !after {
			unchanged = s3.NotModified()
		}
	}
	if unchanged != nil && prefix != "" { // a copy has no "not modified"
		return s3.PreconditionFailed("x-amz-copy-source-If-None-Match")
	}
	return unchanged
}

// listsETag tells whether a list of ETags, with or without quotes, or "*" names one.
func listsETag(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.Trim(strings.TrimPrefix(one, "W/"), `"`) == etag {
			return true
		}
	}
	return false
}

// writeConditions refuses what S3 does not do for a write: If-None-Match with an
// ETag, and both conditions at once.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func writeConditions(r *wire.Request) error {
	if not := r.Header.Get("If-None-Match"); not != "" && (not != "*" || r.Has("If-Match")) {
		return s3.Refuse(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented.", s3.Field("Header", "If-None-Match"))
	}
	return nil
}

// timeOf reads a condition about a time; nil where there is none.
func timeOf(r *wire.Request, header string) (*time.Time, error) {
	value := r.Header.Get(header)
	if value == "" {
		return nil, nil
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return nil, s3.BadArgument("The time must be one of HTTP", header, value)
	}
	return &at, nil
}
