package s3store

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

const (
	rawKey = "0123456789abcdef0123456789abcdef"
	keyB64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	keyMD5 = "hRasmdxgYDKV3nvbahU1MA=="
	keyID  = "alias/any thing: the server's business"
)

func sseC(t *testing.T) client.SSEC {
	t.Helper()
	k, err := client.NewCustomerKey([]byte(rawKey))
	require.NoError(t, err)
	return client.SSEC{Key: k}
}

// sseSent are pairs of what stands behind x-amz-server-side-encryption.
type sseSent map[string]string

var customerHeadersSent = sseSent{"-customer-algorithm": "AES256", "-customer-key": keyB64, "-customer-key-md5": keyMD5}

// sseHeaders are all headers of a request which have to do with encryption.
func sseHeaders(h http.Header) sseSent {
	out := sseSent{}
	for name, values := range h {
		if rest, ok := strings.CutPrefix(strings.ToLower(name), "x-amz-server-side-encryption"); ok {
			out[rest] = strings.Join(values, "|")
		} else if strings.Contains(strings.ToLower(name), "encryption") {
			out[name] = "unexpected"
		}
	}
	return out
}

// What each way to encrypt puts on PutObject and CreateMultipartUpload.
func waysToEncrypt(t *testing.T) map[string]struct {
	e    client.Encryption
	want sseSent
} {
	return map[string]struct {
		e    client.Encryption
		want sseSent
	}{
		"inherit":                      {client.Inherit{}, sseSent{}},
		"SSE-S3":                       {client.SSES3{}, sseSent{"": "AES256"}},
		"SSE-KMS":                      {client.SSEKMS{Key: keyID}, sseSent{"": "aws:kms", "-aws-kms-key-id": keyID}},
		"SSE-KMS with the managed key": {client.SSEKMS{}, sseSent{"": "aws:kms"}},
		"SSE-KMS with everything": {
			client.SSEKMS{Key: keyID, BucketKey: true, Context: map[string]string{"a": "b"}},
			sseSent{"": "aws:kms", "-aws-kms-key-id": keyID, "-context": "eyJhIjoiYiJ9", "-bucket-key-enabled": "true"},
		},
		"DSSE-KMS": {
			client.DSSEKMS{Key: keyID, Context: map[string]string{"a": "b"}},
			sseSent{"": "aws:kms:dsse", "-aws-kms-key-id": keyID, "-context": "eyJhIjoiYiJ9"},
		},
		"SSE-C": {sseC(t), customerHeadersSent},
	}
}

func TestWritesCarryExactlyTheHeadersOfTheirEncryption(t *testing.T) {
	for kind, endpoint := range map[string]string{"AWS": "", "compatible": compatible} {
		for name, way := range waysToEncrypt(t) {
			t.Run(kind+"/"+name, func(t *testing.T) {
				rec := &recorder{answer: agree}
				s := openRecorded(t, rec, endpoint, Options{})
				at := client.Location{Bucket: "bkt", Key: "k"}
				_, err := s.Put(t.Context(), at, strings.NewReader("x"), 1, client.PutOptions{Encryption: way.e})
				require.NoError(t, err)
				assert.Equal(t, way.want, sseHeaders(rec.last().Header), "PutObject")
				_, _, err = s.CreateUpload(t.Context(), at, client.PutOptions{Encryption: way.e})
				require.NoError(t, err)
				assert.Equal(t, way.want, sseHeaders(rec.last().Header), "CreateMultipartUpload")
				_, err = s.Copy(t.Context(), client.Source{At: at}, at, client.CopyOptions{PutOptions: client.PutOptions{Encryption: way.e}})
				require.NoError(t, err)
				assert.Equal(t, way.want, sseHeaders(rec.last().Header), "CopyObject")
				assert.Equal(t, 3, rec.count())
			})
		}
	}
}

