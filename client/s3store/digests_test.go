package s3store

import (
	"crypto/md5" //nolint:gosec // Content-MD5
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// digested are the digests of "body", the right checksum left to the caller.
func digested(t *testing.T) client.PutOptions {
	t.Helper()
	sum := md5.Sum([]byte("body")) //nolint:gosec // Content-MD5
	return client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{
		Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}, MD5: base64.StdEncoding.EncodeToString(sum[:]),
	}}
}

func putBody(t *testing.T, s *Store, o client.PutOptions) error {
	t.Helper()
	_, err := s.Put(t.Context(), anywhere, strings.NewReader("body"), 4, o)
	return err
}

func TestAServerThatReturnsTheChecksumNeedsNoMD5(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response {
		return reply(200, []string{"X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA="}, "")
	})}
	s := openRecorded(t, rec, compatible, Options{})
	assert.True(t, s.MD5Wanted(), "nothing is known of the server yet")
	require.NoError(t, putBody(t, s, digested(t)))
	assert.NotEmpty(t, rec.last().Header.Get("Content-Md5"), "the first body is proved too")
	assert.False(t, s.MD5Wanted())
}

func TestAServerThatKeepsQuietAboutTheChecksumIsGivenAnMD5FromThenOn(t *testing.T) {
	rec := &recorder{}
	s := openRecorded(t, rec, compatible, Options{})
	for range 2 {
		require.NoError(t, putBody(t, s, digested(t)))
		assert.True(t, s.MD5Wanted())
	}
}

// checksumRefusals are how servers refuse a checksum they do not know.
var checksumRefusals = map[string]func() *http.Response{
	"R2": func() *http.Response {
		return refusal(501, "NotImplemented", "Header 'x-amz-checksum-algorithm' with value 'CRC64NVME' not implemented")
	},
	"B2": func() *http.Response {
		return refusal(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-crc64nvme' received for this API call.")
	},
	"an old MinIO": func() *http.Response { return refusal(400, "InvalidArgument", "Invalid checksum provided.") },
	"no algorithm at Create": func() *http.Response {
		return refusal(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: null, actual checksum Type: crc64nvme")
	},
	"without saying what": func() *http.Response {
		return refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
	},
	"by the code alone": func() *http.Response { return refusal(400, "InvalidChecksumAlgorithm", "no") },
}

// refusing answers what names a checksum with a refusal.
func refusing(how func() *http.Response) *recorder {
	return &recorder{answer: func(r *http.Request, n int) *http.Response {
		if len(checksumHeaders(r.Header)) > 0 {
			return how()
		}
		return agree(r, n)
	}}
}

func TestAServerThatRefusesChecksumsIsSentNoneFromThenOn(t *testing.T) {
	put := digested(t)
	calls := map[string]func(*Store) error{
		"put": func(s *Store) error { return putBody(t, s, put) },
		"create": func(s *Store) error {
			u, _, err := s.CreateUpload(t.Context(), anywhere, put)
			assert.False(t, u.Checksummed)
			return err
		},
		"part": func(s *Store) error {
			return second(s.UploadPart(t.Context(), client.Upload{At: anywhere, ID: "U"}, 1, strings.NewReader("body"), 4, put.Digests))
		},
		"complete": func(s *Store) error {
			u := client.Upload{At: anywhere, ID: "U", Checksummed: true}
			return second(s.CompleteUpload(t.Context(), u, []client.Part{{Number: 1, ETag: "e"}}, put.Checksum))
		},
	}
	for name, how := range checksumRefusals {
		for call, send := range calls {
			rec := refusing(how)
			s := openRecorded(t, rec, compatible, Options{})
			require.NoError(t, send(s), "%s, %s", name, call)
			assert.Equal(t, 2, rec.count(), "%s, %s", name, call)
			assert.True(t, s.MD5Wanted())
			require.NoError(t, putBody(t, s, put))
			assert.Equal(t, 3, rec.count(), "%s, %s: learned", name, call)
			assert.Empty(t, checksumHeaders(rec.last().Header))
			assert.Equal(t, put.MD5, rec.last().Header.Get("Content-Md5"))
		}
	}
}

func TestWhatIsNotImplementedWithoutAChecksumEitherIsSaidAsItWas(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(501, "NotImplemented", "A header you provided") })}
	s := openRecorded(t, rec, compatible, Options{Attempts: 1})
	err := putBody(t, s, digested(t))
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 2, rec.count())
	rec.answer = nil
	require.NoError(t, putBody(t, s, digested(t)))
	assert.NotEmpty(t, checksumHeaders(rec.last().Header), "it was not the checksum")
}

