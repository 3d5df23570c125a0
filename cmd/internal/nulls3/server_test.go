package main

import (
	"bytes"
	"crypto/md5" //nolint:gosec // Content-MD5
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
)

// running is a server over TLS and our own store at it.
func running(t *testing.T, o options) (*server, client.Store) {
	t.Helper()
	if !o.plain {
		o.caFile = filepath.Join(t.TempDir(), "ca.pem")
	}
	o.buckets = append(o.buckets, "bench")
	s, err := listen(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	account := client.Account{Name: "null", Endpoint: s.url(), CAFile: o.caFile, AccessKeyID: "NULL"}
	store, err := s3store.Dial(account, client.Credentials{AccessKeyID: "NULL", Secret: client.NewSecret("believed")}, s3store.Options{Attempts: 1})
	require.NoError(t, err)
	return s, store
}

var (
	at  = client.Location{Bucket: "bench", Key: "a folder/ä & b.bin"}
	kms = client.SSEKMS{Key: keyARN}
)

func contentOf(from, length int64) []byte {
	var b bytes.Buffer
	_ = writeContent(&b, from, length)
	return b.Bytes()
}

func crc(size int64) client.Checksum {
	return client.Checksum{Algorithm: client.CRC64NVME, Value: crcOf(size)}
}

func TestWhatAnUploadToldComesBack(t *testing.T) {
	_, store := running(t, options{})
	body := contentOf(0, 100_000)
	o := client.PutOptions{Encryption: kms, ContentType: "text/plain", Metadata: map[string]string{"mtime": "1.5"}, Digests: client.Digests{Checksum: crc(100_000)}}
	answer, err := store.Put(t.Context(), at, bytes.NewReader(body), 100_000, o)
	require.NoError(t, err)
	assert.Equal(t, []client.Checksum{crc(100_000)}, answer.Checksums)
	head, err := store.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	for _, said := range []client.Object{answer, head} {
		assert.Equal(t, client.TypeSSEKMS, said.Encryption.Type)
		assert.Equal(t, client.KeyID(keyARN), said.Encryption.Key)
		assert.NotEmpty(t, said.RequestID)
	}
	assert.EqualValues(t, 100_000, head.Size)
	assert.Equal(t, "text/plain", head.ContentType)
	assert.Equal(t, "1.5", head.Metadata["mtime"])
	assert.Equal(t, []client.Checksum{crc(100_000)}, head.Checksums)
}

func TestAKeyIsNamedByItsARNHoweverItWasAskedFor(t *testing.T) {
	for asked, want := range map[string]string{
		keyID: keyARN, keyAlias: keyARN, keyARN: keyARN, "arn:aws:kms:us-east-1:111111111111:" + keyAlias: keyARN,
		"arn:aws:kms:eu-west-1:1:key/x": "arn:aws:kms:eu-west-1:1:key/x",
	} {
		assert.Equal(t, want, arnOf(asked), asked)
	}
}

func TestAnUploadInPartsBecomesAnObject(t *testing.T) {
	const size, partSize = 12 << 20, 5 << 20
	_, store := running(t, options{})
	u, begun, err := store.CreateUpload(t.Context(), at, client.PutOptions{Encryption: kms, Digests: client.Digests{Checksum: crc(size)}})
	require.NoError(t, err)
	assert.Equal(t, client.KeyID(keyARN), begun.Encryption.Key)
	assert.True(t, u.Checksummed)
	var parts []client.Part
	for from := int64(0); from < size; from += partSize {
		body := contentOf(from, min(partSize, size-from))
		digest := client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}
		p, err := store.UploadPart(t.Context(), u, len(parts)+1, bytes.NewReader(body), int64(len(body)), client.Digests{Checksum: digest})
		require.NoError(t, err)
		assert.Equal(t, digest, p.Checksum)
		parts = append(parts, p)
	}
	listed, err := store.Parts(t.Context(), u)
	require.NoError(t, err)
	require.Len(t, listed, 3)
	assert.Equal(t, parts[0].ETag, listed[0].ETag)
	assert.EqualValues(t, 2<<20, listed[2].Size)
	assert.Equal(t, parts[2].Checksum, listed[2].Checksum)
	done, err := store.CompleteUpload(t.Context(), u, parts, crc(size))
	require.NoError(t, err)
	assert.Equal(t, []client.Checksum{crc(size)}, done.Checksums)
	assert.True(t, strings.HasSuffix(done.ETag, "-3"), done.ETag)
	head, err := store.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, size, head.Size)
	assert.Equal(t, done.ETag, head.ETag)
	assert.Equal(t, client.KeyID(keyARN), head.Encryption.Key)
	_, err = store.Parts(t.Context(), u)
	assert.Equal(t, client.KindNoUpload, client.KindOf(err), "it is open no more")
}

