package objects

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
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

func completed(r *wire.Request, etag string) completion {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return completion{
		Xmlns: s3.Namespace, Location: scheme + r.Host + "/" + r.Bucket + "/" + percentEncoded(r.Key),
		Bucket: r.Bucket, Key: naming{}.of(r.Key), ETag: etag,
	}
}

// answerMissingUpload gives a missing upload the answer of completions: that of the first
// one, where the object is still what it made.
func (s *Service) answerMissingUpload(w http.ResponseWriter, r *wire.Request, named []completePart, err error) error {
	if !errors.Is(err, store.ErrNoSuchUpload) {
		return err
	}
	if etag := completedBefore(named); etag != "" {
		o, e := s.Store.Stat(r.Context(), r.Bucket, r.Key, "")
		switch same := e == nil && o.ETag == etag; {
		case same && s.Personality.SilentCompletion:
			return wire.WriteXML(w, completed(r, etag))
		case same && !s.Personality.ForgetsCompletions && o.UploadID == r.Query.Get("uploadId"):
			return s.writeCompletion(w, r, o) // whoever did not hear the first answer asks again
		}
	}
	if s.Personality.FinishMissingUpload != nil {
		return s.Personality.FinishMissingUpload
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