func TestBytesThatDoNotMatchAreNotSentAgainWithoutTheirChecksum(t *testing.T) {
	for name, how := range map[string]func() *http.Response{
		"AWS": func() *http.Response {
			return refusal(400, "BadDigest", "The CRC64NVME you specified did not match the calculated checksum.")
		},
		"MinIO": func() *http.Response {
			return refusal(400, "XAmzContentChecksumMismatch", "The provided 'x-amz-checksum' header does not match what was computed.")
		},
		"other": func() *http.Response { return refusal(400, "InvalidRequest", "the checksum does not match") },
	} {
		rec := refusing(how)
		err := putBody(t, openRecorded(t, rec, compatible, Options{}), digested(t))
		assert.Equal(t, client.KindCorrupt.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Equal(t, 1, rec.count(), name)
	}
	rec := refusing(func() *http.Response { return refusal(503, "SlowDown", "too many checksums") })
	err := putBody(t, openRecorded(t, rec, compatible, Options{Attempts: 1}), digested(t))
	assert.Equal(t, client.KindThrottled.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 1, rec.count())
}

func TestObjectsAreRemovedByContentMD5WhereTheServerKnowsNothingElse(t *testing.T) {
	rec := refusing(checksumRefusals["B2"])
	deleted := rec.answer
	rec.answer = func(r *http.Request, n int) *http.Response {
		if answer := deleted(r, n); answer.StatusCode != 200 {
			return answer
		}
		return reply(200, nil, `<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>`)
	}
	s := openRecorded(t, rec, compatible, Options{})
	for range 2 {
		results, err := s.Delete(t.Context(), []client.Location{anywhere})
		require.NoError(t, err)
		require.NoError(t, results[0])
	}
	assert.Equal(t, 3, rec.count(), "learned once")
	for i, r := range rec.sent {
		sum := md5.Sum([]byte(rec.bodies[i])) //nolint:gosec // Content-MD5
		assert.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), r.Header.Get("Content-Md5"))
		assert.Equal(t, i > 0, len(checksumHeaders(r.Header)) == 0, "%d: %v", i, checksumHeaders(r.Header))
		assert.NotContains(t, r.Header.Get("Authorization"), map[bool]string{true: "checksum", false: "nothing"}[i > 0])
	}
}

func TestAServerThatRefusesToBeAskedForChecksumsIsAskedWithout(t *testing.T) {
	for _, status := range []int{400, 501} {
		rec := refusing(func() *http.Response { return reply(status, nil, "") })
		s := openRecorded(t, rec, compatible, Options{Attempts: 1})
		for range 2 {
			_, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
			require.NoError(t, err, status)
		}
		assert.Equal(t, 3, rec.count(), "%d: learned once", status)
		_ = contentOf(t, s, anywhere)
		assert.Empty(t, checksumHeaders(rec.last().Header))
	}
}

func TestABodyThatChangedOnItsWayIsRefusedByEveryServer(t *testing.T) {
	for _, as := range []string{"aws", "ceph16", "minio", "plain"} {
		e := mock.Start(t, mock.As(as))
		s := openAt(t, e, e.SecretKey, Options{})
		at := client.Location{Bucket: ownBucket(t, s), Key: "k"}
		put := digested(t)
		put.Checksum = client.Checksum{} // MD5 alone, and right
		_, err := s.Put(t.Context(), at, strings.NewReader("body"), 4, put)
		require.NoError(t, err)
		_, err = s.Put(t.Context(), at, strings.NewReader("b0dy"), 4, put)
		assert.Equal(t, client.KindCorrupt.String(), client.KindOf(err).String(), "%s: %v", as, err)
		u, _, err := s.CreateUpload(t.Context(), at, put)
		require.NoError(t, err)
		_, err = s.UploadPart(t.Context(), u, 1, strings.NewReader("b0dy"), 4, put.Digests)
		assert.Equal(t, client.KindCorrupt.String(), client.KindOf(err).String(), "%s: %v", as, err)
		require.NoError(t, s.AbortUpload(t.Context(), u))
		assert.Equal(t, "body", contentOf(t, s, at), "%s: what was there stays", as)
	}
}

func TestABucketThatDemandsAnMD5IsGivenOneFromThenOn(t *testing.T) {
	for name, how := range map[string]func() *http.Response{
		"AWS's words": func() *http.Response {
			return refusal(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
		},
		"MinIO's": func() *http.Response { return refusal(400, "MissingContentMD5", "Missing required header") },
	} {
		rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
			if r.Header.Get("Content-Md5") == "" {
				return how()
			}
			return reply(200, []string{"X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA=", "Etag", `"e"`}, "")
		}}
		s := openRecorded(t, rec, compatible, Options{})
		require.NoError(t, putBody(t, s, digested(t))) // returns the checksum, so no MD5 would be sent from now on
		require.False(t, s.MD5Wanted())
		put := digested(t)
		want := put.MD5
		put.MD5 = ""
		require.NoError(t, putBody(t, s, put), name)
		assert.Equal(t, want, rec.last().Header.Get("Content-Md5"))
		assert.Equal(t, "body", rec.bodies[2])
		assert.Equal(t, "AAAAAAAAAAA=", rec.last().Header.Get("X-Amz-Checksum-Crc64nvme"), "the checksum is not what it refuses")
		assert.True(t, s.MD5Wanted(), name)

		require.NoError(t, second(s.UploadPart(t.Context(), client.Upload{At: anywhere, ID: "U"}, 1, strings.NewReader("body"), 4, client.Digests{})))
		assert.Equal(t, want, rec.last().Header.Get("Content-Md5"))
	}
	rec := &recorder{answer: always(func() *http.Response { return refusal(400, "MissingContentMD5", "no") })}
	s := openRecorded(t, rec, compatible, Options{})
	err := putBody(t, s, digested(t))
	assert.Equal(t, client.KindDigestRequired.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 1, rec.count(), "it had one")
	put := digested(t)
	put.MD5 = ""
	_, err = s.Put(t.Context(), anywhere, strings.NewReader("bo"), 4, put)
	assert.Equal(t, client.KindLocal.String(), client.KindOf(err).String(), "what cannot be read has no MD5: %v", err)
}
