package mock

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bucketseal/bucketseal/mock/store"
)

// keptHeaders are kept with an object as they are.
var keptHeaders = []string{
	"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires",
	"X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location",
}

const (
	metaPrefix  = "X-Amz-Meta-"
	maxMetadata = 2 << 10 // bytes of names and values together
)

// record is what a write says about the object beside its bytes.
type record struct {
	headers, metadata, tags map[string]string
	acl                     []store.Grant
}

func (s *Server) recordOf(r *request) (record, error) {
	rec := record{headers: map[string]string{}, metadata: map[string]string{}}
	for _, name := range keptHeaders {
		if v := r.Header.Get(name); v != "" {
			rec.headers[name] = v
		}
	}
	if v := withoutChunked(rec.headers["Content-Encoding"]); v != "" {
		rec.headers["Content-Encoding"] = v
	} else {
		delete(rec.headers, "Content-Encoding")
	}
	if rec.headers["Content-Type"] == "" {
		rec.headers["Content-Type"] = "binary/octet-stream"
	}
	if to := rec.headers["X-Amz-Website-Redirect-Location"]; to != "" && !strings.HasPrefix(to, "/") &&
		!strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "https://") {
		return rec, refuse(http.StatusBadRequest, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
	}
	if class := rec.headers["X-Amz-Storage-Class"]; class == "STANDARD" {
		delete(rec.headers, "X-Amz-Storage-Class")
	} else if class != "" && !slices.Contains(storageClasses, class) {
		return rec, refuse(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid")
	}
	size := 0
	for name, values := range r.Header {
		if short, ok := strings.CutPrefix(name, metaPrefix); ok {
			rec.metadata[strings.ToLower(short)] = strings.Join(values, ",")
			size += len(short) + len(rec.metadata[strings.ToLower(short)])
		}
	}
	if size > maxMetadata {
		return rec, refuse(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
	}
	var err error
	if rec.tags, err = tagsOf(r.Header.Get("X-Amz-Tagging")); err != nil {
		return rec, err
	}
	rec.acl, err = s.objectACL(r)
	return rec, err
}

var storageClasses = []string{
	"REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
}

// withoutChunked drops the transport's aws-chunked from a Content-Encoding.
func withoutChunked(encoding string) string {
	var kept []string
	for part := range strings.SplitSeq(encoding, ",") {
		if part = strings.TrimSpace(part); part != "" && part != "aws-chunked" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ", ")
}

func tagsOf(header string) (map[string]string, error) {
	if header == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, badArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header)
	}
	tags := map[string]string{}
	for name, v := range values {
		if len(v) != 1 || name == "" {
			return nil, badArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header)
		}
		tags[name] = v[0]
	}
	return tags, checkTags(tags)
}

func checkTags(tags map[string]string) error {
	if len(tags) > 10 {
		return refuse(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
	}
	for name, value := range tags {
		if err := checkTag(name, value); err != nil {
			return err
		}
	}
	return nil
}

// checkTag judges one tag: letters, digits, spaces and + - = . _ : / @ in any
// language. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
func checkTag(name, value string) error {
	valid := func(s string) bool {
		return !strings.ContainsFunc(s, func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsSpace(c) && !strings.ContainsRune("+-=._:/@", c)
		})
	}
	switch {
	case name == "", len([]rune(name)) > 128, !valid(name):
		return refuse(http.StatusBadRequest, "InvalidTag", "The TagKey you have provided is invalid", field("TagKey", name))
	case len([]rune(value)) > 256, !valid(value):
		return refuse(http.StatusBadRequest, "InvalidTag", "The TagValue you have provided is invalid", field("TagValue", value))
	}
	return nil
}

// setObject writes the headers of GET and HEAD that describe an object.
func setObject(h http.Header, o store.Object) {
	for _, name := range keptHeaders {
		if v := o.Headers[name]; v != "" {
			h.Set(name, v)
		}
	}
	for name, v := range o.UserMetadata {
		h["x-amz-meta-"+name] = []string{v} // in lower case, as S3: clients make names of it
	}
	if len(o.Tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(o.Tags)))
	}
	h.Set("Etag", quoted(o.ETag))
	h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
}

func quoted(etag string) string { return `"` + etag + `"` }

// stamp is a time in an XML document.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// wholeSeconds is a time as HTTP can say it.
func wholeSeconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
