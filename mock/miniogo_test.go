package mock_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	bucketsse "github.com/minio/minio-go/v7/pkg/sse"
	"github.com/minio/minio-go/v7/pkg/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// minio-go signs, chunks and encodes by code of its own: where the AWS SDK and
// the endpoint share a misunderstanding, it does not.

// payloads notes how each body was signed.
type payloads struct {
	http.RoundTripper
	mu   sync.Mutex
	seen map[string]int
}

func (p *payloads) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.seen[r.Method+" "+r.Header.Get("X-Amz-Content-Sha256")]++
	p.mu.Unlock()
	return p.RoundTripper.RoundTrip(r)
}

func minioGo(t *testing.T, e *mock.Endpoint, trailers bool) (*minio.Client, *payloads) {
	t.Helper()
	seen := &payloads{RoundTripper: httpClient(t, e).Transport, seen: map[string]int{}}
	host, _ := strings.CutPrefix(e.URL, "http://")
	host, secure := strings.CutPrefix(host, "https://")
	c, err := minio.New(host, &minio.Options{
		Creds: credentials.NewStaticV4(e.AccessKey, e.SecretKey, ""), Secure: secure, Transport: seen,
		BucketLookup: minio.BucketLookupPath, TrailingHeaders: trailers, MaxRetries: 1,
	})
	require.NoError(t, err)
	return c, seen
}

func minioRead(t *testing.T, c *minio.Client, key string, o minio.GetObjectOptions) string {
	t.Helper()
	object, err := c.GetObject(bg, "bucket", key, o)
	require.NoError(t, err)
	defer object.Close()
	all, err := io.ReadAll(object)
	require.NoError(t, err)
	return string(all)
}

// minioModes are minio-go's ways to encrypt, and what it must then be told of an
// object; read is what reading takes.
func minioModes(t *testing.T, key mock.NamedKey) map[string]struct {
	write, read encrypt.ServerSide
	told        map[string]string
} {
	t.Helper()
	byID, err := encrypt.NewSSEKMS(key.ID, nil)
	require.NoError(t, err)
	byAlias, err := encrypt.NewSSEKMS(key.Alias, map[string]string{"team": "red"})
	require.NoError(t, err)
	customer, err := encrypt.NewSSEC(bytes.Repeat([]byte{5}, 32))
	require.NoError(t, err)
	type mode = struct {
		write, read encrypt.ServerSide
		told        map[string]string
	}
	underKey := map[string]string{sse: "aws:kms", kid: key.ARN}
	return map[string]mode{
		"S3":          {encrypt.NewSSE(), nil, map[string]string{sse: "AES256"}},
		"KMS":         {byID, nil, underKey},
		"KMS-context": {byAlias, nil, underKey},
		"C":           {customer, customer, map[string]string{custAlg: "AES256", custMD5: *customerOf(5).md5}},
	}
}

