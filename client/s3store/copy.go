package s3store

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/encoding/httpbinding"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Copier = (*Store)(nil)

// Copy makes an object of another in one request. Where the server takes checksums
// the copy gets a CRC64NVME of its full content.
func (s *Store) Copy(ctx context.Context, from client.Source, to client.Location, o client.CopyOptions) (client.Object, error) {
	c := call{op: "CopyObject", at: to, asked: o.Encryption, customer: firstKey(from.Key, customerOf(o.Encryption))}
	source, err := s.copied(c, from)
	if err != nil {
		return client.Object{}, err
	}
	if err := s.checkPut(c, o.PutOptions); err != nil {
		return client.Object{}, err
	}
	h, err := s.sseOf(c, o.Encryption)
	if err != nil {
		return client.Object{}, err
	}
	in := &s3.CopyObjectInput{
		Bucket: &to.Bucket, Key: &to.Key, CopySource: &source.name, StorageClass: types.StorageClass(o.System.StorageClass),
		CopySourceSSECustomerAlgorithm: source.algorithm, CopySourceSSECustomerKey: source.key, CopySourceSSECustomerKeyMD5: source.md5,
		ServerSideEncryption: h.mode, SSEKMSKeyId: h.key, SSEKMSEncryptionContext: h.context, BucketKeyEnabled: h.bucketKey,
		SSECustomerAlgorithm: h.customerKey.algorithm, SSECustomerKey: h.customerKey.key, SSECustomerKeyMD5: h.customerKey.md5,
	}
	options := []func(*s3.Options){s.patiently}
	if from.ETag != "" && !s.atAWS { // Ceph 16 looks at this name, and not at the one of S3
		options = append(options, s3.WithAPIOptions(smithyhttp.SetHeaderValue("X-Amz-Copy-If-Match", from.ETag)))
	}
	if o.Replace {
		replaceMetadata(in, o.PutOptions)
		options = append(options, expires(o.System))
	}
	if o.ReplaceTags && s.atAWS { // Ceph 16 loses them, and then answers a question for them with nothing
		in.TaggingDirective, in.Tagging = types.TaggingDirectiveReplace, tagging(o.Tags)
	}
	if s.atAWS || !s.digests.refused.Load() {
		in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme
	}
	var out *s3.CopyObjectOutput
	for _, match := range s.etags.ifMatch(from.ETag) {
		in.CopySourceIfMatch = match
		out, err = s.copy(ctx, in, overwriting{o.OnlyIfAbsent, o.IfMatch, customerOf(o.Encryption)}, options)
		if !isUnmet(err) {
			break
		}
	}
	if err != nil {
		return client.Object{}, s.ofSource(ctx, s.fail(c, err), from, o)
	}
	return s.madeOf(c, out)
}

// copy makes the call, without a checksum where the server does not know any.
func (s *Store) copy(ctx context.Context, in *s3.CopyObjectInput, w overwriting, options []func(*s3.Options)) (*s3.CopyObjectOutput, error) {
	to := client.Location{Bucket: *in.Bucket, Key: *in.Key}
	return unchecked(s, in.ChecksumAlgorithm != "",
		func() (out *s3.CopyObjectOutput, err error) {
			err = s.writing(ctx, to, w, func(none, match *string) error {
				in.IfNoneMatch, in.IfMatch = none, match
				out, err = s.s3.CopyObject(ctx, in, options...)
				return err
			})
			return out, err
		},
		func() { in.ChecksumAlgorithm = "" })
}

// madeOf is the object as the answer to CopyObject has it.
func (s *Store) madeOf(c call, out *s3.CopyObjectOutput) (client.Object, error) {
	if out.CopyObjectResult == nil {
		return client.Object{}, s.fail(c, contradiction(client.Say("the server's answer is of no copy")))
	}
	o := writtenFrom(c.at, headersOf(out.ResultMetadata))
	o.Size, o.Encryption = client.NotTold, o.Encryption.IfNamed()
	o.ETag = s.etags.of(out.CopyObjectResult.ETag)
	if v := out.CopyObjectResult.ChecksumCRC64NVME; aws.ToString(v) != "" {
		o.Checksums = []client.Checksum{checksumOf(v)}
	}
	return o, nil
}

