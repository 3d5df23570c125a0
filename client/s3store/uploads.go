package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// CreateUpload begins a multipart upload. Where the server takes checksums it is
// begun with CRC64NVME, so that the object gets a checksum of its full content:
// at AWS always, elsewhere when the options name an algorithm, be its value known yet or not.
func (s *Store) CreateUpload(ctx context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	c := call{op: "CreateMultipartUpload", at: at, asked: o.Encryption, customer: customerOf(o.Encryption)}
	if err := s.checkPut(c, o); err != nil {
		return client.Upload{}, client.Object{}, err
	}
	h, err := s.sseOf(c, o.Encryption)
	if err != nil {
		return client.Upload{}, client.Object{}, err
	}
	in := &s3.CreateMultipartUploadInput{
		Bucket: &at.Bucket, Key: &at.Key, ContentType: aws.String(contentType(o)), Metadata: o.Metadata,
		ServerSideEncryption: h.mode, SSEKMSKeyId: h.key, SSEKMSEncryptionContext: h.context, BucketKeyEnabled: h.bucketKey,
		SSECustomerAlgorithm: h.customerKey.algorithm, SSECustomerKey: h.customerKey.key, SSECustomerKeyMD5: h.customerKey.md5,
	}
	in.CacheControl, in.ContentDisposition, in.ContentEncoding = text(o.System.CacheControl), text(o.System.ContentDisposition), text(o.System.ContentEncoding)
	in.ContentLanguage, in.WebsiteRedirectLocation, in.StorageClass = text(o.System.ContentLanguage), text(o.System.WebsiteRedirect), types.StorageClass(o.System.StorageClass)
	if s.atAWS { // Ceph 16 loses them, and then answers a question for them with nothing
		in.Tagging = tagging(o.Tags)
	}
	if s.atAWS || o.Checksum.Algorithm != "" && !s.digests.refused.Load() {
		in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
	}
	began := time.Now()
	out, err := unchecked(s, in.ChecksumAlgorithm != "",
		func() (*s3.CreateMultipartUploadOutput, error) {
			return s.s3.CreateMultipartUpload(ctx, in, s.patiently, expires(o.System))
		},
		func() { in.ChecksumAlgorithm, in.ChecksumType = "", "" })
	if err != nil {
		err = s.fail(c, err)
		return client.Upload{At: at, Doubtful: mayHaveHappened(err), Begun: began}, client.Object{}, err
	}
	u := client.Upload{
		Doubtful: repeated(out.ResultMetadata), Begun: serverTime(out.ResultMetadata, began),
		At: at, ID: aws.ToString(out.UploadId), Key: c.customer,
		// A server that does not know the header keeps quiet about it.
		Checksummed:  s.atAWS || out.ChecksumAlgorithm == types.ChecksumAlgorithmCrc64nvme,
		OnlyIfAbsent: o.OnlyIfAbsent, IfMatch: o.IfMatch,
	}
	if u.ID == "" {
		return client.Upload{}, client.Object{}, s.refuse(c, client.KindUnsupported, client.Say("the server began a multipart upload without giving it an id").Err())
	}
	begun := writtenFrom(at, headersOf(out.ResultMetadata))
	begun.Encryption = begun.Encryption.IfNamed() // MinIO names none here, however the object will be encrypted
	return u, begun, nil
}

// UploadPart sends one part. Its encryption was decided by CreateUpload; only
// an SSE-C key goes with it.
func (s *Store) UploadPart(ctx context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, d client.Digests) (client.Part, error) {
	c := call{op: "UploadPart", at: u.At, customer: u.Key}
	if err := u.At.CheckKey(); err != nil {
		return client.Part{}, s.refuse(c, client.KindInvalid, err)
	}
	if n < 1 || n > 10_000 {
		return client.Part{}, s.refuse(c, client.KindInvalid, client.Say("part %d: parts are numbered 1 to 10,000", n).Err())
	}
	h, err := s.customer(c, u.Key)
	if err != nil {
		return client.Part{}, err
	}
	q := &request{
		call: c, method: http.MethodPut, header: with(h, 3), body: body, size: size, tries: s.patient,
		query: "partNumber=" + strconv.Itoa(n) + "&uploadId=" + url.QueryEscape(u.ID) + "&x-id=UploadPart",
	}
	q.header.set("Content-Type", defaultType)
	a, err := s.upload(ctx, q, d, func() (*answer, error) { return s.send(ctx, q) })
	if err != nil {
		return client.Part{}, s.fail(c, err)
	}
	etag, sum := a.header.Get("Etag"), a.header.Get(headerCRC64NVME)
	part := client.Part{
		Number: n, Size: size, ETag: s.etags.of(&etag), Checksum: checksumOf(&sum),
		Encryption: reportedFrom(a.header).IfNamed(),
	}
	if part.ETag == "" {
		return client.Part{}, s.fail(c, contradiction(client.Say("the server took part %d and gave it no name (ETag), so that the object cannot be put together", n)))
	}
	return part, nil
}

