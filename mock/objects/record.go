package objects

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
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

func (s *Service) recordOf(r *wire.Request) (record, error) {
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
		return rec, s3.Refuse(http.StatusBadRequest, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
	}
	if class := rec.headers["X-Amz-Storage-Class"]; class == "STANDARD" {
		delete(rec.headers, "X-Amz-Storage-Class")
	} else if class != "" && !slices.Contains(s3.StorageClasses, class) {
		return rec, s3.Refuse(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid")
	}
	size := 0
	for name, values := range r.Header {
		if short, ok := strings.CutPrefix(name, metaPrefix); ok {
			rec.metadata[strings.ToLower(short)] = strings.Join(values, ",")
			size += len(short) + len(rec.metadata[strings.ToLower(short)])
		}
	}
	if size > maxMetadata {
		return rec, s3.Refuse(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
	}
	var err error
	if rec.tags, err = tagsOf(r.Header.Get("X-Amz-Tagging")); err != nil {
		return rec, err
	}
	rec.acl, err = s.Access.ObjectACL(r)
	return rec, err
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
		return nil, s3.BadArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header)
	}
	tags := map[string]string{}
	for name, v := range values {
		if len(v) != 1 || name == "" {
			return nil, s3.BadArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header)
		}
		tags[name] = v[0]
	}
	return tags, checkTags(tags)
}

func checkTags(tags map[string]string) error {
	if len(tags) > 10 {
		return s3.Refuse(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
	}
	for name, value := range tags {
		if err := s3.CheckTag(name, value); err != nil {
			return err
		}
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
	h.Set("Etag", s3.QuoteETag(o.ETag))
	h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
}
