package s3store

import (
	"context"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// Six calls leave the SDK's middleware for plain signed HTTP. Whether they mean the
// same is shown by the tests of this room themselves: all run a second time with the
// six made by the SDK.

// path is how the six calls are made now: plain, or by the SDK.
var path func(*Store) sender

// onPath is Open with the six calls made as they are to be made now.
func onPath(a client.Account, c client.Credentials, o Options) (*Store, error) {
	o.sender = path
	return Open(a, c, o)
}

func TestMain(m *testing.M) {
	failed := m.Run()
	asked := func(name string) bool { return flag.Lookup("test."+name).Value.String() != "" }
	if failed == 0 && !asked("list") && !asked("bench") && !asked("fuzz") {
		fmt.Println("and the same through the SDK:")
		path = throughSDK
		failed = m.Run()
	}
	os.Exit(failed)
}

// throughSDK makes the six calls by the SDK.
func throughSDK(s *Store) sender {
	return func(ctx context.Context, q *request) (*answer, error) {
		in := given{q.header.ofHTTP(), q.query}
		tries := func(o *s3.Options) { o.Retryer = q.tries }
		switch q.op {
		case "PutObject":
			return in.put(ctx, s, q, tries)
		case "UploadPart":
			return in.part(ctx, s, q, tries)
		case "HeadObject":
			return in.head(ctx, s, q, tries)
		case "GetObject":
			return in.get(ctx, s, q, tries)
		case "ListObjectsV2":
			return in.list(ctx, s, q, tries)
		case "ListObjectVersions":
			return in.versions(ctx, s, q, tries)
		case "DeleteObjects":
			return in.delete(ctx, s, q, tries)
		}
		panic("no such call: " + q.op)
	}
}

// seekable is a source that the SDK can measure and rewind.
type seekable struct {
	*source
	r        io.ReadSeeker
	size, at int64
}

func (s *seekable) Read(p []byte) (int, error) {
	if s.source == nil || s.at == 0 {
		s.source = newSource(s.r, s.size)
	}
	n, err := s.source.Read(p)
	s.at += int64(n)
	return n, err
}

func (s *seekable) Seek(offset int64, whence int) (int64, error) {
	s.at = map[int]int64{io.SeekStart: 0, io.SeekCurrent: s.at, io.SeekEnd: s.size}[whence] + offset
	return s.at, nil
}

// given is what a request says, by its names on the wire.
type given struct {
	header http.Header
	query  string
}

func (g given) h(name string) *string { return text(g.header.Get(name)) }

func (g given) q(name string) *string {
	values, err := url.ParseQuery(g.query)
	if err != nil {
		panic(err)
	}
	return text(values.Get(name))
}

func (g given) number(name string) *int32 {
	value := g.q(name)
	if value == nil {
		return nil
	}
	n, err := strconv.Atoi(*value)
	if err != nil {
		panic(err)
	}
	return aws.Int32(int32(n))
}

func (g given) truth(name string) *bool {
	if g.h(name) == nil {
		return nil
	}
	return aws.Bool(*g.h(name) == "true")
}

const sseHeader = "X-Amz-Server-Side-Encryption"

func (g given) put(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	in := &s3.PutObjectInput{
		Bucket: &q.at.Bucket, Key: &q.at.Key, Body: &seekable{r: q.body, size: q.size}, ContentLength: &q.size,
		ContentType: g.h("Content-Type"), ContentMD5: g.h("Content-Md5"), ChecksumCRC64NVME: g.h(headerCRC64NVME), ChecksumSHA256: g.h(headerSHA256),
		CacheControl: g.h("Cache-Control"), ContentDisposition: g.h("Content-Disposition"), ContentEncoding: g.h("Content-Encoding"),
		ContentLanguage: g.h("Content-Language"), WebsiteRedirectLocation: g.h("X-Amz-Website-Redirect-Location"),
		StorageClass: types.StorageClass(g.header.Get("X-Amz-Storage-Class")), Tagging: g.h("X-Amz-Tagging"),
		IfMatch: g.h("If-Match"), IfNoneMatch: g.h("If-None-Match"),
		ServerSideEncryption: types.ServerSideEncryption(g.header.Get(sseHeader)), SSEKMSKeyId: g.h(sseHeader + "-Aws-Kms-Key-Id"),
		SSEKMSEncryptionContext: g.h(sseHeader + "-Context"), BucketKeyEnabled: g.truth(sseHeader + "-Bucket-Key-Enabled"),
		SSECustomerAlgorithm: g.h(sseHeader + "-Customer-Algorithm"), SSECustomerKey: g.h(headerCustomerKey), SSECustomerKeyMD5: g.h(headerCustomerKey + "-Md5"),
	}
	for name, values := range g.header {
		if meta, ok := strings.CutPrefix(name, headerMetadata); ok {
			if in.Metadata == nil {
				in.Metadata = map[string]string{}
			}
			in.Metadata[meta] = values[0]
		}
	}
	out, err := s.s3.PutObject(ctx, in, append(o, expires(client.System{Expires: g.header.Get("Expires")}))...)
	if err != nil {
		return nil, err
	}
	return read(out.ResultMetadata), nil
}

func (g given) part(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	out, err := s.s3.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &q.at.Bucket, Key: &q.at.Key, Body: &seekable{r: q.body, size: q.size}, ContentLength: &q.size,
		UploadId: g.q("uploadId"), PartNumber: g.number("partNumber"),
		ContentMD5: g.h("Content-Md5"), ChecksumCRC64NVME: g.h(headerCRC64NVME),
		SSECustomerAlgorithm: g.h(sseHeader + "-Customer-Algorithm"), SSECustomerKey: g.h(headerCustomerKey), SSECustomerKeyMD5: g.h(headerCustomerKey + "-Md5"),
	}, o...)
	if err != nil {
		return nil, err
	}
	return read(out.ResultMetadata), nil
}