// What every other call carries: nothing, or the three SSE-C headers where it
// touches bytes.
func TestOtherCallsCarryAnSSECKeyWhereTheyTouchBytesAndNothingElse(t *testing.T) {
	key := sseC(t).Key
	at := client.Location{Bucket: "bkt", Key: "k"}
	u := client.Upload{At: at, ID: "U1", Key: key}
	checked := client.Upload{At: at, ID: "U1", Key: key, Checksummed: true}
	part := client.Part{Number: 1, Size: 1, ETag: "e"}
	read := client.ReadOptions{Key: key}
	calls := map[string]struct {
		do   func(s *Store) error
		want sseSent
	}{
		"HeadObject":         {func(s *Store) error { _, err := s.Head(t.Context(), at, read); return err }, customerHeadersSent},
		"HeadObject, no key": {func(s *Store) error { _, err := s.Head(t.Context(), at, client.ReadOptions{}); return err }, sseSent{}},
		"GetObject":          {func(s *Store) error { _, _, err := s.Get(t.Context(), at, read); return err }, customerHeadersSent},
		"GetObject, no key":  {func(s *Store) error { _, _, err := s.Get(t.Context(), at, client.ReadOptions{}); return err }, sseSent{}},
		"UploadPart": {func(s *Store) error {
			_, err := s.UploadPart(t.Context(), u, 1, strings.NewReader("x"), 1, client.Digests{})
			return err
		}, customerHeadersSent},
		"UploadPart, no key": {func(s *Store) error {
			_, err := s.UploadPart(t.Context(), client.Upload{At: at, ID: "U1"}, 1, strings.NewReader("x"), 1, client.Digests{})
			return err
		}, sseSent{}},
		"UploadPartCopy": {func(s *Store) error {
			_, err := s.CopyPart(t.Context(), u, 1, client.Source{At: at}, 0, 1)
			return err
		}, customerHeadersSent},
		"UploadPartCopy, no key": {func(s *Store) error {
			_, err := s.CopyPart(t.Context(), client.Upload{At: at, ID: "U1"}, 1, client.Source{At: at}, 0, 1)
			return err
		}, sseSent{}},
		"ListParts":              {func(s *Store) error { _, err := s.Parts(t.Context(), u); return err }, sseSent{}},
		"ListParts, checksummed": {func(s *Store) error { _, err := s.Parts(t.Context(), checked); return err }, customerHeadersSent},
		"CompleteMultipartUpload": {func(s *Store) error {
			_, err := s.CompleteUpload(t.Context(), u, []client.Part{part}, client.Checksum{})
			return err
		}, sseSent{}},
		"CompleteMultipartUpload, checksummed": {func(s *Store) error {
			_, err := s.CompleteUpload(t.Context(), checked, []client.Part{part}, client.Checksum{})
			return err
		}, customerHeadersSent},
		"AbortMultipartUpload": {func(s *Store) error { return s.AbortUpload(t.Context(), u) }, sseSent{}},
		"ListObjectsV2":        {func(s *Store) error { _, err := s.List(t.Context(), at, client.ListOptions{}); return err }, sseSent{}},
		"DeleteObjects":        {func(s *Store) error { _, err := s.Delete(t.Context(), []client.Location{at}); return err }, sseSent{}},
		"ListBuckets":          {func(s *Store) error { return s.Test(t.Context()) }, sseSent{}},
		"CreateBucket":         {func(s *Store) error { return s.MakeBucket(t.Context(), "bkt") }, sseSent{}},
		"DeleteBucket":         {func(s *Store) error { return s.RemoveBucket(t.Context(), "bkt") }, sseSent{}},
		"GetBucketEncryption":  {func(s *Store) error { _, err := s.DefaultEncryption(t.Context(), "bkt"); return err }, sseSent{}},
		"GetObjectTagging":     {func(s *Store) error { _, err := s.Tags(t.Context(), at, ""); return err }, sseSent{}},
	}
	for kind, endpoint := range map[string]string{"AWS": "", "compatible": compatible} {
		for name, c := range calls {
			t.Run(kind+"/"+name, func(t *testing.T) {
				rec := &recorder{}
				require.NoError(t, c.do(openRecorded(t, rec, endpoint, Options{})))
				require.Equal(t, 1, rec.count())
				assert.Equal(t, c.want, sseHeaders(rec.last().Header))
			})
		}
	}
}

