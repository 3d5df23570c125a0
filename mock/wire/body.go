package wire

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// maxDocument bounds an XML document, in bytes; 10,000 parts with their checksums
// fit.
const maxDocument = 4 << 20

// ReadXML reads the body of a PUT into a document.
func ReadXML(r *Request, document any) error { return unmarshalBody(r, false, document) }

// ReadDigestedXML is ReadXML of a body that must come with a digest.
func ReadDigestedXML(r *Request, document any) error { return unmarshalBody(r, true, document) }

func unmarshalBody(r *Request, demanded bool, document any) error {
	raw, err := ReadChecked(r, demanded)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, document); err != nil {
		return s3.MalformedXML()
	}
	return nil
}

// ReadChecked reads a body of at most 4 MiB, and checks its digests; demanded says that
// one must be there.
func ReadChecked(r *Request, demanded bool) ([]byte, error) {
	algorithm, want, err := AnnouncedChecksum(r)
	if err != nil {
		return nil, err
	}
	digest := r.Header.Get("Content-Md5")
	if sum, err := base64.StdEncoding.DecodeString(digest); digest != "" && (err != nil || len(sum) != md5.Size) {
		return nil, InvalidDigest(digest)
	}
	if demanded && algorithm == "" && digest == "" {
		return nil, s3.BadRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	raw, err := ReadBody(r)
	if err != nil {
		return nil, err
	}
	if sum := md5.Sum(raw); digest != "" && digest != base64.StdEncoding.EncodeToString(sum[:]) {
		return nil, s3.Refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
	}
	if want != "" {
		h := algorithm.New()
		_, _ = io.Copy(h, bytes.NewReader(raw))
		if base64.StdEncoding.EncodeToString(h.Sum(nil)) != want {
			return nil, algorithm.Mismatch()
		}
	}
	return raw, nil
}

// ReadBody reads a body of at most 4 MiB whole.
func ReadBody(r *Request) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Auth.Body, maxDocument+1))
	if err == nil && len(raw) > maxDocument {
		err = s3.MalformedXML()
	}
	return raw, err
}

// AnnouncedChecksum finds the one checksum of a request, in a header or the trailer.
func AnnouncedChecksum(r *Request) (sigv4.Algorithm, string, error) {
	var found sigv4.Algorithm
	var value string
	for name := range r.Header {
		short, ok := strings.CutPrefix(name, "X-Amz-Checksum-")
		_, known := sigv4.AlgorithmOf(name)
		if ok && !known && short != "Mode" && short != "Type" && short != "Algorithm" {
			return "", "", s3.BadRequest("The algorithm type you specified in x-amz-checksum- header is invalid.")
		}
	}
	for _, a := range sigv4.Algorithms() {
		if r.Has(a.Header()) {
			if found != "" {
				return "", "", s3.BadRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
			}
			found, value = a, r.Header.Get(a.Header())
		}
	}
	if found != "" && !found.WellFormed(value) {
		return "", "", s3.BadRequest("Value for " + found.Header() + " header is invalid.")
	}
	if t := r.Auth.Announced(); t != "" {
		if found != "" {
			return "", "", s3.BadRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		found = t
	}
	named := strings.ToUpper(r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"))
	switch {
	case named == "":
	case found == "":
		return "", "", s3.BadRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	case named != string(found):
		return "", "", s3.BadRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return found, value, nil
}

// InvalidDigest refuses a Content-MD5 that is none.
func InvalidDigest(value string) error {
	return s3.Refuse(http.StatusBadRequest, "InvalidDigest", "The Content-Md5 you specified is not valid.", s3.Field("Content-MD5", value))
}