func (g given) head(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	out, err := s.s3.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &q.at.Bucket, Key: &q.at.Key, VersionId: g.q("versionId"), PartNumber: g.number("partNumber"), IfMatch: g.h("If-Match"),
		ChecksumMode:         types.ChecksumMode(g.header.Get(headerChecksumMode)),
		SSECustomerAlgorithm: g.h(sseHeader + "-Customer-Algorithm"), SSECustomerKey: g.h(headerCustomerKey), SSECustomerKeyMD5: g.h(headerCustomerKey + "-Md5"),
	}, o...)
	if err != nil {
		return nil, err
	}
	return read(out.ResultMetadata), nil
}

func (g given) get(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	if g.h(headerChecksumMode) == nil {
		o = append(o, func(so *s3.Options) { so.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired })
	}
	out, err := s.s3.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &q.at.Bucket, Key: &q.at.Key, VersionId: g.q("versionId"), IfMatch: g.h("If-Match"), Range: g.h("Range"),
		ChecksumMode:         types.ChecksumMode(g.header.Get(headerChecksumMode)),
		SSECustomerAlgorithm: g.h(sseHeader + "-Customer-Algorithm"), SSECustomerKey: g.h(headerCustomerKey), SSECustomerKeyMD5: g.h(headerCustomerKey + "-Md5"),
	}, o...)
	if err != nil {
		return nil, err
	}
	a := read(out.ResultMetadata)
	a.body = ofSDK{out.Body}
	return a, nil
}

// ofSDK says of bytes that are not those of their checksum what the plain way says.
type ofSDK struct{ io.ReadCloser }

func (b ofSDK) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && strings.Contains(err.Error(), "checksum did not match") {
		err = &errOtherBytes{}
	}
	return n, err
}

func (g given) list(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	out, err := s.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &q.at.Bucket, Prefix: g.q("prefix"), Delimiter: g.q("delimiter"), ContinuationToken: g.q("continuation-token"), StartAfter: g.q("start-after"),
		EncodingType: types.EncodingType(aws.ToString(g.q("encoding-type"))), MaxKeys: g.number("max-keys"),
	}, o...)
	if err != nil {
		return nil, err
	}
	a := read(out.ResultMetadata)
	if ours, err := listingIn(a); err != nil || !sameListing(ours, out) {
		return nil, fmt.Errorf("the SDK reads this listing as %+v, and we as %+v, %w", out, ours, err)
	}
	return a, nil
}

