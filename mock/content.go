package mock

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

// maxDocument bounds an XML document, in bytes; 10,000 parts with their checksums
// fit.
const maxDocument = 4 << 20

// The types of a checksum: of the whole object, or of the checksums of its parts.
const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

// content is a body on its way into the store, with all that was announced
// about it.
type content struct {
	io.Reader
	size      int64
	md5       []byte // Content-MD5, nil for none
	algorithm sigv4.Algorithm
	want      string // base64; empty: taken from the trailer, or only computed
	sum       hash.Hash
	auth      *sigv4.Request
}

// content opens the body of a PUT. compute names an algorithm to compute where
// the client sends none (the upload's own), empty for none.
func (s *Server) content(r *request, compute sigv4.Algorithm) (*content, error) {
	c := &content{Reader: r.auth.Body, size: r.auth.Length, auth: r.auth}
	switch {
	case c.size < 0:
		return nil, refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	case c.size > maxPut:
		return nil, refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
	}
	return c, s.digesting(r, c, compute)
}

func invalidDigest(value string) error {
	return refuse(http.StatusBadRequest, "InvalidDigest", "The Content-Md5 you specified is not valid.", field("Content-MD5", value))
}

// digesting reads what the request says of the body's digests.
func (s *Server) digesting(r *request, c *content, compute sigv4.Algorithm) error {
	if value := r.Header.Get("Content-Md5"); r.has("Content-Md5") {
		raw, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(raw) != md5.Size {
			return invalidDigest(value)
		}
		c.md5 = raw
	}
	if s.personality.NoChecksums {
		return nil
	}
	var err error
	if c.algorithm, c.want, err = announced(r); err != nil {
		return err
	}
	if c.algorithm == "" {
		c.algorithm = compute
	}
	if c.algorithm != "" {
		c.sum = c.algorithm.New()
		c.Reader = io.TeeReader(c.Reader, c.sum)
	}
	return nil
}

// announced finds the one checksum of a request, in a header or the trailer.
func announced(r *request) (sigv4.Algorithm, string, error) {
	var found sigv4.Algorithm
	var value string
	for name := range r.Header {
		short, ok := strings.CutPrefix(name, "X-Amz-Checksum-")
		_, known := sigv4.AlgorithmOf(name)
		if ok && !known && short != "Mode" && short != "Type" && short != "Algorithm" {
			return "", "", badRequest("The algorithm type you specified in x-amz-checksum- header is invalid.")
		}
	}
	for _, a := range sigv4.Algorithms() {
		if r.has(a.Header()) {
			if found != "" {
				return "", "", badRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
			}
			found, value = a, r.Header.Get(a.Header())
		}
	}
	if found != "" && !found.WellFormed(value) {
		return "", "", badRequest("Value for " + found.Header() + " header is invalid.")
	}
	if t := r.auth.Announced(); t != "" {
		if found != "" {
			return "", "", badRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		found = t
	}
	named := strings.ToUpper(r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"))
	switch {
	case named == "":
	case found == "":
		return "", "", badRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	case named != string(found):
		return "", "", badRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return found, value, nil
}

// verify runs when the body has been read to its end: it compares, and gives
// the checksums to keep.
func (c *content) verify() (store.Checksums, error) {
	if c.sum == nil {
		return store.Checksums{}, nil
	}
	got := base64.StdEncoding.EncodeToString(c.sum.Sum(nil))
	if c.want != "" && got != c.want {
		return store.Checksums{}, c.algorithm.Mismatch()
	}
	return store.Checksums{Values: map[string]string{string(c.algorithm): got}, Type: fullObject}, nil
}

// smallBody reads an XML document, and checks its digests; demanded says that
// one must be there.
func smallBody(r *request, demanded bool) ([]byte, error) {
	algorithm, want, err := announced(r)
	if err != nil {
		return nil, err
	}
	digest := r.Header.Get("Content-Md5")
	if sum, err := base64.StdEncoding.DecodeString(digest); digest != "" && (err != nil || len(sum) != md5.Size) {
		return nil, invalidDigest(digest)
	}
	if demanded && algorithm == "" && digest == "" {
		return nil, badRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	raw, err := document(r)
	if err != nil {
		return nil, err
	}
	if sum := md5.Sum(raw); digest != "" && digest != base64.StdEncoding.EncodeToString(sum[:]) {
		return nil, refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
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

// document reads a bounded body whole.
func document(r *request) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r.auth.Body, maxDocument+1))
	if err == nil && len(raw) > maxDocument {
		err = malformedXML()
	}
	return raw, err
}

// setChecksums tells the checksums of an object; where the client sent none,
// the CRC64NVME that S3 adds by itself.
func (s *Server) setChecksums(h http.Header, c store.Checksums, crc64nvme string) {
	if s.personality.NoChecksums {
		return
	}
	if len(c.Values) == 0 {
		if crc64nvme == "" || s.personality.NoOwnChecksums {
			return
		}
		c = store.Checksums{Values: map[string]string{string(sigv4.CRC64NVME): crc64nvme}, Type: fullObject}
	}
	for name, value := range c.Values {
		h.Set(sigv4.Algorithm(name).Header(), value)
	}
	h.Set("X-Amz-Checksum-Type", c.Type)
}
