package mock_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestRangesAreReadInEveryModeAsOfAPlainFile(t *testing.T) {
	e := mock.Start(t)
	content := strings.Repeat("0123456789abcdef", 10_000) // 160,000 bytes: three sealed packages
	for name, how := range map[string]map[string]string{
		"SSE-S3": nil, "SSE-KMS": {sse: "aws:kms", kid: "alias/demo"}, "DSSE": {sse: "aws:kms:dsse", kid: "alias/demo"}, "SSE-C": custHeaders(1),
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", content, how).StatusCode)
			toRead := map[string]string{}
			if name == "SSE-C" {
				toRead = how
			}
			for header, want := range map[string]string{
				"bytes=0-0": content[:1], "bytes=65530-65545": content[65530:65546], "bytes=159999-": content[159999:],
				"bytes=-5": content[159995:], "bytes=-999999": content, "bytes=159990-999999": content[159990:],
			} {
				resp := raw(t, e, "GET", "/bucket/k", "", plus(toRead, map[string]string{"Range": header}))
				assert.Equal(t, 206, resp.StatusCode, header)
				got, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.True(t, want == string(got), header)
				assert.EqualValues(t, len(want), resp.ContentLength)
				assert.True(t, strings.HasPrefix(resp.Header.Get("Content-Range"), "bytes ") && strings.HasSuffix(resp.Header.Get("Content-Range"), "/160000"))
			}
			for _, ignored := range []string{"bytes=5-1", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=--1"} {
				resp := raw(t, e, "GET", "/bucket/k", "", plus(toRead, map[string]string{"Range": ignored}))
				assert.Equal(t, 200, resp.StatusCode, ignored)
			}
			for _, outside := range []string{"bytes=160000-", "bytes=999999-1000000", "bytes=-0"} {
				resp := raw(t, e, "GET", "/bucket/k", "", plus(toRead, map[string]string{"Range": outside}))
				assert.Equal(t, 416, resp.StatusCode, outside)
				assert.Equal(t, "bytes */160000", resp.Header.Get("Content-Range"))
				assert.Equal(t, "InvalidRange", errorOf(t, resp).Code)
			}
		})
	}
}

func TestAnEmptyObjectIsWholeAndHasNoRange(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "empty", "")
	body, out, err := get(t, c, "empty")
	require.NoError(t, err)
	assert.Empty(t, body)
	assert.EqualValues(t, 0, *out.ContentLength)
	for _, header := range []string{"bytes=0-0", "bytes=0-", "bytes=-0"} {
		assert.Equal(t, 416, raw(t, e, "GET", "/bucket/empty", "", map[string]string{"Range": header}).StatusCode, header)
	}
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket/empty", "", map[string]string{"Range": "bytes=-5"}).StatusCode, "its last bytes are all of it")
}

func TestConditionsOnReads(t *testing.T) {
	e := mock.Start(t)
	out := mustPut(t, s3Client(t, e), "k", "hello")
	before, after := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		header, value string
		status        int
	}{
		{"If-Match", *out.ETag, 200},
		{"If-Match", strings.Trim(*out.ETag, `"`), 200},
		{"If-Match", "*", 200},
		{"If-Match", `"x", ` + *out.ETag, 200},
		{"If-Match", `"x"`, 412},
		{"If-None-Match", *out.ETag, 304},
		{"If-None-Match", `"x"`, 200},
		{"If-Modified-Since", after, 304},
		{"If-Modified-Since", before, 200},
		{"If-Modified-Since", "never", 200},
		{"If-Unmodified-Since", after, 200},
		{"If-Unmodified-Since", before, 412},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			resp := raw(t, e, method, "/bucket/k", "", map[string]string{c.header: c.value})
			assert.Equal(t, c.status, resp.StatusCode, "%s %s: %s", method, c.header, c.value)
		}
	}
	resp := raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "bucket/k", "X-Amz-Copy-Source-If-None-Match": *out.ETag})
	assert.Equal(t, 412, resp.StatusCode)
}

