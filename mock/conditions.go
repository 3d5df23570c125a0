package mock

import (
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/store"
)

// readConditions judges If-Match and its kin, in the order of RFC 9110; prefix
// is "" or "X-Amz-Copy-Source-".
func readConditions(h http.Header, prefix string, o store.Object) error {
	match, noneMatch := h.Get(prefix+"If-Match"), h.Get(prefix+"If-None-Match")
	since, notSince := h.Get(prefix+"If-Modified-Since"), h.Get(prefix+"If-Unmodified-Since")
	changed := func(value string) (after, ok bool) {
		t, err := http.ParseTime(value)
		return wholeSeconds(o.Modified).After(t), err == nil && !t.After(time.Now().Add(24*time.Hour))
	}
	if match != "" && !listsETag(match, o.ETag) {
		return preconditionFailed("If-Match")
	}
	if match == "" && notSince != "" {
		if after, ok := changed(notSince); ok && after {
			return preconditionFailed("If-Unmodified-Since")
		}
	}
	unchanged := error(nil)
	if noneMatch != "" {
		if listsETag(noneMatch, o.ETag) {
			unchanged = notModified()
		}
	} else if since != "" {
		if after, ok := changed(since); ok && !after {
			unchanged = notModified()
		}
	}
	if unchanged != nil && prefix != "" { // a copy has no "not modified"
		return preconditionFailed("x-amz-copy-source-If-None-Match")
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
func writeConditions(r *request) error {
	if not := r.Header.Get("If-None-Match"); not != "" && (not != "*" || r.has("If-Match")) {
		return refuse(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented.", field("Header", "If-None-Match"))
	}
	return nil
}

// timeOf reads a condition about a time; nil where there is none.
func timeOf(r *request, header string) (*time.Time, error) {
	value := r.Header.Get(header)
	if value == "" {
		return nil, nil
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return nil, badArgument("The time must be one of HTTP", header, value)
	}
	return &at, nil
}
