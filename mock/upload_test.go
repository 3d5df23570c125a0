package mock_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

func smallParts(c *mock.Config) { c.MinPartSize = -1 }

func sum(a sigv4.Algorithm, body string) string {
	h := a.New()
	h.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestAnUploadInPartsComesBackWhole(t *testing.T) {
	e := mock.Start(t, mock.With(smallParts))
	c := s3Client(t, e)
	bucket, key := aws.String("bucket"), aws.String("big")
	u, err := c.CreateMultipartUpload(bg, &s3.CreateMultipartUploadInput{
		Bucket: bucket, Key: key, ServerSideEncryption: "aws:kms", SSEKMSKeyId: aws.String("alias/demo"), Metadata: map[string]string{"a": "b"},
	})
	require.NoError(t, err)
	bodies := []string{strings.Repeat("1", 70_000), strings.Repeat("2", 65_536), "end"}
	var done types.CompletedMultipartUpload
	for i, body := range bodies {
		n := int32(i + 1)
		p, err := c.UploadPart(bg, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: u.UploadId, PartNumber: &n, Body: strings.NewReader(body)})
		require.NoError(t, err)
		assert.Equal(t, sum(sigv4.CRC32, body), *p.ChecksumCRC32)
		done.Parts = append(done.Parts, types.CompletedPart{PartNumber: &n, ETag: p.ETag})
	}
	listed, err := c.ListParts(bg, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: u.UploadId, MaxParts: aws.Int32(2)})
	require.NoError(t, err)
	assert.Len(t, listed.Parts, 2)
	assert.Equal(t, "2", *listed.NextPartNumberMarker)
	listed, err = c.ListParts(bg, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: u.UploadId, PartNumberMarker: listed.NextPartNumberMarker})
	require.NoError(t, err)
	require.Len(t, listed.Parts, 1)
	assert.Equal(t, done.Parts[2].ETag, listed.Parts[0].ETag)

	out, err := c.CompleteMultipartUpload(bg, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: u.UploadId, MultipartUpload: &done, MpuObjectSize: aws.Int64(135_539),
		ChecksumCRC64NVME: aws.String(sum(sigv4.CRC64NVME, strings.Join(bodies, ""))),
	})
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(*out.ETag, `-3"`))
	assert.Equal(t, types.ChecksumTypeFullObject, out.ChecksumType)
	body, got, err := get(t, c, "big", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	require.NoError(t, err)
	assert.True(t, strings.Join(bodies, "") == body)
	assert.Equal(t, sum(sigv4.CRC64NVME, body), *got.ChecksumCRC64NVME)
	assert.Equal(t, map[string]string{"a": "b"}, got.Metadata)
	for i, want := range bodies {
		part, got, err := get(t, c, "big", func(in *s3.GetObjectInput) { in.PartNumber = aws.Int32(int32(i + 1)) })
		require.NoError(t, err)
		assert.True(t, want == part)
		assert.EqualValues(t, 3, *got.PartsCount)
	}
	assert.Equal(t, "InvalidPartNumber", errorOf(t, raw(t, e, "GET", "/bucket/big?partNumber=4", "", nil)).Code)
	assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "GET", "/bucket/big?partNumber=0", "", nil)).Code)
	assert.Equal(t, 206, raw(t, e, "HEAD", "/bucket/big?partNumber=1", "", nil).StatusCode)
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "GET", "/bucket/big?partNumber=1", "", map[string]string{"Range": "bytes=0-1"})).Code)
	_, err = c.ListParts(bg, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: u.UploadId})
	refused(t, err, 404, "NoSuchUpload", "")
}