func TestWritesKeepWhatTheySayOfTheObject(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "hello", func(in *s3.PutObjectInput) {
		in.ContentType, in.CacheControl, in.ContentDisposition, in.ContentLanguage = aws.String("text/x"), aws.String("no-store"), aws.String("inline"), aws.String("en")
		in.ContentEncoding, in.Metadata, in.Tagging, in.StorageClass = aws.String("identity"), map[string]string{"Owner": "a b"}, aws.String("x=1&y=2"), "STANDARD_IA"
	})
	check := func(key string) {
		t.Helper()
		_, h, err := get(t, c, key)
		require.NoError(t, err)
		assert.Equal(t, "text/x", *h.ContentType)
		assert.Equal(t, "no-store", *h.CacheControl)
		assert.Equal(t, "inline", *h.ContentDisposition)
		assert.Equal(t, "identity", *h.ContentEncoding, "without the transport's aws-chunked")
		assert.Equal(t, map[string]string{"owner": "a b"}, h.Metadata)
		assert.EqualValues(t, 2, *h.TagCount)
	}
	check("k")
	copyIt := func(change func(*s3.CopyObjectInput)) error {
		in := &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("copy"), CopySource: aws.String("bucket/k")}
		change(in)
		_, err := c.CopyObject(bg, in)
		return err
	}
	require.NoError(t, copyIt(func(*s3.CopyObjectInput) {}))
	check("copy")
	require.NoError(t, copyIt(func(in *s3.CopyObjectInput) {
		in.MetadataDirective, in.Metadata = "REPLACE", map[string]string{"new": "1"}
		in.TaggingDirective, in.Tagging = "REPLACE", aws.String("z=3")
	}))
	h, err := head(t, c, "copy")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"new": "1"}, h.Metadata)
	assert.Equal(t, "binary/octet-stream", *h.ContentType)
	assert.EqualValues(t, 1, *h.TagCount)

	assert.Equal(t, 400, status(copyIt(func(in *s3.CopyObjectInput) { in.MetadataDirective = "MOVE" })))
	assert.Equal(t, 400, status(copyIt(func(in *s3.CopyObjectInput) { in.TaggingDirective = "MOVE" })))
	refused(t, copyIt(func(in *s3.CopyObjectInput) { in.CopySource = aws.String("bucket/none") }), 404, "NoSuchKey", "")
	refused(t, copyIt(func(in *s3.CopyObjectInput) { in.CopySource = aws.String("bucket") }), 400, "InvalidArgument", "Invalid copy source object key")
	refused(t, copyIt(func(in *s3.CopyObjectInput) { in.CopySource = aws.String("bucket/%zz") }), 400, "InvalidArgument", "Invalid copy source encoding")
	refused(t, copyIt(func(in *s3.CopyObjectInput) { in.CopySource = aws.String("192.168.1.1/k") }), 400, "InvalidArgument", "Invalid copy source bucket name")
	refused(t, copyIt(func(in *s3.CopyObjectInput) { in.ChecksumAlgorithm = "CRC8" }), 400, "InvalidRequest", "Checksum algorithm provided is unsupported")
	_, err = put(t, c, "x", "x", func(in *s3.PutObjectInput) { in.Metadata = map[string]string{"a": strings.Repeat("x", 2100)} })
	refused(t, err, 400, "MetadataTooLarge", "")
	_, err = put(t, c, "x", "x", func(in *s3.PutObjectInput) { in.StorageClass = "COLD" })
	refused(t, err, 400, "InvalidStorageClass", "")
	_, err = put(t, c, "x", "x", func(in *s3.PutObjectInput) { in.Tagging = aws.String("a=1&a=2") })
	refused(t, err, 400, "InvalidArgument", "x-amz-tagging")
}

