package store_test

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

func TestEverythingSaidOfAnObjectIsKept(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("x", 3600))
	s := openStore(t, store.Options{Now: func() time.Time { return at }})
	req := store.PutRequest{
		Bucket: "b", Key: "k", Body: strings.NewReader("hello"), Size: 5,
		Headers:      map[string]string{"Content-Type": "text/plain", "Cache-Control": "no-store"},
		UserMetadata: map[string]string{"color": "blue"},
		Tags:         map[string]string{"t": "1"},
		Verify: func() (store.Checksums, error) {
			return store.Checksums{Values: map[string]string{"CRC32": "abcd"}, Type: "FULL_OBJECT"}, nil
		},
	}
	_, err := s.Put(t.Context(), req)
	require.NoError(t, err)
	got, err := s.Stat(t.Context(), "b", "k", "null")
	require.NoError(t, err)
	sum := md5.Sum([]byte("hello"))
	crc := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte("hello")))
	assert.Equal(t, store.Object{
		Bucket: "b", Key: "k", VersionID: "null", Size: 5, ETag: hex.EncodeToString(sum[:]),
		Modified: time.Date(2026, 1, 2, 2, 4, 5, 678_000_000, time.UTC),
		Headers:  req.Headers, UserMetadata: req.UserMetadata, Tags: req.Tags,
		Checksums: store.Checksums{Values: map[string]string{"CRC32": "abcd"}, Type: "FULL_OBJECT"},
		CRC64NVME: base64.StdEncoding.EncodeToString(crc),
	}, got)

	_, err = s.SetTags(t.Context(), "b", "k", "", map[string]string{"u": "2"})
	require.NoError(t, err)
	tagged, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"u": "2"}, tagged.Tags)
	_, err = s.SetTags(t.Context(), "b", "none", "", nil)
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	content, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "hello", string(content))
}

func TestOnlyOpenlyDigestedModesHaveAnMD5ForETag(t *testing.T) {
	s := openStore(t, store.Options{})
	sum := md5.Sum([]byte("same"))
	for name, how := range modes(t) {
		first, second := putObject(t, s, "k", []byte("same"), how), putObject(t, s, "k", []byte("same"), how)
		if how.Mode == store.Plain || how.Mode == store.SSES3 {
			assert.Equal(t, hex.EncodeToString(sum[:]), first.ETag, name)
			assert.Equal(t, first.ETag, second.ETag, name)
		} else {
			assert.Regexp(t, "^[0-9a-f]{32}$", first.ETag, name)
			assert.NotEqual(t, hex.EncodeToString(sum[:]), first.ETag, name)
			assert.NotEqual(t, first.ETag, second.ETag, name)
		}
	}
}

func TestEveryModeHasAnMD5ForETagWhereThatIsAskedFor(t *testing.T) {
	s := openStore(t, store.Options{MD5ETags: true})
	sum := md5.Sum([]byte("same"))
	for name, how := range modes(t) {
		assert.Equal(t, hex.EncodeToString(sum[:]), putObject(t, s, "k", []byte("same"), how).ETag, name)
	}
}

func TestTheEncryptionIsKeptAsItWasResolved(t *testing.T) {
	s := openStore(t, store.Options{})
	all := modes(t)
	assert.Equal(t, store.Encryption{}, putObject(t, s, "k", nil, all["plain"]).Encryption)
	assert.Equal(t, store.Encryption{Mode: store.SSES3}, putObject(t, s, "k", nil, all["SSE-S3"]).Encryption)
	assert.Equal(t, store.Encryption{
		Mode: store.SSEKMS, KeyID: keyARN,
		Context: map[string]string{"team": "blue", "aws:s3:arn": "arn:aws:s3:::b/k"},
	}, putObject(t, s, "k", nil, all["SSE-KMS"]).Encryption)
	assert.Equal(t, store.Encryption{
		Mode: store.SSEKMS, KeyID: keyARN, BucketKey: true,
		Context: map[string]string{"aws:s3:arn": "arn:aws:s3:::b"},
	}, putObject(t, s, "k", nil, all["bucket key"]).Encryption)
	assert.Equal(t, store.Encryption{
		Mode: store.SSEC, CustomerKeyMD5: all["SSE-C"].Customer.MD5(),
	}, putObject(t, s, "k", nil, all["SSE-C"]).Encryption)
}

