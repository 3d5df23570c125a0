package mock

import (
	"crypto/md5" // the S3 protocol's multipart ETag
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/store"
)

// completion is the answer to CompleteMultipartUpload.
type completion struct {
	XMLName      xml.Name `xml:"CompleteMultipartUploadResult"`
	Xmlns        string   `xml:"xmlns,attr"`
	Location     string
	Bucket       string
	Key          name
	ETag         string
	Sums         []checksumElement
	ChecksumType string `xml:",omitempty"`
}

func completed(r *request, etag string) completion {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return completion{
		Xmlns: namespace, Location: scheme + r.Host + "/" + r.bucket + "/" + percentEncoded(r.key),
		Bucket: r.bucket, Key: naming{}.of(r.key), ETag: etag,
	}
}

// completing gives a missing upload the answer of completions: that of the first
// one, where the object is still what it made.
func (s *Server) completing(w http.ResponseWriter, r *request, named []completePart, err error) error {
	if !errors.Is(err, store.ErrNoSuchUpload) {
		return err
	}
	if etag := completedBefore(named); etag != "" {
		o, e := s.store.Stat(r.Context(), r.bucket, r.key, "")
		switch same := e == nil && o.ETag == etag; {
		case same && s.personality.SilentCompletion:
			return writeXML(w, completed(r, etag))
		case same && !s.personality.ForgetsCompletions && o.UploadID == r.query.Get("uploadId"):
			return s.tellCompletion(w, r, o) // whoever did not hear the first answer asks again
		}
	}
	if s.personality.FinishMissingUpload != nil {
		return s.personality.FinishMissingUpload
	}
	return err
}

// completedBefore is the ETag that a completion gave, by which its result is known
// when it is asked for again. Where the object has it, Ceph's answer is 200 with the
// ETag, without quotes, whatever the upload's ID. Empty where a part's ETag is not
// 16 bytes.
func completedBefore(named []completePart) string {
	whole := md5.New()
	for _, p := range named {
		digest, err := hex.DecodeString(strings.Trim(p.ETag, `"`))
		if err != nil || len(digest) != md5.Size {
			return ""
		}
		whole.Write(digest)
	}
	return fmt.Sprintf("%x-%d", whole.Sum(nil), len(named))
}