func TestAnswersCanBeGivenOtherHeaders(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "hello")
	_, out, err := get(t, c, "k", func(in *s3.GetObjectInput) {
		in.ResponseContentType, in.ResponseContentDisposition = aws.String("text/y"), aws.String("attachment")
	})
	require.NoError(t, err)
	assert.Equal(t, "text/y", *out.ContentType)
	assert.Equal(t, "attachment", *out.ContentDisposition)
}

func TestTagsAreSetReadAndRemoved(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "hello")
	bucket, key := aws.String("bucket"), aws.String("k")
	set := func(tags ...types.Tag) error {
		_, err := c.PutObjectTagging(bg, &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &types.Tagging{TagSet: tags}})
		return err
	}
	tag := func(k, v string) types.Tag { return types.Tag{Key: &k, Value: &v} }
	require.NoError(t, set(tag("b", "2"), tag("a", "1 + /ü")))
	got, err := c.GetObjectTagging(bg, &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	assert.Equal(t, []types.Tag{tag("a", "1 + /ü"), tag("b", "2")}, got.TagSet)
	refused(t, set(tag("a", "1"), tag("a", "2")), 400, "InvalidTag", "")
	refused(t, set(tag("", "1")), 400, "InvalidTag", "")
	var many []types.Tag
	for i := range 11 {
		many = append(many, tag(string(rune('a'+i)), ""))
	}
	refused(t, set(many...), 400, "BadRequest", "greater than 10")
	_, err = c.DeleteObjectTagging(bg, &s3.DeleteObjectTaggingInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	got, err = c.GetObjectTagging(bg, &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	assert.Empty(t, got.TagSet)
	for _, method := range []string{"GET", "DELETE"} {
		assert.Equal(t, 404, raw(t, e, method, "/bucket/none?tagging=", "", nil).StatusCode)
	}
}

func TestDeletingOneAndMany(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	for _, key := range []string{"a", "b", "c"} {
		mustPut(t, c, key, "x")
	}
	bucket := aws.String("bucket")
	for range 2 { // a missing key is no error
		_, err := c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("a")})
		require.NoError(t, err)
	}
	_, err := c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("b"), IfMatch: aws.String(`"x"`)})
	refused(t, err, 412, "PreconditionFailed", "")
	out, err := c.DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("b")}, {Key: aws.String("none")}, {Key: aws.String("c"), ETag: aws.String(`"x"`)},
	}}})
	require.NoError(t, err)
	assert.Len(t, out.Deleted, 2)
	require.Len(t, out.Errors, 1)
	assert.Equal(t, "PreconditionFailed", *out.Errors[0].Code)
	out, err = c.DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Quiet: aws.Bool(true), Objects: []types.ObjectIdentifier{{Key: aws.String("c")}}}})
	require.NoError(t, err)
	assert.Empty(t, out.Deleted)
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "POST", "/bucket?delete=", "<Delete/>", nil)).Code)
	assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "POST", "/bucket?delete=", "<Delete/>", map[string]string{"Content-Md5": md5Of("<Delete/>")})).Code)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "POST", "/bucket?delete=", "<Delete/>", map[string]string{"Content-Md5": md5Of("x")})).Code)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "POST", "/bucket?delete=", "<Delete/>", map[string]string{"X-Amz-Checksum-Crc32": "AAAAAA=="})).Code)
	full := "<Delete><Object><Key>a</Key></Object></Delete>"
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "POST", "/none?delete=", full, map[string]string{"Content-Md5": md5Of(full)})).Code)
	huge := strings.Repeat(" ", 4<<20+1)
	assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "POST", "/bucket?delete=", huge, map[string]string{"Content-Md5": md5Of(huge)})).Code)
}

