package s3store

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/bucketseal/bucketseal/client"
)

// OpenUploads lists the multipart uploads that were begun below a prefix, which
// is taken verbatim, and neither completed nor dropped. MinIO knows them by their
// whole keys, or all of a bucket: where a prefix finds none, all are looked
// through.
func (s *Store) OpenUploads(ctx context.Context, under client.Location) ([]client.OpenUpload, error) {
	all, err := s.openUploads(ctx, under)
	if err != nil || len(all) > 0 || under.Key == "" || s.atAWS {
		return all, err
	}
	if all, err = s.openUploads(ctx, client.Location{Bucket: under.Bucket}); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o client.OpenUpload) bool { return !strings.HasPrefix(o.At.Key, under.Key) }), nil
}

// mostUploadPages is more than any bucket has, at a thousand uploads a page.
const mostUploadPages = 1000

func (s *Store) openUploads(ctx context.Context, under client.Location) ([]client.OpenUpload, error) {
	c := call{op: "ListMultipartUploads", at: under}
	if under.Bucket == "" {
		return nil, s.refuse(c, client.KindInvalid, client.Say("no bucket is named").Err())
	}
	in := &s3.ListMultipartUploadsInput{Bucket: &under.Bucket, Prefix: text(under.Key)}
	if s.atAWS { // Ceph 16 would write the keys so and not say it
		in.EncodingType = types.EncodingTypeUrl
	}
	var all []client.OpenUpload
	seen := map[string]bool{}
	for {
		out, err := s.s3.ListMultipartUploads(ctx, in)
		if err != nil {
			return nil, s.fail(c, err)
		}
		page, err := openOnes(under, out)
		if err != nil {
			return nil, s.fail(c, err)
		}
		all = append(all, page...)
		if !aws.ToBool(out.IsTruncated) {
			return all, nil
		}
		key, id := out.NextKeyMarker, out.NextUploadIdMarker
		next := aws.ToString(key) + "\x00" + aws.ToString(id)
		if len(out.Uploads) == 0 || aws.ToString(key) == "" || seen[next] {
			return nil, s.fail(c, contradiction(client.Say("the server says there are more uploads and does not say where to go on")))
		}
		if seen[next] = true; len(seen) == mostUploadPages {
			return nil, s.fail(c, contradiction(client.Say("the list of uploads goes on and on, behind %d pages", mostUploadPages)))
		}
		if out.EncodingType == types.EncodingTypeUrl {
			if plain, err := url.QueryUnescape(*key); err == nil {
				key = &plain
			}
		}
		in.KeyMarker, in.UploadIdMarker = key, id
	}
}

// openOnes reads one answer. What is not below the prefix was not asked for:
// it might be dropped by mistake.
func openOnes(under client.Location, out *s3.ListMultipartUploadsOutput) ([]client.OpenUpload, error) {
	var page []client.OpenUpload
	for _, u := range out.Uploads {
		key := aws.ToString(u.Key)
		if out.EncodingType == types.EncodingTypeUrl {
			plain, err := url.QueryUnescape(key)
			if err != nil {
				return nil, contradiction(client.Say("the server wrote the key %q in a way that cannot be read", key))
			}
			key = plain
		}
		if !strings.HasPrefix(key, under.Key) || aws.ToString(u.UploadId) == "" {
			return nil, contradiction(client.Say("the list of uploads below %q names %q, upload %q", under.Key, key, aws.ToString(u.UploadId)))
		}
		page = append(page, client.OpenUpload{
			At: client.Location{Bucket: under.Bucket, Key: key}, ID: *u.UploadId, Begun: aws.ToTime(u.Initiated),
		})
	}
	return page, nil
}

// repeated reports whether a call that succeeded was made more than once: an
// attempt whose answer was lost may have done its work too.
func repeated(m middleware.Metadata) bool {
	attempts, ok := retry.GetAttemptResults(m)
	return ok && len(attempts.Results) > 1
}

// mayHaveHappened reports whether a call that failed may have done its work all
// the same: no answer came that says no.
func mayHaveHappened(err error) bool {
	kind := client.KindOf(err)
	return kind.Temporary() || kind == client.KindCancelled || kind == client.KindUnknown
}

// serverTime is what the server's clock said at a moment of ours; the moment
// itself where the server told no time.
func serverTime(m middleware.Metadata, at time.Time) time.Time {
	theirs, ok := awsmiddleware.GetServerTime(m)
	ours, known := awsmiddleware.GetResponseAt(m)
	if !ok || !known {
		return at
	}
	return at.Add(theirs.Sub(ours))
}