func TestACopyCarriesTheKeyOfItsSourceUnderItsOwnName(t *testing.T) {
	rec := &recorder{answer: agree}
	s := openRecorded(t, rec, compatible, Options{})
	from := client.Source{At: client.Location{Bucket: "bkt", Key: "a b/+%?&中"}, VersionID: "v+1", ETag: "e", Key: sseC(t).Key}
	to := client.Location{Bucket: "bkt", Key: "k"}
	_, err := s.Copy(t.Context(), from, to, client.CopyOptions{PutOptions: client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}})
	require.NoError(t, err)
	_, err = s.CopyPart(t.Context(), client.Upload{At: to, ID: "U1"}, 3, from, 10, 5)
	require.NoError(t, err)
	for i, r := range rec.sent {
		h := r.Header
		assert.Equal(t, "bkt/a%20b/%2B%25%3F%26%E4%B8%AD?versionId=v%2B1", h.Get("X-Amz-Copy-Source"), i)
		assert.Equal(t, `"e"`, h.Get("X-Amz-Copy-Source-If-Match"), i)
		assert.Equal(t, "AES256", h.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Algorithm"), i)
		assert.Equal(t, keyB64, h.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key"), i)
		assert.Equal(t, keyMD5, h.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key-Md5"), i)
	}
	assert.Equal(t, "bytes=10-14", rec.last().Header.Get("X-Amz-Copy-Source-Range"))
}

// checksumHeaders are those by which an old server is put off.
func checksumHeaders(h http.Header) map[string]string {
	out := map[string]string{}
	for name := range h {
		n := strings.ToLower(name)
		if strings.Contains(n, "checksum") || n == "x-amz-trailer" || n == "content-encoding" || n == "x-amz-decoded-content-length" {
			out[n] = h.Get(name)
		}
	}
	return out
}

func TestACompatibleServerGetsPlainBodiesAndNoTrailer(t *testing.T) {
	rec := &recorder{answer: agree}
	s := openRecorded(t, rec, compatible, Options{})
	at := client.Location{Bucket: "bkt", Key: "k"}
	sum := client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}
	put := client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: sum}}
	_, err := s.Put(t.Context(), at, strings.NewReader("body"), 4, put)
	require.NoError(t, err)
	u, _, err := s.CreateUpload(t.Context(), at, put)
	require.NoError(t, err)
	assert.False(t, u.Checksummed)
	_, err = s.UploadPart(t.Context(), u, 1, strings.NewReader("part"), 4, put.Digests)
	require.NoError(t, err)
	_, err = s.CompleteUpload(t.Context(), u, []client.Part{{Number: 1, ETag: "e"}}, sum)
	require.NoError(t, err)
	_, err = s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	for i, r := range rec.sent {
		want := []map[string]string{
			{"x-amz-checksum-crc64nvme": sum.Value},
			{"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "FULL_OBJECT"},
			{"x-amz-checksum-crc64nvme": sum.Value},
			{}, // the upload was begun without a word of checksums
			{"x-amz-checksum-mode": "ENABLED"},
		}[i]
		assert.Equal(t, want, checksumHeaders(r.Header), "%s %s", r.Method, r.URL)
		assert.Equal(t, "cos.example.test", r.URL.Host, "path style")
		if r.Method == http.MethodPut {
			assert.Equal(t, "UNSIGNED-PAYLOAD", r.Header.Get("X-Amz-Content-Sha256"))
			assert.Contains(t, []string{"body", "part"}, rec.bodies[i])
			assert.EqualValues(t, 4, r.ContentLength)
		}
	}
	assert.NotContains(t, rec.bodies[3], "Checksum")
}

func TestAtAWSTheChecksumGoesWithTheUpload(t *testing.T) {
	rec := &recorder{answer: agree}
	s := openRecorded(t, rec, "", Options{})
	at := client.Location{Bucket: "bkt", Key: "k"}
	sum := client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}
	_, err := s.Put(t.Context(), at, strings.NewReader("body"), 4, client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: sum}})
	require.NoError(t, err)
	r := rec.last()
	assert.Equal(t, "bkt.s3.us-east-1.amazonaws.com", r.URL.Host, "virtual-host style")
	assert.Equal(t, "AAAAAAAAAAA=", r.Header.Get("X-Amz-Checksum-Crc64nvme"))
	assert.Equal(t, "body", rec.bodies[0], "a checksum known before needs no trailer")

	u, _, err := s.CreateUpload(t.Context(), at, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	assert.True(t, u.Checksummed)
	want := map[string]string{"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "FULL_OBJECT"}
	got := checksumHeaders(rec.last().Header)
	maps.DeleteFunc(got, func(k, _ string) bool { return want[k] == "" })
	assert.Equal(t, want, got)

	_, err = s.UploadPart(t.Context(), u, 1, strings.NewReader("part"), 4, client.Digests{})
	require.NoError(t, err)
	assert.Equal(t, "v+lYbwd1k6E=", rec.last().Header.Get("X-Amz-Checksum-Crc64nvme"), "a part of nobody's checksum gets one")
	assert.Equal(t, "part", rec.bodies[2])

	_, err = s.CompleteUpload(t.Context(), u, []client.Part{{Number: 1, ETag: "e", Checksum: sum}}, sum)
	require.NoError(t, err)
	assert.Equal(t, "FULL_OBJECT", rec.last().Header.Get("X-Amz-Checksum-Type"))
	assert.Equal(t, "AAAAAAAAAAA=", rec.last().Header.Get("X-Amz-Checksum-Crc64nvme"))
	assert.Contains(t, rec.bodies[3], "<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>")

	_, err = s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, "ENABLED", rec.last().Header.Get("X-Amz-Checksum-Mode"))
	assert.False(t, s.MD5Wanted(), "AWS returns the checksum")
}

