package s3store

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/bucketseal/bucketseal/client"
)

const headerMetadata, headerChecksum = "X-Amz-Meta-", "X-Amz-Checksum-"

// headersOf are the headers of the answer to a call that succeeded.
func headersOf(m middleware.Metadata) http.Header {
	if h, ok := m.Get(headersKey{}).(http.Header); ok {
		return h
	}
	return http.Header{}
}

// reportedFrom reads what an answer says of encryption. It must be asked only
// of answers that carry it: PUT, HEAD, GET, and those of multipart uploads.
func reportedFrom(h http.Header) client.Reported {
	const p = "X-Amz-Server-Side-Encryption"
	return client.ReportedFrom(saidUnder(h, p), saidUnder(h, p+"-Aws-Kms-Key-Id"),
		strings.EqualFold(saidUnder(h, p+"-Bucket-Key-Enabled"), "true"),
		saidUnder(h, p+"-Customer-Algorithm"), saidUnder(h, p+"-Customer-Key-Md5"))
}

// saidUnder is everything that an answer says under a name. Two different values are
// neither of the two: what contradicts itself must not pass for what was asked.
func saidUnder(h http.Header, name string) string {
	values := h[name]
	if len(values) == 1 {
		return values[0]
	}
	var different []string
	for _, v := range values {
		if !slices.Contains(different, v) {
			different = append(different, v)
		}
	}
	return strings.Join(different, ", ")
}

// objectFrom is an object as the headers of an answer describe it.
func objectFrom(at client.Location, h http.Header) client.Object {
	o := client.Object{
		At:           at,
		VersionID:    h.Get("X-Amz-Version-Id"),
		ETag:         etagOf(h.Get("Etag")),
		StorageClass: h.Get("X-Amz-Storage-Class"),
		ContentType:  h.Get("Content-Type"),
		Encryption:   reportedFrom(h),
		Checksums:    checksumsFrom(h),
		Headers:      shown(h),
		RequestID:    requestID(h),
		Size:         sizeIn(h),
		Modified:     parseDate(h.Get("Last-Modified")),
	}
	for name, values := range h {
		if meta, ok := strings.CutPrefix(name, headerMetadata); ok {
			if o.Metadata == nil {
				o.Metadata = map[string]string{}
			}
			o.Metadata[strings.ToLower(meta)] = strings.Join(values, ",")
		}
	}
	return o
}

// writtenFrom is objectFrom for the answer to a write, whose length and type
// are those of the answer and not of the object.
func writtenFrom(at client.Location, h http.Header) client.Object {
	o := objectFrom(at, h)
	o.Size, o.ContentType, o.Modified = 0, "", time.Time{}
	return o
}

// largestSize is more than any service stores in one object: a size beyond it
// is a number of no use, and counts as not told.
const largestSize = 1 << 50

// plausible is a size as it was told, NotTold where it cannot be one.
func plausible(size int64) int64 {
	if size < 0 || size > largestSize {
		return client.NotTold
	}
	return size
}

// sizeIn is the size of the object an answer is about.
func sizeIn(h http.Header) int64 {
	if said := h.Get("Content-Range"); said != "" {
		r, ok := parseContentRange(said)
		if !ok {
			return client.NotTold
		}
		return r.total
	}
	n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	if err != nil {
		return client.NotTold
	}
	return plausible(n)
}

// A contentRange is "bytes first-last/total"; total is NotTold for "*".
type contentRange struct{ first, last, total int64 }

// parseContentRange reads a Content-Range that is one.
func parseContentRange(s string) (r contentRange, ok bool) {
	span, all, found := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	from, to, dash := strings.Cut(span, "-")
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	r = contentRange{first, last, client.NotTold}
	if !found || !dash || err1 != nil || err2 != nil || first < 0 || last < first {
		return r, false
	}
	if all == "*" {
		return r, true
	}
	total, err := strconv.ParseInt(all, 10, 64)
	r.total = plausible(total)
	return r, err == nil && total > last
}

// sumHeaders are the algorithms, by the headers that carry their checksums.
var sumHeaders = func() map[string]client.ChecksumAlgorithm {
	all := map[string]client.ChecksumAlgorithm{}
	for _, a := range types.ChecksumAlgorithm("").Values() {
		all[http.CanonicalHeaderKey(headerChecksum+string(a))] = client.ChecksumAlgorithm(a)
	}
	return all
}()

// checksumsFrom are the checksums in an answer. A checksum of a multipart
// object is of its parts' checksums unless the answer says FULL_OBJECT; the
// CRC64NVME always is of the full object.
func checksumsFrom(h http.Header) (all []client.Checksum) {
	for name, v := range h {
		if !strings.HasPrefix(name, headerChecksum) || len(v) == 0 || v[0] == "" {
			continue
		}
		a, known := sumHeaders[name]
		if !known {
			continue
		}
		c := client.Checksum{Algorithm: a, Value: v[0]}
		c.Composite = h.Get("X-Amz-Checksum-Type") == string(types.ChecksumTypeComposite) || strings.Contains(c.Value, "-")
		all = append(all, c)
	}
	if len(all) > 1 {
		slices.SortFunc(all, func(a, b client.Checksum) int { return cmp.Compare(a.Algorithm, b.Algorithm) })
	}
	return all
}

// shown are the headers as received, for people, without what could open a door.
func shown(h http.Header) map[string][]string {
	delete(h, "Set-Cookie")
	delete(h, "X-Amz-Security-Token")
	delete(h, headerCustomerKey)
	return h
}

// requestID is the server's name for the call; support asks for it.
func requestID(h http.Header) string {
	if id := h.Get("X-Amz-Request-Id"); id != "" {
		return id
	}
	return h.Get("X-Amzn-Requestid")
}