func TestChecksumsOfTheWholeAreMadeOfTheParts(t *testing.T) {
	e := mock.Start(t, mock.With(smallParts))
	bodies := []string{"hello ", "encrypted ", "world"}
	whole := strings.Join(bodies, "")
	for _, c := range []struct {
		algorithm sigv4.Algorithm
		kind      string
	}{
		{sigv4.CRC32, "FULL_OBJECT"},
		{sigv4.CRC32C, "FULL_OBJECT"},
		{sigv4.CRC64NVME, "FULL_OBJECT"},
		{sigv4.CRC64NVME, ""},
		{sigv4.CRC32, ""},
		{sigv4.CRC32C, "COMPOSITE"},
		{sigv4.SHA1, ""},
		{sigv4.SHA256, "COMPOSITE"},
	} {
		t.Run(string(c.algorithm)+c.kind, func(t *testing.T) {
			header := map[string]string{"X-Amz-Checksum-Algorithm": string(c.algorithm)}
			if c.kind != "" {
				header["X-Amz-Checksum-Type"] = c.kind
			}
			id := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", header))
			var list, joined string
			for i, body := range bodies {
				resp := raw(t, e, "PUT", fmt.Sprintf("/bucket/k?partNumber=%d&uploadId=%s", i+1, id), body, map[string]string{c.algorithm.Header(): sum(c.algorithm, body)})
				require.Equal(t, 200, resp.StatusCode)
				list += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag><Checksum%s>%s</Checksum%[3]s></Part>", i+1, resp.Header.Get("Etag"), c.algorithm, sum(c.algorithm, body))
				rawSum, err := base64.StdEncoding.DecodeString(sum(c.algorithm, body))
				require.NoError(t, err)
				joined += string(rawSum)
			}
			want, kind := sum(c.algorithm, whole), "FULL_OBJECT"
			if c.algorithm != sigv4.CRC64NVME && c.kind != "FULL_OBJECT" {
				want, kind = sum(c.algorithm, joined)+"-3", "COMPOSITE"
			}
			complete := func(header map[string]string) string {
				resp := raw(t, e, "POST", "/bucket/k?uploadId="+id, "<CompleteMultipartUpload>"+list+"</CompleteMultipartUpload>", header)
				if resp.StatusCode == 200 {
					return ""
				}
				return errorOf(t, resp).Code
			}
			assert.Equal(t, "BadDigest", complete(map[string]string{c.algorithm.Header(): sum(c.algorithm, "other")}))
			assert.Equal(t, "InvalidRequest", complete(map[string]string{sigv4.SHA512.Header(): sum(sigv4.SHA512, whole)}))
			assert.Equal(t, "InvalidRequest", complete(map[string]string{"X-Amz-Mp-Object-Size": "1"}))
			assert.Equal(t, "InvalidRequest", complete(map[string]string{"X-Amz-Checksum-Type": "NONE"}))
			assert.Equal(t, "InvalidRequest", complete(map[string]string{c.algorithm.Header(): "x"}))
			if kind == "COMPOSITE" {
				parts := list
				list = regexp.MustCompile("<Checksum.*?</Checksum[^>]*>").ReplaceAllString(list, "")
				require.NotEqual(t, parts, list)
				assert.Equal(t, "InvalidRequest", complete(nil), "each part's checksum must be named")
				list = parts
			}
			require.Equal(t, "", complete(map[string]string{c.algorithm.Header(): want}))
			resp := raw(t, e, "HEAD", "/bucket/k", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"})
			assert.Equal(t, want, resp.Header.Get(c.algorithm.Header()))
			assert.Equal(t, kind, resp.Header.Get("X-Amz-Checksum-Type"))
		})
	}
}

func TestWrongUploadsAreRefused(t *testing.T) {
	e := mock.Start(t)
	create := func(header map[string]string) string {
		return uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", header))
	}
	for _, header := range []map[string]string{
		{"X-Amz-Checksum-Algorithm": "MD6"},
		{"X-Amz-Checksum-Type": "FULL_OBJECT"},
		{"X-Amz-Checksum-Algorithm": "SHA256", "X-Amz-Checksum-Type": "FULL_OBJECT"},
		{"X-Amz-Checksum-Algorithm": "CRC64NVME", "X-Amz-Checksum-Type": "COMPOSITE"},
		{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Type": "X"},
	} {
		assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "POST", "/bucket/k?uploads=", "", header)).Code, header)
	}
	id := create(nil)
	for _, n := range []string{"0", "10001", "x", ""} {
		assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "PUT", "/bucket/k?partNumber="+n+"&uploadId="+id, "x", nil)).Code, n)
	}
	assert.Equal(t, "NoSuchUpload", errorOf(t, raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId=none", "x", nil)).Code)
	assert.Equal(t, "NoSuchUpload", errorOf(t, raw(t, e, "DELETE", "/bucket/k?uploadId=none", "", nil)).Code)
	assert.Equal(t, "NoSuchUpload", errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId=none", completion(`"x"`), nil)).Code)
	one := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "x", nil).Header.Get("Etag")
	two := raw(t, e, "PUT", "/bucket/k?partNumber=2&uploadId="+id, "y", nil).Header.Get("Etag")
	for code, body := range map[string]string{
		"InvalidArgument": "<CompleteMultipartUpload><Part><PartNumber>0</PartNumber><ETag>" + one + "</ETag></Part></CompleteMultipartUpload>",
		"MalformedXML":    "<x/>", "InvalidPart": completion(`"0123456789abcdef0123456789abcdef"`), "EntityTooSmall": completion(one, two),
		"InvalidPartOrder": "<CompleteMultipartUpload><Part><PartNumber>2</PartNumber><ETag>" + two + "</ETag></Part><Part><PartNumber>1</PartNumber><ETag>" + one + "</ETag></Part></CompleteMultipartUpload>",
	} {
		assert.Equal(t, code, errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId="+id, body, nil)).Code)
	}
	for _, body := range []string{completion(), completion("")} {
		assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId="+id, body, nil)).Code)
	}
	wrongSum := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + one + "</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME></Part></CompleteMultipartUpload>"
	assert.Equal(t, "InvalidPart", errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId="+id, wrongSum, nil)).Code)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
	assert.Equal(t, 200, raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(one), nil).StatusCode, "a subset is allowed")

	again := create(map[string]string{"X-Amz-Checksum-Algorithm": "SHA256"})
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+again, "x", map[string]string{"X-Amz-Checksum-Crc32": sum(sigv4.CRC32, "x")})).Code)
	assert.Contains(t, errorOf(t, raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+again, "x", nil)).Message, "actual checksum Type: null")
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+again, "x", map[string]string{"X-Amz-Checksum-Md6": "x"})).Code)
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "PUT", "/none/k?partNumber=1&uploadId="+again, "x", nil)).Code)
	etag := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+again, "x", map[string]string{"X-Amz-Checksum-Sha256": sum(sigv4.SHA256, "x")}).Header.Get("Etag")
	summed := strings.Replace(completion(etag), "</ETag>", "</ETag><ChecksumSHA256>"+sum(sigv4.SHA256, "x")+"</ChecksumSHA256>", 1)
	resp := raw(t, e, "POST", "/bucket/k?uploadId="+again, summed, map[string]string{"If-None-Match": "*"})
	assert.Equal(t, "If-None-Match", errorOf(t, resp).Condition)
	assert.Equal(t, 204, raw(t, e, "DELETE", "/bucket/k?uploadId="+again, "", nil).StatusCode)
	for _, query := range []string{"max-parts=x", "part-number-marker=x"} {
		assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "GET", "/bucket/k?uploadId="+again+"&"+query, "", nil)).Code)
	}
}