func TestMinioGoSeesEveryEncryptionAndReadsItBack(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	modes := minioModes(t, e.NamedKeys()[0])
	small, large := secretText, strings.Repeat(secretText, 60) // 12 MB, sent in parts of 5 MiB
	for _, trailers := range []bool{false, true} {
		c, seen := minioGo(t, e, trailers)
		told := func(key string, read encrypt.ServerSide) minio.ObjectInfo {
			info, err := c.StatObject(bg, "bucket", key, minio.StatObjectOptions{ServerSideEncryption: read})
			require.NoError(t, err)
			return info
		}
		for name, m := range modes {
			for size, content := range map[string]string{"small": small, "large": large, "empty": ""} {
				key := fmt.Sprintf("%s/%s/ü +%v", name, size, trailers)
				up, err := c.PutObject(bg, "bucket", key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{
					ServerSideEncryption: m.write, PartSize: 5 << 20, ContentType: "text/x-canary", UserMetadata: map[string]string{"note": "kept"},
					UserTags: map[string]string{"a": "b c"},
				})
				require.NoError(t, err, key)
				info := told(key, m.read)
				assert.Equal(t, m.told, sseHeaders(info.Metadata), key)
				assert.Equal(t, up.ETag, info.ETag)
				assert.EqualValues(t, len(content), info.Size)
				assert.Equal(t, "text/x-canary", info.ContentType)
				assert.Equal(t, "kept", info.UserMetadata["Note"])
				assert.Equal(t, 1, info.UserTagCount)
				assert.True(t, content == minioRead(t, c, key, minio.GetObjectOptions{ServerSideEncryption: m.read}), key)
				if size == "empty" {
					continue
				}
				for _, r := range [][2]int64{{0, 0}, {65535, 65536}, {100, 200_000}, {int64(len(content)) - 1, 0}, {0, -7}} {
					o := minio.GetObjectOptions{ServerSideEncryption: m.read}
					want := content[max(0, r[0]):]
					if r[1] > 0 || r[0] == 0 && r[1] == 0 {
						want = content[r[0] : r[1]+1]
					}
					if r[1] < 0 {
						want = content[int64(len(content))+r[1]:]
					}
					require.NoError(t, o.SetRange(r[0], r[1]))
					assert.True(t, want == minioRead(t, c, key, o), "%s %v", key, r)
				}
				object, err := c.GetObject(bg, "bucket", key, minio.GetObjectOptions{ServerSideEncryption: m.read})
				require.NoError(t, err)
				piece := make([]byte, 1000)
				_, err = object.ReadAt(piece, int64(len(content))-150_000)
				require.NoError(t, err)
				assert.Equal(t, content[len(content)-150_000:][:1000], string(piece))
				require.NoError(t, object.Close())
				if m.read != nil {
					_, err = c.StatObject(bg, "bucket", key, minio.StatObjectOptions{})
					assert.Equal(t, 400, minio.ToErrorResponse(err).StatusCode, "without the key")
					object, err = c.GetObject(bg, "bucket", key, minio.GetObjectOptions{})
					require.NoError(t, err)
					all, err := io.ReadAll(object)
					assert.Empty(t, all)
					assert.Equal(t, "InvalidRequest", minio.ToErrorResponse(err).Code)
				}
			}
		}
		for from, source := range modes {
			for to, m := range modes {
				key := from + " to " + to
				_, err := c.CopyObject(bg, minio.CopyDestOptions{Bucket: "bucket", Object: key, Encryption: m.write},
					minio.CopySrcOptions{Bucket: "bucket", Object: fmt.Sprintf("%s/small/ü +%v", from, trailers), Encryption: source.read})
				require.NoError(t, err, key)
				assert.Equal(t, m.told, sseHeaders(told(key, m.read).Metadata), key)
				assert.True(t, small == minioRead(t, c, key, minio.GetObjectOptions{ServerSideEncryption: m.read}), key)
				_, err = c.ComposeObject(bg, minio.CopyDestOptions{Bucket: "bucket", Object: key, Encryption: m.write},
					minio.CopySrcOptions{Bucket: "bucket", Object: fmt.Sprintf("%s/large/ü +%v", from, trailers), Encryption: source.read, MatchRange: true, Start: 7, End: 6_000_000},
					minio.CopySrcOptions{Bucket: "bucket", Object: fmt.Sprintf("%s/small/ü +%v", from, trailers), Encryption: source.read})
				require.NoError(t, err, key)
				assert.Equal(t, m.told, sseHeaders(told(key, m.read).Metadata), key)
				assert.True(t, large[7:6_000_001]+small == minioRead(t, c, key, minio.GetObjectOptions{ServerSideEncryption: m.read}), key)
			}
		}
		if trailers {
			assert.NotZero(t, seen.seen["PUT STREAMING-UNSIGNED-PAYLOAD-TRAILER"], "%v", seen.seen)
		} else {
			assert.NotZero(t, seen.seen["PUT UNSIGNED-PAYLOAD"], "%v", seen.seen)
		}
	}
	assert.False(t, holds(t, dir, "canary jumps over"), "the plaintext is nowhere")
	assert.False(t, holds(t, dir, strings.Repeat("\x05", 32)), "nor is the customer's key")
}

func TestMinioGosSignedChunksArrive(t *testing.T) {
	e := mock.Start(t, mock.OverPlainHTTP())
	for trailers, kind := range map[bool]string{false: "PUT STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true: "PUT STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"} {
		c, seen := minioGo(t, e, trailers)
		for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 300_001, 11 << 20} {
			content := text("chunks", size)
			o := minio.PutObjectOptions{PartSize: 5 << 20}
			if trailers {
				o.Checksum = minio.ChecksumSHA256
			}
			_, err := c.PutObject(bg, "bucket", "k", strings.NewReader(content), int64(size), o)
			require.NoError(t, err, "%d bytes, trailers: %v", size, trailers)
			assert.True(t, content == minioRead(t, c, "k", minio.GetObjectOptions{}), "%d bytes, trailers: %v", size, trailers)
			info, err := c.StatObject(bg, "bucket", "k", minio.StatObjectOptions{Checksum: true})
			require.NoError(t, err)
			assert.Equal(t, trailers && size > 0, info.ChecksumSHA256 != "", "%d bytes: the checksum of the trailer is kept", size)
		}
		assert.NotZero(t, seen.seen[kind], "%v", seen.seen)
	}
}