func TestASealingThatMakesNoSenseIsRefused(t *testing.T) {
	s := openStore(t, store.Options{})
	c := customer(t, 1)
	for _, how := range []store.Sealing{
		{Mode: store.SSEKMS},
		{Mode: store.DSSEKMS},
		{Mode: store.SSEKMS, KeyID: "unknown"},
		{Mode: store.SSEC},
		{Mode: store.SSES3, Customer: c},
		{Customer: c},
		{Mode: store.DSSEKMS, KeyID: keyARN, BucketKey: true},
		{Mode: "ROT13"},
	} {
		_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: strings.NewReader("x"), Size: 1, Sealing: how})
		require.Error(t, err, "%+v", how)
		_, err = s.Stat(t.Context(), "b", "k", "")
		require.ErrorIs(t, err, store.ErrNoSuchKey)
	}
	assert.Empty(t, bodies(t, s))
}

func TestABodyThatIsNotAsAnnouncedLeavesNothing(t *testing.T) {
	errBroken := errors.New("connection broken")
	errRefused := errors.New("checksum differs")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	wrong := md5.Sum([]byte("other"))
	for name, c := range map[string]struct {
		ctx  context.Context
		req  store.PutRequest
		want error
	}{
		"short":         {req: store.PutRequest{Body: strings.NewReader("1234"), Size: 5}, want: store.ErrIncompleteBody},
		"long":          {req: store.PutRequest{Body: strings.NewReader("123456"), Size: 5}, want: store.ErrIncompleteBody},
		"long unending": {req: store.PutRequest{Body: &endless{}, Size: 5}, want: store.ErrIncompleteBody},
		"broken":        {req: store.PutRequest{Body: io.MultiReader(strings.NewReader("1"), iotest.ErrReader(errBroken)), Size: -1}, want: errBroken},
		"cut":           {req: store.PutRequest{Body: iotest.ErrReader(io.ErrUnexpectedEOF), Size: -1}, want: io.ErrUnexpectedEOF},
		"digest":        {req: store.PutRequest{Body: strings.NewReader("12345"), Size: 5, MD5: wrong[:]}, want: store.ErrBadDigest},
		"cancelled":     {ctx: cancelled, req: store.PutRequest{Body: strings.NewReader("12345"), Size: 5}, want: context.Canceled},
		"refused": {req: store.PutRequest{
			Body: strings.NewReader("12345"), Size: 5,
			Verify: func() (store.Checksums, error) { return store.Checksums{}, errRefused },
		}, want: errRefused},
	} {
		for mode, how := range modes(t) {
			t.Run(name+" "+mode, func(t *testing.T) {
				s := openStore(t, store.Options{})
				putObject(t, s, "k", []byte("old"), store.Sealing{})
				old := bodies(t, s)
				ctx := c.ctx
				if ctx == nil {
					ctx = t.Context()
				}
				c.req.Bucket, c.req.Key, c.req.Sealing = "b", "k", how
				if r, ok := c.req.Body.(io.Seeker); ok {
					_, err := r.Seek(0, io.SeekStart)
					require.NoError(t, err)
				}
				if name == "broken" {
					c.req.Body = io.MultiReader(strings.NewReader("1"), iotest.ErrReader(errBroken))
				}
				_, err := s.Put(ctx, c.req)
				require.ErrorIs(t, err, c.want)
				got, err := load(t, s, "k", store.Sealing{})
				require.NoError(t, err)
				assert.Equal(t, "old", string(got))
				assert.Equal(t, old, bodies(t, s))
			})
		}
	}
}

// endless never ends.
type endless struct{}