// Parts lists what the server holds, by number.
func (s *Store) Parts(ctx context.Context, u client.Upload) ([]client.Part, error) {
	c := call{op: "ListParts", at: u.At, customer: u.Key}
	h, err := s.customerIfChecksummed(c, u)
	if err != nil {
		return nil, err
	}
	in := &s3.ListPartsInput{
		Bucket: &u.At.Bucket, Key: &u.At.Key, UploadId: &u.ID,
		SSECustomerAlgorithm: h.algorithm, SSECustomerKey: h.key, SSECustomerKeyMD5: h.md5,
	}
	var all []client.Part
	for {
		out, err := s.s3.ListParts(ctx, in, s.patiently)
		if err != nil {
			return nil, s.fail(c, err)
		}
		for _, p := range out.Parts {
			part := client.Part{
				Number: int(aws.ToInt32(p.PartNumber)), Size: client.NotTold, ETag: s.etags.of(p.ETag), Checksum: checksumOf(p.ChecksumCRC64NVME),
			}
			if p.Size != nil {
				part.Size = plausible(*p.Size)
			}
			if part.Number < 1 || part.Number > 10_000 || len(all) > 0 && part.Number <= all[len(all)-1].Number {
				return nil, s.fail(c, contradiction(client.Say("the list of parts names part %d after %d others", part.Number, len(all))))
			}
			all = append(all, part)
		}
		next := aws.ToString(out.NextPartNumberMarker)
		if !aws.ToBool(out.IsTruncated) {
			return all, nil
		}
		if next == "" || next == aws.ToString(in.PartNumberMarker) || len(out.Parts) == 0 {
			return nil, s.fail(c, contradiction(client.Say("the server says there are more parts and does not say where to go on")))
		}
		in.PartNumberMarker = &next
	}
}

// CompleteUpload makes the object of all the parts. A server may say 200 and
// then fail: that is an error here. KindNoUpload may mean that an earlier call,
// whose answer was lost, has made the object: HEAD tells. The ETag is "" where
// the answer does not name it, as on Ceph 16.
func (s *Store) CompleteUpload(ctx context.Context, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	c := call{op: "CompleteMultipartUpload", at: u.At, customer: u.Key}
	if len(parts) == 0 {
		return client.Object{}, s.refuse(c, client.KindInvalid, client.Say("an upload has at least one part").Err())
	}
	h, err := s.customerIfChecksummed(c, u)
	if err != nil {
		return client.Object{}, err
	}
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &u.At.Bucket, Key: &u.At.Key, UploadId: &u.ID, MultipartUpload: &types.CompletedMultipartUpload{},
		SSECustomerAlgorithm: h.algorithm, SSECustomerKey: h.key, SSECustomerKeyMD5: h.md5,
	}
	var size int64
	for _, p := range parts {
		done := types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: s.etags.written(p.ETag)}
		if u.Checksummed {
			done.ChecksumCRC64NVME = text(p.Checksum.Value)
		}
		in.MultipartUpload.Parts = append(in.MultipartUpload.Parts, done)
		size += p.Size
	}
	if u.Checksummed {
		in.ChecksumType = types.ChecksumTypeFullObject
		in.ChecksumCRC64NVME = text(sum.Value)
	}
	out, err := unchecked(s, u.Checksummed,
		func() (out *s3.CompleteMultipartUploadOutput, err error) {
			err = s.writing(ctx, u.At, overwriting{u.OnlyIfAbsent, u.IfMatch, u.Key}, func(none, match *string) error {
				in.IfNoneMatch, in.IfMatch = none, match
				out, err = s.s3.CompleteMultipartUpload(ctx, in, s.patiently)
				return err
			})
			return out, err
		},
		func() { in.ChecksumType, in.ChecksumCRC64NVME = "", nil })
	if err != nil {
		failed := s.fail(c, err)
		if isHeld(err) {
			failed = s.askWhether(ctx, c, u, failed)
		}
		return client.Object{}, failed
	}
	obj := writtenFrom(u.At, headersOf(out.ResultMetadata))
	obj.Size, obj.ETag = size, etagOf(aws.ToString(out.ETag))
	obj.Encryption = obj.Encryption.IfNamed() // Ceph and MinIO name none here, however the object is encrypted
	if v := aws.ToString(out.ChecksumCRC64NVME); v != "" {
		obj.Checksums = []client.Checksum{checksumOf(&v)}
	}
	return obj, nil
}

// askWhether finds out whether an upload that Ceph 16 calls "already in
// progress" is there at all: it says the same of one that is gone.
func (s *Store) askWhether(ctx context.Context, c call, u client.Upload, failed error) error {
	_, err := s.Parts(ctx, u)
	var gone *client.Error
	if errors.As(err, &gone) && gone.Kind == client.KindNoUpload {
		gone.Op = c.op
		return gone
	}
	return failed
}

// AbortUpload drops the parts; a missing upload is no error.
func (s *Store) AbortUpload(ctx context.Context, u client.Upload) error {
	c := call{op: "AbortMultipartUpload", at: u.At}
	_, err := s.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.At.Bucket, Key: &u.At.Key, UploadId: &u.ID}, s.patiently)
	err = s.fail(c, err)
	if client.KindOf(err) == client.KindNoUpload {
		return nil
	}
	return err
}

// customerIfChecksummed are the SSE-C headers of calls that need the key only
// to show or make a checksum.
func (s *Store) customerIfChecksummed(c call, u client.Upload) (customerHeaders, error) {
	if !u.Checksummed {
		return customerHeaders{}, nil
	}
	return s.customer(c, u.Key)
}

func checksumOf(v *string) client.Checksum {
	if aws.ToString(v) == "" {
		return client.Checksum{}
	}
	return client.Checksum{Algorithm: client.CRC64NVME, Value: *v}
}
