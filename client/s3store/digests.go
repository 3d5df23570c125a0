package s3store

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5; nothing is secured by it
	"encoding/base64"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

const (
	headerCRC64NVME = "X-Amz-Checksum-Crc64nvme"
	headerSHA256    = "X-Amz-Checksum-Sha256"
)

// digests is what a server has shown it makes of digests, learned from its
// answers, once for all calls. Servers differ: AWS, MinIO and R2 check a CRC64NVME
// in the headers and return it; Ceph 16 ignores it, right or wrong, and checks
// Content-MD5; others refuse a request that names a checksum they do not know.
// A checksum goes in a header, and never as a trailer.
type digests struct {
	refused  atomic.Bool // it refuses checksums: none is sent any more
	returned atomic.Bool // its answers return the checksum that was sent
	demanded atomic.Bool // it has refused a body without Content-MD5, as a bucket with object lock does
	asked    atomic.Bool // it has answered a read that asked for checksums
	silent   atomic.Bool // it refuses reads that ask for checksums
}

// MD5Wanted reports whether a body is to go with its Content-MD5: where the
// server demands one, and where nothing else is known to make it look at the
// bytes, as long as no answer has returned the checksum that was sent. To compute
// one takes a while, so it is asked first.
func (s *Store) MD5Wanted() bool {
	d := &s.digests
	return d.refused.Load() || d.demanded.Load() || !d.returned.Load()
}

// sends is the checksum to put into a request, nil for none.
func (d *digests) sends(sum client.Checksum) *string {
	if d.refused.Load() {
		return nil
	}
	return text(sum.Value)
}

// learn takes note of a checksum that an answer returned.
func (d *digests) learn(sent, got *string) {
	if sent != nil && got != nil && *got != "" && !d.returned.Load() {
		d.returned.Store(true)
	}
}

// upload makes a call that carries bytes, with their digests as far as this server
// takes them, and learns from the answer. call sends q, and again where the server
// wants other digests.
func (s *Store) upload(ctx context.Context, q *request, d client.Digests, call func() (*answer, error)) (*answer, error) {
	sum, md5, header := s.digests.sends(d.Checksum), text(d.MD5), headerCRC64NVME
	if d.Checksum.Algorithm == client.SHA256 {
		header = headerSHA256
	}
	if s.atAWS && sum == nil {
		// An upload in parts that was begun with checksums has one of each part.
		h := crc64nvme.New()
		if err := q.read(h); err != nil {
			return nil, err
		}
		sum = aws.String(base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	q.header.put(header, sum)
	q.header.put("Content-Md5", md5)
	a, err := demanded(s, &md5, q, func() (*answer, error) {
		q.header.put("Content-Md5", md5)
		return unchecked(s, sum != nil, call, func() {
			sum = nil
			q.header.put(header, nil)
		})
	})
	if err != nil {
		return nil, err
	}
	got := a.header.Get(header)
	s.digests.learn(sum, &got)
	return a, nil
}

// unchecked repeats a call without its checksum where the server, not being
// AWS, refuses the checksum as such, and remembers: with tells whether the call
// has one, strip takes it off. "A header you provided implies functionality that
// is not implemented" may mean any header: it was the checksum if it works without.
func unchecked[T any](s *Store, with bool, call func() (T, error), strip func()) (T, error) {
	out, err := call()
	sure := refusesChecksums(err)
	if !with || s.atAWS || !sure && !isNotImplemented(err) {
		return out, err
	}
	strip()
	bare, again := call()
	if again != nil && !sure {
		return out, err
	}
	s.digests.refused.Store(true)
	return bare, again
}

// isNotImplemented reports whether a server lacks something that a request asks
// for, without saying what.
func isNotImplemented(err error) bool {
	var answer interface{ HTTPStatusCode() int }
	return errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotImplemented
}

// demanded repeats a call with the MD5 of its body where the server demands one
// and none was sent, and remembers.
func demanded[T any](s *Store, sum **string, q *request, call func() (T, error)) (T, error) {
	out, err := call()
	if *sum != nil || !demandsMD5(err) {
		return out, err
	}
	h := md5.New() //nolint:gosec // Content-MD5
	if unread := q.read(h); unread != nil {
		return out, unread
	}
	s.digests.demanded.Store(true)
	*sum = aws.String(base64.StdEncoding.EncodeToString(h.Sum(nil)))
	return call()
}

// demandsMD5 reports whether a server refuses a body because it comes without
// Content-MD5.
func demandsMD5(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) || otherBytes(api.ErrorCode(), api.ErrorMessage()) {
		return false
	}
	code, words := api.ErrorCode(), api.ErrorMessage()
	missing := containsFold(words, "required") || containsFold(words, "missing")
	return code == "MissingContentMD5" || code == "MissingDigest" || containsFold(words, "content-md5") && missing
}

// refusesChecksums reports whether a server refuses a request because it names
// a checksum, and not because the bytes are others: "Header
// 'x-amz-checksum-crc64nvme' not implemented", "Unsupported header", "Checksum
// algorithm provided is unsupported", "Checksum Type mismatch occurred".
func refusesChecksums(err error) bool {
	var (
		answer interface{ HTTPStatusCode() int }
		api    smithy.APIError
	)
	if !errors.As(err, &answer) || !errors.As(err, &api) || demandsMD5(err) {
		return false
	}
	if c := answer.HTTPStatusCode(); c != http.StatusBadRequest && c != http.StatusNotImplemented {
		return false
	}
	return !otherBytes(api.ErrorCode(), api.ErrorMessage()) && containsFold(api.ErrorCode()+" "+api.ErrorMessage(), "checksum")
}

// otherBytes reports whether a server says that the bytes it received are not
// those of the digest beside them, by whichever code.
func otherBytes(code, message string) bool {
	switch code {
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch":
		return true
	}
	digest := containsFold(message, "checksum") || containsFold(message, "digest") || containsFold(message, "md5")
	ofKey := containsFold(message, "of the key") // an SSE-C key and its own MD5
	return digest && !ofKey && containsFold(message, " not match")
}