func (g given) versions(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	out, err := s.s3.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
		Bucket: &q.at.Bucket, Prefix: g.q("prefix"), KeyMarker: g.q("key-marker"), VersionIdMarker: g.q("version-id-marker"),
		EncodingType: types.EncodingType(aws.ToString(g.q("encoding-type"))), MaxKeys: g.number("max-keys"),
	}, o...)
	if err != nil {
		return nil, err
	}
	return read(out.ResultMetadata), nil
}

func (g given) delete(ctx context.Context, s *Store, q *request, o ...func(*s3.Options)) (*answer, error) {
	raw, err := io.ReadAll(newSource(q.body, q.size))
	if err != nil {
		return nil, err
	}
	in := &s3.DeleteObjectsInput{Bucket: &q.at.Bucket, Delete: &types.Delete{}}
	in.Delete.Objects = objectsIn(raw)
	if g.h("Content-Md5") != nil {
		o = append(o, func(o *s3.Options) { o.APIOptions = append(o.APIOptions, smithyhttp.AddContentChecksumMiddleware) })
	}
	if g.h(headerCRC32) == nil {
		o = append(o, func(o *s3.Options) { o.APIOptions = append(o.APIOptions, dropChecksum) })
	}
	out, err := s.s3.DeleteObjects(ctx, in, o...)
	if err != nil {
		return nil, err
	}
	return read(out.ResultMetadata), nil
}

// dropChecksum takes the SDK's own checksum off a request before it is signed.
func dropChecksum(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("bucketseal:DropChecksum",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if r, ok := in.Request.(*smithyhttp.Request); ok {
				r.Header.Del(headerCRC32)
			}
			return next.HandleFinalize(ctx, in)
		}), "Signing", middleware.Before)
}

// read is the answer to a call of the SDK's, with its document.
func read(m middleware.Metadata) *answer {
	a := answerOf(m)
	if d, ok := m.Get(documentKey{}).(*document); ok {
		a.raw = d.raw
	}
	if r, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response); ok {
		a.length = r.ContentLength
		a.endless = r.ContentLength < 0 && len(r.TransferEncoding) == 0
	}
	return a
}

// sameListing reports whether the SDK reads a listing as we do.
func sameListing(l listed, out *s3.ListObjectsV2Output) bool {
	if len(l.objects) != len(out.Contents) || len(l.folders) != len(out.CommonPrefixes) || l.next != aws.ToString(out.NextContinuationToken) ||
		l.encoded != (out.EncodingType == types.EncodingTypeUrl) || out.IsTruncated != nil && l.truncated != *out.IsTruncated {
		return false
	}
	for i, x := range out.Contents {
		size := client.NotTold
		if x.Size != nil {
			size = plausible(*x.Size)
		}
		told := listedObject{key: aws.ToString(x.Key), etag: aws.ToString(x.ETag), class: string(x.StorageClass), size: size, modified: l.objects[i].modified}
		if l.objects[i] != told || !l.objects[i].modified.Equal(aws.ToTime(x.LastModified)) {
			return false
		}
	}
	for i, x := range out.CommonPrefixes {
		if l.folders[i] != aws.ToString(x.Prefix) {
			return false
		}
	}
	return true
}

// objectsIn are the objects in the document of DeleteObjects.
func objectsIn(raw []byte) []types.ObjectIdentifier {
	var d struct {
		Object []struct {
			Key       *string
			VersionID *string `xml:"VersionId"`
			ETag      *string
		}
	}
	if err := xml.Unmarshal(raw, &d); err != nil {
		panic(err)
	}
	objects := make([]types.ObjectIdentifier, len(d.Object))
	for i, o := range d.Object {
		objects[i] = types.ObjectIdentifier{Key: o.Key, VersionId: o.VersionID, ETag: o.ETag}
	}
	return objects
}