func TestPartsAreCopiedFromRanges(t *testing.T) {
	e := mock.Start(t, mock.With(smallParts))
	c := s3Client(t, e)
	mustPut(t, c, "source", "0123456789")
	id := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", nil))
	var etags []string
	for n, r := range []string{"bytes=0-4", "bytes=5-9"} {
		resp := raw(t, e, "PUT", fmt.Sprintf("/bucket/k?partNumber=%d&uploadId=%s", n+1, id), "", map[string]string{"X-Amz-Copy-Source": "bucket/source", "X-Amz-Copy-Source-Range": r})
		var doc struct{ ETag string }
		decode(t, resp, &doc)
		etags = append(etags, doc.ETag)
	}
	for _, r := range []string{"bytes=5-10", "bytes=10-11", "bytes=-5", "bytes=5-", "x"} {
		resp := raw(t, e, "PUT", "/bucket/k?partNumber=3&uploadId="+id, "", map[string]string{"X-Amz-Copy-Source": "bucket/source", "X-Amz-Copy-Source-Range": r})
		assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code, r)
	}
	require.Equal(t, 200, raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(etags...), nil).StatusCode)
	body, _, err := get(t, c, "k")
	require.NoError(t, err)
	assert.Equal(t, "0123456789", body)
}