func TestBucketsAreMadeListedAndRemoved(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	name := aws.String("second-bucket")
	for range 2 { // us-east-1 answers 200 to the owner who makes it again
		_, err := c.CreateBucket(bg, &s3.CreateBucketInput{Bucket: name})
		require.NoError(t, err)
	}
	all, err := c.ListBuckets(bg, &s3.ListBucketsInput{})
	require.NoError(t, err)
	require.Len(t, all.Buckets, 2)
	assert.Equal(t, "second-bucket", *all.Buckets[1].Name)
	page, err := c.ListBuckets(bg, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)})
	require.NoError(t, err)
	require.Len(t, page.Buckets, 1)
	page, err = c.ListBuckets(bg, &s3.ListBucketsInput{ContinuationToken: page.ContinuationToken, Prefix: aws.String("sec")})
	require.NoError(t, err)
	assert.Len(t, page.Buckets, 1)
	h, err := c.HeadBucket(bg, &s3.HeadBucketInput{Bucket: name})
	require.NoError(t, err)
	assert.Equal(t, "us-east-1", *h.BucketRegion)
	l, err := c.GetBucketLocation(bg, &s3.GetBucketLocationInput{Bucket: name})
	require.NoError(t, err)
	assert.Empty(t, l.LocationConstraint)
	v, err := c.GetBucketVersioning(bg, &s3.GetBucketVersioningInput{Bucket: name})
	require.NoError(t, err)
	assert.Empty(t, v.Status)
	acl, err := c.GetBucketAcl(bg, &s3.GetBucketAclInput{Bucket: name})
	require.NoError(t, err)
	assert.Equal(t, types.PermissionFullControl, acl.Grants[0].Permission)

	for _, bad := range []string{"Upper", "a", "a..b", "127.0.0.1", "-a-"} {
		assert.Equal(t, "InvalidBucketName", errorOf(t, raw(t, e, "PUT", "/"+bad, "", nil)).Code, bad)
	}
	assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "PUT", "/third", "<x", nil)).Code)
	elsewhere := "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"
	assert.Equal(t, "InvalidLocationConstraint", errorOf(t, raw(t, e, "PUT", "/third", elsewhere, nil)).Code)

	mustPut(t, c, "k", "x")
	_, err = c.DeleteBucket(bg, &s3.DeleteBucketInput{Bucket: aws.String("bucket")})
	refused(t, err, 409, "BucketNotEmpty", "")
	_, err = c.DeleteBucket(bg, &s3.DeleteBucketInput{Bucket: name})
	require.NoError(t, err)
	for _, path := range []string{"", "?location=", "?versioning=", "?acl=", "?uploads=", "?versions=", "?list-type=2"} {
		assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "GET", "/second-bucket"+path, "", nil)).Code, path)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/second-bucket", "", nil).StatusCode)
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "PUT", "/second-bucket/k", "x", nil)).Code)
	assert.Equal(t, "KeyTooLongError", errorOf(t, raw(t, e, "DELETE", "/bucket/"+strings.Repeat("k", 1025), "", nil)).Code)
	assert.Equal(t, "AccessDenied", errorOf(t, raw(t, e, "GET", "/bucket", "", map[string]string{"X-Amz-Expected-Bucket-Owner": "111111111111"})).Code)
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket", "", map[string]string{"X-Amz-Expected-Bucket-Owner": "000000000000"}).StatusCode)
	assert.Equal(t, "KeyTooLongError", errorOf(t, raw(t, e, "PUT", "/bucket/"+strings.Repeat("k", 1025), "x", nil)).Code)

	west := mock.Start(t, mock.With(func(c *mock.Config) { c.Region = "eu-west-1" }))
	resp := raw(t, west, "PUT", "/bucket", "", nil)
	assert.Equal(t, "BucketAlreadyOwnedByYou", errorOf(t, resp).Code)
	loc, err := s3Client(t, west).GetBucketLocation(bg, &s3.GetBucketLocationInput{Bucket: aws.String("bucket")})
	require.NoError(t, err)
	assert.EqualValues(t, "eu-west-1", loc.LocationConstraint)
}

