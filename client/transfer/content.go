package transfer

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Content is how far the bytes themselves were compared, beside the verdict on
// their encryption. It claims no more than what the server's answers carry.
type Content string

// The content proofs, as the JSON of the command line writes them. The checksum
// that an upload leaves in its own metadata proves nothing of the upload: the
// server only keeps it. It guards later downloads.
const (
	ContentNone     Content = ""         // nothing was compared, for a transfer that failed before
	ContentChecksum Content = "checksum" // the server returned the checksum of the bytes
	ContentMD5      Content = "md5"      // the server checked their MD5 (Content-MD5), or its ETag is that MD5
	ContentSize     Content = "size"     // nothing but the number of bytes
)

// OfBytes reports whether the bytes themselves were compared, and not at most their
// number.
func (c Content) OfBytes() bool { return c == ContentChecksum || c == ContentMD5 }

// A ContentProof is what is done for a content proof of uploads.
type ContentProof string

// The ways. Auto sends a checksum with every body, and its MD5 too until the
// server has returned a checksum; an MD5 takes a second for every half gigabyte.
const (
	ProofAuto ContentProof = "auto"
	ProofMD5  ContentProof = "md5"  // an MD5 always
	ProofSize ContentProof = "size" // neither is sent: what the server tells by itself is still compared
)

// Handed is what went to the server with the bytes of an upload for it to
// compare them by, and what it answered.
type Handed struct {
	Sum    client.Checksum `json:"sum"`             // of all the bytes
	Sent   client.Checksum `json:"sent,omitzero"`   // of all the bytes, where one request went with it
	MD5    []byte          `json:"md5,omitempty"`   // of all the bytes, or of the MD5s of the parts; nil when not computed
	Parts  int             `json:"parts,omitempty"` // 0 for one PutObject
	Answer client.Object   `json:"answer,omitzero"` // to PutObject or CompleteMultipartUpload
	// Returned: the answer to every part named its checksum, the right one.
	Returned bool `json:"returned,omitempty"`
	// Named: the ETag of every part is its MD5; Otherwise: that of one is not,
	// though it looks like one.
	Named     bool `json:"named,omitempty"`
	Otherwise bool `json:"otherwise,omitempty"`
}

// etag is the ETag of these bytes where a server makes it of MD5s.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
func (h Handed) etag() string {
	if h.MD5 == nil {
		return ""
	}
	if h.Parts > 0 {
		return fmt.Sprintf("%x-%d", h.MD5, h.Parts)
	}
	return hex.EncodeToString(h.MD5)
}

// content compares what the server says of an object's bytes with what was
// handed to it; head is zero where it could not be asked. The error
// (KindCorrupt) says that the server holds other bytes.
//
// An ETag counts in favour only. Under SSE-KMS and SSE-C it is no MD5 at AWS, at
// R2 that of a multipart object is random, and a server that keeps quiet about
// its encryption cannot be told from one that has none: to call a good file
// damaged for its ETag would be worse than to say "size". One that looks like
// an MD5, is another, and belongs to an object said to be in the clear or under
// SSE-S3 takes the belief away, though, that the server looked at Content-MD5.
func (h Handed) content(at client.Location, head client.Object) (Content, client.Text, error) {
	whole := false
	for _, o := range []client.Object{h.Answer, head} {
		for _, c := range o.Checksums {
			ours := h.of(c.Algorithm)
			if c.Composite || ours == "" {
				continue
			}
			if c.Value != ours {
				return ContentNone, client.Text{}, otherBytes(at, o.RequestID, c.Value, ours)
			}
			whole = true
		}
	}
	want := h.etag()
	switch {
	case whole:
		return ContentChecksum, client.Say("the server returned the checksum of what was sent"), nil
	case h.Returned:
		return ContentChecksum, client.Say("the server returned the checksum of each part that was sent, and none of the whole"), nil
	case want == "":
		return ContentSize, client.Say("no digest was sent, and the server returned none: only the size was compared"), nil
	case strings.EqualFold(h.Answer.ETag, want), strings.EqualFold(head.ETag, want):
		return ContentMD5, client.Say("the server's ETag is the MD5 of what was sent"), nil
	case h.Named:
		return ContentMD5, client.Say("the server's ETag of each part is the MD5 of what was sent"), nil
	case isReadable(h.Answer, head) && (h.Otherwise || h.Parts == 0 && isMD5(first(head.ETag, h.Answer.ETag))):
		return ContentSize, client.Say("the server took the MD5 of what was sent, and its ETag looks like another: only the size was compared"), nil
	}
	return ContentMD5, client.Say("the server took the bytes by their MD5"), nil
}

// of is the checksum of all the bytes by an algorithm, "" where it is not known.
func (h Handed) of(a client.ChecksumAlgorithm) string {
	switch a {
	case client.CRC64NVME:
		return h.Sum.Value
	case h.Sent.Algorithm:
		return h.Sent.Value
	}
	return ""
}

func otherBytes(at client.Location, requestID, theirs, ours string) error {
	return &client.Error{
		Op: "verify", Kind: client.KindCorrupt, At: at, RequestID: requestID,
		Err: client.Say("the server's checksum %s is not %s, the checksum of what was sent", theirs, ours).Err(),
	}
}

// part takes note of the answer to one part.
func (h *Handed) part(p client.Part, d digest) {
	h.Returned = h.Returned && p.Checksum.Value != ""
	same := d.md5 != nil && strings.EqualFold(p.ETag, hex.EncodeToString(d.md5))
	h.Named = h.Named && same
	h.Otherwise = h.Otherwise || d.md5 != nil && !same && isMD5(p.ETag)
}

var md5Shape = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)

// isMD5 reports whether an ETag has the shape of an MD5.
func isMD5(etag string) bool { return md5Shape.MatchString(etag) }

// isReadable reports whether an object is said to be stored in a way under which
// ETags are MD5s: in the clear or under SSE-S3. The later answer counts.
func isReadable(answers ...client.Object) bool {
	readable := false
	for _, o := range answers {
		if o.Encryption.Told {
			readable = o.Encryption.Type == client.TypeNone || o.Encryption.Type == client.TypeSSES3
		}
	}
	return readable
}

// isMD5OfContents reports whether an object's ETag is one that every client takes for the
// MD5 of its contents.
func isMD5OfContents(o client.Object) bool { return isMD5(o.ETag) && isReadable(o) }