func TestADroppedUploadLeavesNothing(t *testing.T) {
	s, store := running(t, options{})
	u, _, err := store.CreateUpload(t.Context(), at, client.PutOptions{Encryption: kms})
	require.NoError(t, err)
	require.NoError(t, store.AbortUpload(t.Context(), u))
	assert.Empty(t, s.uploads)
	_, err = store.UploadPart(t.Context(), u, 1, strings.NewReader("x"), 1, client.Digests{})
	assert.Equal(t, client.KindNoUpload, client.KindOf(err))
	_, err = store.CompleteUpload(t.Context(), u, []client.Part{{Number: 1, ETag: "x"}}, client.Checksum{})
	assert.Equal(t, client.KindNoUpload, client.KindOf(err))
	_, err = store.Head(t.Context(), at, client.ReadOptions{})
	assert.Equal(t, client.KindNotFound, client.KindOf(err))
}

func TestADownloadHasItsTrueChecksum(t *testing.T) {
	const size = 3*period + 17
	_, store := running(t, options{seeds: []seed{{"bench/down/", 2, size}}})
	from := client.Location{Bucket: "bench", Key: "down/00001"}
	object, body, err := store.Get(t.Context(), from, client.ReadOptions{})
	require.NoError(t, err)
	all, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.True(t, bytes.Equal(contentOf(0, size), all))
	assert.Equal(t, []client.Checksum{crc(size)}, object.Checksums)
	assert.Equal(t, client.TypeSSEKMS, object.Encryption.Type)
	_, body, err = store.Get(t.Context(), from, client.ReadOptions{Offset: period - 3, Length: 70_000, IfMatch: object.ETag})
	require.NoError(t, err)
	part, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.True(t, bytes.Equal(all[period-3:][:70_000], part))
	_, _, err = store.Get(t.Context(), from, client.ReadOptions{IfMatch: "other"})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err))
	_, _, err = store.Get(t.Context(), from, client.ReadOptions{Offset: size, Length: 1})
	var e *client.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 416, e.Status)
}

func TestAServerWithoutChecksumsNamesNoneAndHasMD5s(t *testing.T) {
	s, store := running(t, options{noChecksums: true, seeds: []seed{{"bench/down/", 1, 70_000}}})
	head, err := store.Head(t.Context(), client.Location{Bucket: "bench", Key: "down/00000"}, client.ReadOptions{})
	require.NoError(t, err)
	sum := md5.Sum(contentOf(0, 70_000)) //nolint:gosec // an ETag
	assert.Equal(t, hex.EncodeToString(sum[:]), head.ETag)
	assert.Empty(t, head.Checksums)
	digests := client.Digests{Checksum: crc(70_000), MD5: base64.StdEncoding.EncodeToString(sum[:])}
	answer, err := store.Put(t.Context(), at, bytes.NewReader(contentOf(0, 70_000)), 70_000, client.PutOptions{Encryption: kms, Digests: digests})
	require.NoError(t, err)
	assert.Empty(t, answer.Checksums)
	assert.Equal(t, hex.EncodeToString(sum[:]), answer.ETag)
	u, _, err := store.CreateUpload(t.Context(), at, client.PutOptions{Encryption: kms, Digests: digests})
	require.NoError(t, err)
	part, err := store.UploadPart(t.Context(), u, 1, bytes.NewReader(contentOf(0, 70_000)), 70_000, digests)
	require.NoError(t, err)
	assert.Zero(t, part.Checksum)
	done, err := store.CompleteUpload(t.Context(), u, []client.Part{part}, client.Checksum{})
	require.NoError(t, err)
	ofParts := md5.Sum(sum[:]) //nolint:gosec // an ETag
	assert.Equal(t, hex.EncodeToString(ofParts[:])+"-1", done.ETag)
	assert.Empty(t, s.get("bench/"+at.Key).sums)
}