func TestChecksumsAreComparedKeptAndTold(t *testing.T) {
	e := mock.Start(t)
	for _, a := range sigv4.Algorithms() {
		resp := raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{a.Header(): sum(a, "hello")})
		require.Equal(t, 200, resp.StatusCode, a)
		assert.Equal(t, sum(a, "hello"), resp.Header.Get(a.Header()))
		resp = raw(t, e, "HEAD", "/bucket/k", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"})
		assert.Equal(t, sum(a, "hello"), resp.Header.Get(a.Header()))
		assert.Equal(t, "FULL_OBJECT", resp.Header.Get("X-Amz-Checksum-Type"))
		assert.Empty(t, raw(t, e, "HEAD", "/bucket/k", "", nil).Header.Get(a.Header()), "only when asked")
		ranged := raw(t, e, "GET", "/bucket/k", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED", "Range": "bytes=0-1"})
		assert.Empty(t, ranged.Header.Get(a.Header()), "not of a piece")

		resp = raw(t, e, "PUT", "/bucket/bad", "hello", map[string]string{a.Header(): sum(a, "hellO")})
		assert.Equal(t, "BadDigest", errorOf(t, resp).Code)
		assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/bucket/bad", "hello", map[string]string{a.Header(): "x"})).Code)
	}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	resp := raw(t, e, "GET", "/bucket/k", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"})
	assert.Equal(t, sum(sigv4.CRC64NVME, "hello"), resp.Header.Get(sigv4.CRC64NVME.Header()), "S3's own where the client sent none")

	copied := raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "bucket/k", "X-Amz-Checksum-Algorithm": "SHA256"})
	var doc struct{ ChecksumSHA256 string }
	decode(t, copied, &doc)
	assert.Equal(t, sum(sigv4.SHA256, "hello"), doc.ChecksumSHA256)
	again := raw(t, e, "PUT", "/bucket/copy2", "", map[string]string{"X-Amz-Copy-Source": "bucket/copy"})
	decode(t, again, &doc)
	assert.Equal(t, sum(sigv4.SHA256, "hello"), doc.ChecksumSHA256, "a copy keeps the algorithm of its source")

	for name, header := range map[string]map[string]string{
		"two":         {"X-Amz-Checksum-Crc32": sum(sigv4.CRC32, "hello"), "X-Amz-Checksum-Sha1": sum(sigv4.SHA1, "hello")},
		"named, none": {"X-Amz-Sdk-Checksum-Algorithm": "CRC32"},
		"named other": {"X-Amz-Sdk-Checksum-Algorithm": "SHA1", "X-Amz-Checksum-Crc32": sum(sigv4.CRC32, "hello")},
	} {
		assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/bucket/bad", "hello", header)).Code, name)
	}
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "bucket/k", "X-Amz-Checksum-Algorithm": "MD6"})).Code)
	assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{"Content-Md5": md5Of("hello")}).StatusCode)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", "/bucket/bad", "hello", map[string]string{"Content-Md5": md5Of("x")})).Code)
	assert.Equal(t, "InvalidDigest", errorOf(t, raw(t, e, "PUT", "/bucket/bad", "hello", map[string]string{"Content-Md5": "x"})).Code)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/bad", "", nil).StatusCode, "nothing of it is stored")
}

