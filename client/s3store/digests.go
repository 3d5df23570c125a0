package s3store

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// digests is what a server has shown it makes of digests, learned from its
// answers, once for all calls. Servers differ: AWS, MinIO and R2 check a CRC64NVME
// in the headers and return it; Ceph 16 ignores it, right or wrong, and checks
// Content-MD5; others refuse a request that names a checksum they do not know.
// A checksum never goes as a trailer to a server that is not AWS.
type digests struct {
	refused  atomic.Bool // it refuses checksums: none is sent any more
	returned atomic.Bool // its answers return the checksum that was sent
	asked    atomic.Bool // it has answered a read that asked for checksums
	silent   atomic.Bool // it refuses reads that ask for checksums
}

// MD5Wanted reports whether nothing but a Content-MD5 is known to make the
// server look at the bytes of a body: as long as no answer has returned the
// checksum that was sent. To compute one takes a while, so it is asked first.
func (s *Store) MD5Wanted() bool { return s.digests.refused.Load() || !s.digests.returned.Load() }

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

// unchecked repeats a call without its checksum where the server, not being
// AWS, refuses the checksum as such, and remembers: with tells whether the call
// has one, strip takes it off.
func unchecked[T any](s *Store, with bool, call func() (T, error), strip func()) (T, error) {
	out, err := call()
	if !with || s.atAWS || !refusesChecksums(err) {
		return out, err
	}
	s.digests.refused.Store(true)
	strip()
	return call()
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
	if !errors.As(err, &answer) || !errors.As(err, &api) {
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

// onlyMD5 makes a call of the SDK that insists on a checksum of its own send
// Content-MD5: besides, as long as it is not known that the server refuses
// checksums, and instead then.
func (s *Store) onlyMD5(o *s3.Options) {
	if s.atAWS {
		return
	}
	o.APIOptions = append(o.APIOptions, smithyhttp.AddContentChecksumMiddleware)
	if s.digests.refused.Load() {
		o.APIOptions = append(o.APIOptions, dropChecksum)
	}
}

// dropChecksum takes the SDK's own checksum off a request before it is signed.
func dropChecksum(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("bucketseal:DropChecksum",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if r, ok := in.Request.(*smithyhttp.Request); ok {
				for name := range r.Header {
					if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-checksum-") || lower == "x-amz-sdk-checksum-algorithm" {
						r.Header.Del(name)
					}
				}
			}
			return next.HandleFinalize(ctx, in)
		}), "Signing", middleware.Before)
}