func TestAListingGoesOnWhereItStopped(t *testing.T) {
	s, store := running(t, options{seeds: []seed{{"bench/a/", 5, 1}, {"bench/b&/", 1200, 2}, {"bench/c", 1, 3}}})
	var names []string
	for after := ""; ; {
		page, err := store.List(t.Context(), client.Location{Bucket: "bench"}, client.ListOptions{Recursive: true, After: after})
		require.NoError(t, err)
		for _, o := range page.Objects {
			names = append(names, o.At.Key)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Len(t, names, 1206)
	assert.IsIncreasing(t, names)
	names = nil
	for after := ""; ; {
		page, err := store.List(t.Context(), client.Location{Bucket: "bench"}, client.ListOptions{After: after, Max: 1})
		require.NoError(t, err)
		for _, o := range page.Objects {
			names = append(names, o.At.Key)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	assert.Equal(t, []string{"a/", "b&/", "c00000"}, names)
	s.remove("bench/c00000")
	page, err := store.List(t.Context(), client.Location{Bucket: "bench", Key: "c"}, client.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, page.Objects)
}

func TestBucketsAndObjectsComeAndGo(t *testing.T) {
	_, store := running(t, options{seeds: []seed{{"bench/", 3, 1}}})
	require.NoError(t, store.MakeBucket(t.Context(), "another"))
	buckets, err := store.Buckets(t.Context())
	require.NoError(t, err)
	assert.Len(t, buckets, 2)
	gone, err := store.Delete(t.Context(), []client.Location{{Bucket: "bench", Key: "00000"}, {Bucket: "bench", Key: "00002"}})
	require.NoError(t, err)
	assert.Equal(t, []error{nil, nil}, gone)
	page, err := store.List(t.Context(), client.Location{Bucket: "bench"}, client.ListOptions{})
	require.NoError(t, err)
	require.Len(t, page.Objects, 1)
	was := page.Objects[0]
	_, err = store.Put(t.Context(), was.At, strings.NewReader("x"), 1, client.PutOptions{Encryption: kms, OnlyIfAbsent: true})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err))
	_, err = store.Put(t.Context(), was.At, strings.NewReader("xy"), 2, client.PutOptions{Encryption: kms, IfMatch: was.ETag})
	require.NoError(t, err)
	_, err = store.Put(t.Context(), client.Location{Bucket: "nowhere", Key: "x"}, strings.NewReader("x"), 1, client.PutOptions{Encryption: kms})
	assert.Equal(t, client.KindNoBucket, client.KindOf(err))
}

func TestACopyIsWhatItsSourceIsAndEncryptedAsAsked(t *testing.T) {
	_, store := running(t, options{seeds: []seed{{"bench/", 1, 7}}})
	copier, ok := client.As[client.Copier](store)
	require.True(t, ok)
	source, err := store.Head(t.Context(), client.Location{Bucket: "bench", Key: "00000"}, client.ReadOptions{})
	require.NoError(t, err)
	to := client.Location{Bucket: "bench", Key: "to/é"}
	_, err = copier.Copy(t.Context(), client.Source{At: source.At, ETag: source.ETag}, to, client.CopyOptions{PutOptions: client.PutOptions{Encryption: kms}})
	require.NoError(t, err)
	made, err := store.Head(t.Context(), to, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, source.Size, made.Size)
	assert.Equal(t, source.ETag, made.ETag)
	assert.Equal(t, source.ContentType, made.ContentType)
	assert.Equal(t, client.TypeSSEKMS, made.Encryption.Type)
	_, err = copier.Copy(t.Context(), client.Source{At: source.At, ETag: "another"}, to, client.CopyOptions{PutOptions: client.PutOptions{Encryption: kms}})
	assert.Equal(t, client.KindPrecondition, client.KindOf(err))
	_, err = copier.Copy(t.Context(), client.Source{At: to, ETag: made.ETag}, client.Location{Bucket: "none", Key: "x"}, client.CopyOptions{PutOptions: client.PutOptions{Encryption: kms}})
	assert.Equal(t, client.KindNoBucket, client.KindOf(err))
}

func TestAnAnswerWaitsAsLongAsItIsToldTo(t *testing.T) {
	waited := make(chan time.Duration, 1)
	_, store := running(t, options{latency: time.Hour, wait: func(d time.Duration) { waited <- d }})
	_, err := store.Head(t.Context(), at, client.ReadOptions{})
	assert.Equal(t, client.KindNotFound, client.KindOf(err))
	assert.Equal(t, time.Hour, <-waited)
}

func TestPlainHTTPIsSpokenToo(t *testing.T) {
	s, store := running(t, options{plain: true, seeds: []seed{{"bench/", 1, 300_000}}})
	assert.True(t, strings.HasPrefix(s.url(), "http://"))
	_, body, err := store.Get(t.Context(), client.Location{Bucket: "bench", Key: "00000"}, client.ReadOptions{})
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.EqualValues(t, 300_000, n)
}

func TestWhatIsNoRequestEndsTheConnection(t *testing.T) {
	s, _ := running(t, options{plain: true})
	for _, sent := range []string{
		"GET / HTTP/1.0\r\n\r\n", "GET bench HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n", "PUT /bench/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"PUT /bench/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", fmt.Sprintf("POST /bench?delete HTTP/1.1\r\nContent-Length: %d\r\n\r\n", maxDocument+1),
	} {
		c, err := net.Dial("tcp", s.listener.Addr().String()) //nolint:noctx // of a test, to loopback
		require.NoError(t, err)
		_, err = io.WriteString(c, sent)
		require.NoError(t, err)
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Empty(t, got, sent)
		require.NoError(t, c.Close())
	}
}

func TestAServerThatCannotBeReachedSafelyIsNotStarted(t *testing.T) {
	_, err := listen(t.Context(), options{})
	require.ErrorContains(t, err, "--ca-file")
	_, err = listen(t.Context(), options{caFile: filepath.Join(t.TempDir(), "nowhere", "ca.pem")})
	require.Error(t, err)
	for _, bad := range []string{"", "bench/=x", "bench/=0x1", "bench/=1x-1", "bench=1x1"} {
		_, err := parseSeed(bad)
		require.ErrorContains(t, err, "--objects", bad)
	}
}

func TestNamesOfAShapeAreThereToBeListed(t *testing.T) {
	for shape := range shapes {
		_, store := running(t, options{shapes: []string{"bench/a/=2500x" + shape}})
		keys := map[string]bool{}
		for o := (client.ListOptions{Recursive: true}); ; {
			page, err := store.List(t.Context(), client.Location{Bucket: "bench", Key: "a/"}, o)
			require.NoError(t, err)
			for _, x := range page.Objects {
				keys[x.At.Key] = true
			}
			if o.After = page.Next; page.Next == "" {
				break
			}
		}
		assert.Len(t, keys, 2500, shape)
	}
	for _, wrong := range []string{"bench/", "bench/=10xround", "=5xuuid", "bench/=0xuuid", "bench/=xuuid"} {
		_, err := listen(t.Context(), options{plain: true, shapes: []string{wrong}})
		assert.ErrorContains(t, err, "--keys", wrong)
	}
}