func (*endless) Read(p []byte) (int, error) { return len(p), nil }

func TestTheVerifierRunsAfterTheBodyWasReadToItsEnd(t *testing.T) {
	s := openStore(t, store.Options{})
	body := &trailing{Reader: strings.NewReader("12345")}
	_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: body, Size: 5, Verify: func() (store.Checksums, error) {
		assert.True(t, body.ended, "the trailer after the last byte was seen")
		return store.Checksums{}, nil
	}})
	require.NoError(t, err)
	assert.True(t, body.ended)
}

type trailing struct {
	io.Reader
	ended bool
}

func (x *trailing) Read(p []byte) (int, error) {
	n, err := x.Reader.Read(p)
	x.ended = x.ended || errors.Is(err, io.EOF)
	return n, err
}

func TestAnAnnouncedDigestIsCheckedInEveryMode(t *testing.T) {
	s := openStore(t, store.Options{})
	right := md5.Sum([]byte("12345"))
	for name, how := range modes(t) {
		_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: strings.NewReader("12345"), Size: 5, MD5: right[:], Sealing: how})
		require.NoError(t, err, name)
	}
}

func TestPreconditionsAreJudgedLikeS3(t *testing.T) {
	s := openStore(t, store.Options{})
	etag := putObject(t, s, "k", []byte("x"), store.Sealing{}).ETag
	for _, c := range []struct {
		key, match, noneMatch string
		want                  error
		condition             string
	}{
		{"k", etag, "", nil, ""},
		{"k", `"` + etag + `"`, "", nil, ""},
		{"k", "*", "", nil, ""},
		{"k", "other", "", store.ErrPreconditionFailed, "If-Match"},
		{"none", "*", "", store.ErrNoSuchKey, ""},
		{"none", etag, "", store.ErrNoSuchKey, ""},
		{"none", "", "*", nil, ""},
		{"k", "", "other", nil, ""},
		{"k", "", "*", store.ErrPreconditionFailed, "If-None-Match"},
		{"k", "", `"` + etag + `"`, store.ErrPreconditionFailed, "If-None-Match"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			body := &countingReader{}
			_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: c.key, Body: body, Size: -1, IfMatch: c.match, IfNoneMatch: c.noneMatch})
			if c.want == nil {
				require.NoError(t, err)
				putObject(t, s, "k", []byte("x"), store.Sealing{})
				_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "none"})
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
			assert.Zero(t, body.reads, "refused before the body was read")
			var p *store.PreconditionError
			if errors.As(err, &p) {
				assert.Equal(t, c.condition, p.Condition)
				assert.Contains(t, err.Error(), c.condition)
			} else {
				assert.Empty(t, c.condition)
			}
		})
	}
}

func TestAPreconditionBrokenDuringTheBodyStillCounts(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := s.Put(t.Context(), store.PutRequest{
		Bucket: "b", Key: "k", Body: strings.NewReader("second"), Size: 6, IfNoneMatch: "*",
		Verify: func() (store.Checksums, error) {
			putObject(t, s, "k", []byte("first"), store.Sealing{})
			return store.Checksums{}, nil
		},
	})
	require.ErrorIs(t, err, store.ErrPreconditionFailed)
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "first", string(got))
	assert.Len(t, bodies(t, s), 1)
}

func TestDeletingIsQuietAboutWhatIsNotThere(t *testing.T) {
	s := openStore(t, store.Options{})
	etag := putObject(t, s, "k", []byte("x"), store.Sealing{Mode: store.SSES3}).ETag
	_, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: "other"})
	require.ErrorIs(t, err, store.ErrPreconditionFailed)
	var invalid *store.InvalidVersionIDError
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", VersionID: "v1"})
	require.ErrorAs(t, err, &invalid)
	done, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", VersionID: noVersion})
	require.NoError(t, err)
	assert.Equal(t, store.Deleted{VersionID: noVersion}, done)
	done, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: etag})
	require.NoError(t, err)
	assert.Equal(t, store.Deleted{Found: true}, done)
	assert.Empty(t, bodies(t, s))
	done, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	assert.Equal(t, store.Deleted{}, done)
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: "*"})
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "none", Key: "k"})
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
}