func TestPresignedLinksWorkUntilTheyEnd(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "a b", "hello")
	link, err := s3.NewPresignClient(c).PresignGetObject(bg, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("a b")}, s3.WithPresignExpires(time.Minute))
	require.NoError(t, err)
	resp, err := httpClient(t, e).Get(link.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(body))

	up, err := s3.NewPresignClient(c).PresignPutObject(bg, &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("up"), ServerSideEncryption: "aws:kms", SSEKMSKeyId: aws.String("alias/demo"),
	})
	require.NoError(t, err)
	for _, withHeaders := range []bool{false, true} {
		r, err := http.NewRequest("PUT", up.URL, strings.NewReader("hello"))
		require.NoError(t, err)
		if withHeaders {
			r.Header = up.SignedHeader.Clone()
			r.Header.Del("Host")
			r.Header.Del("Content-Length")
		}
		resp, err := httpClient(t, e).Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		if withHeaders {
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, e.NamedKeys()[0].ARN, resp.Header.Get(kid))
		} else {
			assert.Equal(t, 403, resp.StatusCode, "the SSE headers are signed")
		}
	}
}

func TestWhoIsNotKnownGetsNothing(t *testing.T) {
	e := mock.Start(t)
	resp, err := httpClient(t, e).Get(e.URL + "/bucket")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 403, resp.StatusCode)
	assert.Equal(t, "AccessDenied", errorOf(t, resp).Code)
	wrong := *e
	wrong.SecretKey = "wrong"
	assert.Equal(t, "SignatureDoesNotMatch", errorOf(t, raw(t, &wrong, "GET", "/bucket", "", nil)).Code)
	wrong.AccessKey = "nobody"
	assert.Equal(t, "InvalidAccessKeyId", errorOf(t, raw(t, &wrong, "GET", "/bucket", "", nil)).Code)
	resp = raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{"X-Amz-Content-Sha256": strings.Repeat("0", 64)})
	assert.Equal(t, "XAmzContentSHA256Mismatch", errorOf(t, resp).Code)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode, "and nothing is stored")

	r, err := http.NewRequest("GET", e.URL+"/bucket", nil)
	require.NoError(t, err)
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	require.NoError(t, signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "kms", "us-east-1", time.Now()))
	resp, err = httpClient(t, e).Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, "AuthorizationHeaderMalformed", errorOf(t, resp).Code, "a signature for KMS opens no bucket")
}

func TestBucketsCanBeNamedByHost(t *testing.T) {
	e := mock.Start(t)
	mustPut(t, s3Client(t, e), "dir/k", "hello")
	r, err := http.NewRequest("GET", e.URL+"/dir/k", nil)
	require.NoError(t, err)
	r.Host = "bucket.localhost"
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	require.NoError(t, signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r, "UNSIGNED-PAYLOAD", "s3", "us-east-1", time.Now()))
	resp, err := httpClient(t, e).Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(body))
}

func TestPutTellsTheSizeOfWhatItStored(t *testing.T) {
	e := mock.Start(t)
	out := mustPut(t, s3Client(t, e), "k", "seven B")
	assert.EqualValues(t, 7, aws.ToInt64(out.Size))
}

// Clients show the name as they received it, and Go's own http.Header hides how
// it was written.
func TestMetadataIsNamedInLowerCase(t *testing.T) {
	x := &target{}
	x.fresh(t)
	defer x.close(t)
	require.Equal(t, 200, x.do(t, "PUT", "/bucket/k", "x", map[string]string{"X-Amz-Meta-Some-Note": "Kept As Is"}).Code)
	for _, method := range []string{"GET", "HEAD"} {
		assert.Equal(t, []string{"Kept As Is"}, x.do(t, method, "/bucket/k", "", nil).Header()["x-amz-meta-some-note"]) //nolint:staticcheck // not the canonical name, that is what it tests
	}
}