func TestMinioGoListsAndPresignsAndRemoves(t *testing.T) {
	e := mock.Start(t)
	c, _ := minioGo(t, e, false)
	names := []string{"a b", "a+b", "a/1", "a/2", "ü<&>", "z\x01"}
	for _, key := range names {
		_, err := c.PutObject(bg, "bucket", key, strings.NewReader(key), int64(len(key)), minio.PutObjectOptions{})
		require.NoError(t, err)
	}
	list := func(o minio.ListObjectsOptions) (found []string) {
		for o := range c.ListObjects(bg, "bucket", o) {
			require.NoError(t, o.Err)
			found = append(found, o.Key)
		}
		return found
	}
	folded := []string{"a b", "a+b", "a/", "ü<&>", "z\x01"}
	for how, o := range map[string]minio.ListObjectsOptions{"v2": {MaxKeys: 2}, "v1": {MaxKeys: 2, UseV1: true}, "versions": {WithVersions: true, MaxKeys: 2}} {
		o.Recursive = true
		assert.ElementsMatch(t, names, list(o), how)
		o.Recursive = false
		assert.ElementsMatch(t, folded, list(o), how)
		o.Prefix = "a/"
		assert.Equal(t, []string{"a/1", "a/2"}, list(o), how)
	}

	plain := httpClient(t, e)
	u, err := c.PresignedGetObject(bg, "bucket", "a b", time.Minute, nil)
	require.NoError(t, err)
	resp, err := plain.Get(u.String())
	require.NoError(t, err)
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "a b", string(all))
	u, err = c.PresignedPutObject(bg, "bucket", "presigned", time.Minute)
	require.NoError(t, err)
	r, err := http.NewRequest("PUT", u.String(), strings.NewReader("by url"))
	require.NoError(t, err)
	put, err := plain.Do(r)
	require.NoError(t, err)
	defer put.Body.Close()
	assert.Equal(t, 200, put.StatusCode)
	assert.Equal(t, "by url", minioRead(t, c, "presigned", minio.GetObjectOptions{}))

	policy := minio.NewPostPolicy()
	require.NoError(t, policy.SetBucket("bucket"))
	require.NoError(t, policy.SetKey("by form"))
	require.NoError(t, policy.SetExpires(time.Now().Add(time.Minute)))
	// Not SetEncryption: it adds a field which the policy does not speak of, and S3 refuses such forms.
	_, fields, err := c.PresignedPostPolicy(bg, policy)
	require.NoError(t, err)
	form := sendForm(t, plain, e, fields, "form")
	defer form.Body.Close()
	assert.Equal(t, 204, form.StatusCode)
	assert.Equal(t, "form", minioRead(t, c, "by form", minio.GetObjectOptions{}))

	wanted, err := tags.MapToObjectTags(map[string]string{"k": "v + w"})
	require.NoError(t, err)
	require.NoError(t, c.PutObjectTagging(bg, "bucket", "a b", wanted, minio.PutObjectTaggingOptions{}))
	got, err := c.GetObjectTagging(bg, "bucket", "a b", minio.GetObjectTaggingOptions{})
	require.NoError(t, err)
	assert.Equal(t, wanted.ToMap(), got.ToMap())
	require.NoError(t, c.RemoveObjectTagging(bg, "bucket", "a b", minio.RemoveObjectTaggingOptions{}))

	core := minio.Core{Client: c}
	_, err = core.NewMultipartUpload(bg, "bucket", "open", minio.PutObjectOptions{})
	require.NoError(t, err)
	var open []string
	for u := range c.ListIncompleteUploads(bg, "bucket", "", true) {
		require.NoError(t, u.Err)
		open = append(open, u.Key)
	}
	assert.Equal(t, []string{"open"}, open)
	require.NoError(t, c.RemoveIncompleteUpload(bg, "bucket", "open"))

	doomed := make(chan minio.ObjectInfo)
	go func() {
		defer close(doomed)
		for _, key := range slices.Concat(names, []string{"presigned", "by form"}) {
			doomed <- minio.ObjectInfo{Key: key}
		}
	}()
	for failed := range c.RemoveObjects(bg, "bucket", doomed, minio.RemoveObjectsOptions{}) {
		require.NoError(t, failed.Err, failed.ObjectName)
	}
	assert.Empty(t, list(minio.ListObjectsOptions{Recursive: true}))
	require.NoError(t, c.RemoveBucket(bg, "bucket"))
	exists, err := c.BucketExists(bg, "bucket")
	require.NoError(t, err)
	assert.False(t, exists)
}

func TestMinioGoSetsABucketsEncryption(t *testing.T) {
	e := mock.Start(t)
	c, _ := minioGo(t, e, false)
	key := e.NamedKeys()[0]
	require.NoError(t, c.SetBucketEncryption(bg, "bucket", bucketsse.NewConfigurationSSEKMS(key.ARN)))
	got, err := c.GetBucketEncryption(bg, "bucket")
	require.NoError(t, err)
	require.Len(t, got.Rules, 1)
	assert.Equal(t, "aws:kms", got.Rules[0].Apply.SSEAlgorithm)
	assert.Equal(t, key.ARN, got.Rules[0].Apply.KmsMasterKeyID)
	_, err = c.PutObject(bg, "bucket", "k", strings.NewReader("x"), 1, minio.PutObjectOptions{})
	require.NoError(t, err)
	info, err := c.StatObject(bg, "bucket", "k", minio.StatObjectOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{sse: "aws:kms", kid: key.ARN}, sseHeaders(info.Metadata))
	require.NoError(t, c.RemoveBucketEncryption(bg, "bucket"))
	_, err = c.PutObject(bg, "bucket", "k", strings.NewReader("x"), 1, minio.PutObjectOptions{})
	require.NoError(t, err)
	info, err = c.StatObject(bg, "bucket", "k", minio.StatObjectOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{sse}, slices.Collect(maps.Keys(sseHeaders(info.Metadata))))
}