func TestWhatIsNotThereHasItsName(t *testing.T) {
	s := openStore(t, store.Options{})
	putObject(t, s, "k", nil, store.Sealing{})
	_, err := s.Stat(t.Context(), "none", "k", "")
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
	_, err = s.Stat(t.Context(), "b", "none", "")
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.Stat(t.Context(), "b", "", "")
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.Stat(t.Context(), "b", "k", noVersion)
	require.ErrorIs(t, err, store.ErrNoSuchVersion)
	var invalid *store.InvalidVersionIDError
	_, err = s.Stat(t.Context(), "b", "k", "v1")
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "v1", invalid.VersionID)
	_, err = s.Stat(t.Context(), "none", "k", "v1")
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
	_, err = s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "none"})
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.Put(t.Context(), store.PutRequest{Bucket: "none", Key: "k"})
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
	_, err = s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "none", Key: "k"})
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
	for _, key := range []string{"", strings.Repeat("x", 1025)} {
		_, err = s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: key})
		require.ErrorIs(t, err, store.ErrKeyTooLong)
		_, err = s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "b", Key: key})
		require.ErrorIs(t, err, store.ErrKeyTooLong)
		_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: key})
		require.ErrorIs(t, err, store.ErrKeyTooLong)
	}
	putObject(t, s, strings.Repeat("x", 1024), nil, store.Sealing{})
}

func TestACustomerKeyIsAskedForAndJudged(t *testing.T) {
	s := openStore(t, store.Options{})
	how := store.Sealing{Mode: store.SSEC, Customer: customer(t, 1)}
	putObject(t, s, "sealed", nil, how)
	putObject(t, s, "plain", nil, store.Sealing{})
	for _, c := range []struct {
		key   string
		given seal.CustomerKey
		want  error
	}{
		{"sealed", seal.CustomerKey{}, store.ErrCustomerKeyMissing},
		{"sealed", customer(t, 2), store.ErrWrongCustomerKey},
		{"sealed", customer(t, 1), nil},
		{"plain", customer(t, 1), store.ErrCustomerKeyUnexpected},
		{"plain", seal.CustomerKey{}, nil},
	} {
		req := store.ReadRequest{Bucket: "b", Key: c.key, Customer: c.given}
		_, err := s.Head(t.Context(), req)
		require.ErrorIs(t, err, c.want)
		r, err := s.Open(t.Context(), req)
		require.ErrorIs(t, err, c.want)
		if err == nil {
			require.NoError(t, r.Close())
		}
		_, err = s.Stat(t.Context(), "b", c.key, "")
		require.NoError(t, err, "Stat asks for no key")
	}
}

func TestReadingOutsideAnObjectGivesNothing(t *testing.T) {
	s := openStore(t, store.Options{})
	putObject(t, s, "k", []byte("12345"), store.Sealing{Mode: store.SSES3})
	r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	defer r.Close()
	for _, c := range []struct {
		off, length int64
		want        string
	}{{0, 5, "12345"}, {1, 3, "234"}, {4, 100, "5"}, {5, 1, ""}, {9, 1, ""}, {-3, 2, "12"}, {2, -1, ""}, {2, 0, ""}} {
		got, err := io.ReadAll(r.Range(c.off, c.length))
		require.NoError(t, err)
		assert.Equal(t, c.want, string(got), "%v", c)
	}
	_, err = r.ReadAt(make([]byte, 1), -1)
	require.Error(t, err)
	off, length, ok := r.PartRange(1)
	assert.True(t, ok)
	assert.Equal(t, []int64{0, 5}, []int64{off, length})
	_, _, ok = r.PartRange(2)
	assert.False(t, ok)
	require.NoError(t, iotest.TestReader(r.Range(0, 5), []byte("12345")))
}