func TestKeysAndTokensDoNotCrossPlainHTTP(t *testing.T) {
	at := client.Location{Bucket: "bkt", Key: "k"}
	key := sseC(t).Key
	rec := &recorder{}
	s := openRecorded(t, rec, "http://nas.example.test:9000", Options{})
	put := func(e client.Encryption) error {
		_, err := s.Put(t.Context(), at, strings.NewReader("x"), 1, client.PutOptions{Encryption: e})
		return err
	}
	for name, err := range map[string]error{
		"SSE-C":          put(sseC(t)),
		"SSE-KMS":        put(client.SSEKMS{Key: keyID}),
		"DSSE-KMS":       put(client.DSSEKMS{Key: keyID}),
		"HEAD":           second(s.Head(t.Context(), at, client.ReadOptions{Key: key})),
		"GET":            third(s.Get(t.Context(), at, client.ReadOptions{Key: key})),
		"part":           second(s.UploadPart(t.Context(), client.Upload{At: at, ID: "U", Key: key}, 1, strings.NewReader("x"), 1, client.Digests{})),
		"copy":           second(s.Copy(t.Context(), client.Source{At: at, Key: key}, at, client.CopyOptions{PutOptions: client.PutOptions{Encryption: client.SSES3{}}})),
		"copied":         second(s.Copy(t.Context(), client.Source{At: at}, at, client.CopyOptions{PutOptions: client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}})),
		"copied part":    second(s.CopyPart(t.Context(), client.Upload{At: at, ID: "U"}, 1, client.Source{At: at, Key: key}, 0, 1)),
		"part of a copy": second(s.CopyPart(t.Context(), client.Upload{At: at, ID: "U", Key: key}, 1, client.Source{At: at}, 0, 1)),
		"create":         third(s.CreateUpload(t.Context(), at, client.PutOptions{Encryption: sseC(t)})),
		"parts":          second(s.Parts(t.Context(), client.Upload{At: at, ID: "U", Key: key, Checksummed: true})),
		"complete":       second(s.CompleteUpload(t.Context(), client.Upload{At: at, ID: "U", Key: key, Checksummed: true}, []client.Part{{Number: 1}}, client.Checksum{})),
	} {
		assert.Equal(t, client.KindInsecure.String(), client.KindOf(err).String(), name)
	}
	assert.Zero(t, rec.count(), "nothing was sent")
	require.NoError(t, put(client.SSES3{}), "SSE-S3 needs no secret")

	for _, own := range []string{
		"http://127.0.0.1:9000", "http://localhost:9000", "http://LocalHost:9000", "http://localhost.:9000", "http://[::1]:9000", "http://[::ffff:127.0.0.1]:9000",
	} {
		rec := &recorder{}
		_, err := openRecorded(t, rec, own, Options{}).Head(t.Context(), at, client.ReadOptions{Key: key})
		require.NoError(t, err, "this machine itself is safe: %s", own)
		assert.Equal(t, 1, rec.count())
	}
	for _, unsure := range []string{"http://127.1:9000", "http://0x7f.1:9000", "http://2130706433:9000", "http://0.0.0.0:9000", "http://[::]:9000", "http://a-name-for-127.0.0.1:9000"} {
		rec := &recorder{}
		_, err := openRecorded(t, rec, unsure, Options{}).Head(t.Context(), at, client.ReadOptions{Key: key})
		assert.Equal(t, client.KindInsecure.String(), client.KindOf(err).String(), unsure)
		assert.Zero(t, rec.count(), unsure)
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

// The last door: whatever the code above forgets, a key does not leave.
func TestTheDoorItselfKeepsAKeyFromPlainHTTP(t *testing.T) {
	rec := &recorder{}
	s := openRecorded(t, rec, "http://nas.example.test:9000", Options{})
	s.safe = true // as if somebody had forgotten to ask
	_, err := s.Head(t.Context(), client.Location{Bucket: "bkt", Key: "k"}, client.ReadOptions{Key: sseC(t).Key})
	assert.Equal(t, client.KindInsecure.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, rec.count())
}