func TestEveryChecksumOfTheSDKIsJudgedAndKept(t *testing.T) {
	e := mock.Start(t)
	for _, a := range sigv4.Algorithms() {
		name := string(a)
		sum := sum(a, "test data")
		key := "/bucket/" + name
		require.Equal(t, 200, raw(t, e, "PUT", key, "test data", map[string]string{a.Header(): sum}).StatusCode, name)
		resp := raw(t, e, "HEAD", key, "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"})
		assert.Equal(t, sum, resp.Header.Get(a.Header()))
		assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", key+"-other", "other data", map[string]string{a.Header(): sum})).Code, name)
		for _, bad := range []string{"", "x", "AAAA"} {
			got := errorOf(t, raw(t, e, "PUT", key+"-other", "test data", map[string]string{a.Header(): bad}))
			assert.Equal(t, "Value for "+a.Header()+" header is invalid.", got.Message)
		}
		assert.Equal(t, 404, raw(t, e, "HEAD", key+"-other", "", nil).StatusCode, "nothing is stored")
	}
}

func TestACompletionSaysOneWellFormedChecksumOfEachPartAndOfTheWhole(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	up, err := c.CreateMultipartUpload(bg, &s3.CreateMultipartUploadInput{
		Bucket: aws.String("bucket"), Key: aws.String("k"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32c, ChecksumType: types.ChecksumTypeFullObject,
	})
	require.NoError(t, err)
	part, err := c.UploadPart(bg, &s3.UploadPartInput{
		Bucket: aws.String("bucket"), Key: aws.String("k"), UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("x"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32c,
	})
	require.NoError(t, err)
	const sha256Of = "n2alat9FhKiZXkZO18V2LLcZFM3IT8R7DjSMvK//7WU="
	complete := func(more string, header map[string]string) *http.Response {
		doc := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + *part.ETag + "</ETag>" + more + "</Part></CompleteMultipartUpload>"
		return raw(t, e, "POST", "/bucket/k?uploadId="+*up.UploadId, doc, header)
	}
	for name, row := range map[string]struct {
		more          string
		header        map[string]string
		code, message string
	}{
		"no base64":            {"<ChecksumCRC32C>?</ChecksumCRC32C>", nil, "InvalidArgument", "Invalid Base64 or multiple checksums present in request"},
		"two of a part":        {"<ChecksumCRC32C>" + *part.ChecksumCRC32C + "</ChecksumCRC32C><ChecksumSHA256>" + sha256Of + "</ChecksumSHA256>", nil, "InvalidArgument", "multiple checksums"},
		"another algorithm":    {"<ChecksumSHA256>" + sha256Of + "</ChecksumSHA256>", nil, "BadDigest", "The sha256 you specified for part 1 did not match what we received."},
		"another value":        {"<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>", nil, "InvalidPart", ""},
		"two of the whole":     {"", map[string]string{"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="}, "InvalidRequest", "Expecting a single x-amz-checksum- header."},
		"half a number":        {"", map[string]string{"x-amz-checksum-crc32c": "AAAAAA==-1a"}, "InvalidRequest", "Value for x-amz-checksum-crc32c header is invalid."},
		"a kind there is not":  {"", map[string]string{"x-amz-checksum-type": "HALF"}, "InvalidRequest", "Value for x-amz-checksum-type header is invalid."},
		"a size below nothing": {"", map[string]string{"x-amz-mp-object-size": "-1"}, "InvalidRequest", "less than zero: '-1'"},
		"a size in words":      {"", map[string]string{"x-amz-mp-object-size": "one"}, "InvalidRequest", "header is invalid: 'one'"},
	} {
		got := errorOf(t, complete(row.more, row.header))
		assert.Equal(t, row.code, got.Code, name)
		assert.Contains(t, got.Message, row.message, name)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
	assert.Equal(t, 200, complete("<ChecksumCRC32C>"+*part.ChecksumCRC32C+"</ChecksumCRC32C>", nil).StatusCode)
}