// CopyPart makes a part of an upload of bytes of an object.
func (s *Store) CopyPart(ctx context.Context, u client.Upload, n int, from client.Source, offset, length int64) (client.Part, error) {
	c := call{op: "UploadPartCopy", at: u.At, customer: firstKey(from.Key, u.Key)}
	source, err := s.copied(c, from)
	if err != nil {
		return client.Part{}, err
	}
	switch err := u.At.CheckKey(); {
	case err != nil:
		return client.Part{}, s.refuse(c, client.KindInvalid, err)
	case n < 1 || n > 10_000:
		return client.Part{}, s.refuse(c, client.KindInvalid, client.Say("part %d: parts are numbered 1 to 10,000", n).Err())
	case offset < 0 || length < 1 || length > client.MaxCopy:
		return client.Part{}, s.refuse(c, client.KindInvalid, client.Say("part %d: %d bytes from %d on cannot be copied as one part", n, length, offset).Err())
	}
	h, err := s.customer(c, u.Key)
	if err != nil {
		return client.Part{}, err
	}
	in := &s3.UploadPartCopyInput{
		Bucket: &u.At.Bucket, Key: &u.At.Key, UploadId: &u.ID, PartNumber: aws.Int32(int32(n)), CopySource: &source.name,
		CopySourceRange:                aws.String("bytes=" + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(offset+length-1, 10)),
		CopySourceSSECustomerAlgorithm: source.algorithm, CopySourceSSECustomerKey: source.key, CopySourceSSECustomerKeyMD5: source.md5,
		SSECustomerAlgorithm: h.algorithm, SSECustomerKey: h.key, SSECustomerKeyMD5: h.md5,
	}
	var out *s3.UploadPartCopyOutput
	for _, match := range s.etags.ifMatch(from.ETag) {
		in.CopySourceIfMatch = match
		if out, err = s.s3.UploadPartCopy(ctx, in, s.patiently); !isUnmet(err) {
			break
		}
	}
	if err != nil {
		return client.Part{}, s.ofSource(ctx, s.fail(c, err), from, client.CopyOptions{})
	}
	if out.CopyPartResult == nil || aws.ToString(out.CopyPartResult.ETag) == "" {
		return client.Part{}, s.fail(c, contradiction(client.Say("the server took part %d and gave it no name (ETag), so that the object cannot be put together", n)))
	}
	return client.Part{
		Number: n, Size: length, ETag: s.etags.of(out.CopyPartResult.ETag), Checksum: checksumOf(out.CopyPartResult.ChecksumCRC64NVME),
		Encryption: reportedFrom(headersOf(out.ResultMetadata)).IfNamed(),
	}, nil
}

// A copySource is a source as the headers of a copy have it.
type copySource struct {
	name string // escaped, as the SDK does not do
	customerHeaders
}

func (s *Store) copied(c call, from client.Source) (copySource, error) {
	if err := from.At.CheckKey(); err != nil {
		return copySource{}, s.refuse(c, client.KindInvalid, err)
	}
	h, err := s.customer(c, from.Key)
	if err != nil {
		return copySource{}, err
	}
	name := httpbinding.EscapePath(from.At.Bucket+"/"+from.At.Key, false)
	if from.VersionID != "" {
		name += "?versionId=" + url.QueryEscape(from.VersionID)
	}
	return copySource{name, h}, nil
}

// replaceMetadata says what is stored beside the bytes, which the copy then does not
// take from its source.
func replaceMetadata(in *s3.CopyObjectInput, o client.PutOptions) {
	in.MetadataDirective, in.Metadata, in.ContentType = types.MetadataDirectiveReplace, o.Metadata, aws.String(contentType(o))
	in.CacheControl, in.ContentDisposition, in.ContentEncoding = text(o.System.CacheControl), text(o.System.ContentDisposition), text(o.System.ContentEncoding)
	in.ContentLanguage, in.WebsiteRedirectLocation = text(o.System.ContentLanguage), text(o.System.WebsiteRedirect)
}

// expires sends the Expires of an object as it is, whether or not it is a date: the
// SDK would write dates alone.
func expires(o client.System) func(*s3.Options) {
	if o.Expires == "" {
		return func(*s3.Options) {}
	}
	return s3.WithAPIOptions(smithyhttp.SetHeaderValue("Expires", o.Expires))
}

func firstKey(a, b client.CustomerKey) client.CustomerKey {
	if !a.IsZero() {
		return a
	}
	return b
}

// ofSource names the source in an error that is about it: servers do not say which of
// the two objects they mean, but these can be of no other.
func (s *Store) ofSource(ctx context.Context, err error, from client.Source, o client.CopyOptions) error {
	source := call{op: "GetObject", at: from.At, customer: from.Key}
	err = s.keyOrPermission(ctx, source, client.ReadOptions{VersionID: from.VersionID, Key: from.Key}, err)
	var e *client.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case client.KindNotFound, client.KindNeedsKey, client.KindWrongKey, client.KindNotCustomerKey, client.KindArchived, client.KindDeleteMarker:
		e.At = from.At
	case client.KindPrecondition:
		if !o.OnlyIfAbsent && o.IfMatch == "" {
			e.At = from.At
		}
	}
	return err
}
