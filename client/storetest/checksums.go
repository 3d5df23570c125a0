package storetest

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var checksums = []testCase{
	{"AChecksumSentIsReturnedKeptAndShown", func(t *testing.T, f Fixture) {
		sum := crcOf("content")
		answer := f.put(t, "a", "content", client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: sum}})
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		for what, o := range map[string]client.Object{"the answer to PutObject": answer, "HEAD": head} {
			if !f.Checksums {
				assert.Empty(t, o.Checksums, what)
				continue
			}
			assert.Contains(t, o.Checksums, sum, what)
		}
		if l, ok := client.As[interface{ MD5Wanted() bool }](f.Store); ok {
			assert.Equal(t, !f.Checksums, l.MD5Wanted(), "an MD5 is of use where no checksum comes back")
		}
	}},
	{"AWrongChecksumLeavesNothing", func(t *testing.T, f Fixture) {
		if !f.Checksums {
			t.Skip("this server does not look at checksums")
		}
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("content"), 7,
			client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: crcOf("something else")}})
		fails(t, client.KindCorrupt, f.at("a"), err)
		f.absent(t, "a")
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		_, err = f.Store.UploadPart(t.Context(), u, 1, strings.NewReader("content"), 7, client.Digests{Checksum: crcOf("something else")})
		fails(t, client.KindCorrupt, f.at("a"), err)
	}},
	{"BytesOfAnotherMD5LeaveNothing", func(t *testing.T, f Fixture) {
		right, wrong := client.Digests{MD5: md5Of("content")}, client.Digests{MD5: md5Of("something else")}
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("content"), 7, client.PutOptions{Encryption: client.Inherit{}, Digests: wrong})
		fails(t, client.KindCorrupt, f.at("a"), err)
		f.absent(t, "a")
		f.put(t, "a", "content", client.PutOptions{Encryption: client.Inherit{}, Digests: right})

		u, _, err := f.Store.CreateUpload(t.Context(), f.at("b"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		_, err = f.Store.UploadPart(t.Context(), u, 1, strings.NewReader("content"), 7, wrong)
		fails(t, client.KindCorrupt, f.at("b"), err)
		held, err := f.Store.Parts(t.Context(), u)
		require.NoError(t, err)
		assert.Empty(t, held)
		_, err = f.Store.UploadPart(t.Context(), u, 1, strings.NewReader("content"), 7, right)
		require.NoError(t, err)
	}},
	{"BothDigestsGoTogether", func(t *testing.T, f Fixture) {
		for _, content := range []string{"", "content"} {
			both := client.Digests{Checksum: crcOf(content), MD5: md5Of(content)}
			f.put(t, "a", content, client.PutOptions{Encryption: client.Inherit{}, Digests: both})
			_, got := f.get(t, "a", client.ReadOptions{})
			assert.Equal(t, content, got)
		}
	}},
	{"AnUploadHasAChecksumOfAllItsBytes", func(t *testing.T, f Fixture) {
		content := pattern(partSize + 1000)
		begin := client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: crcOf(content)}}
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), begin)
		require.NoError(t, err)
		assert.Equal(t, f.Checksums, u.Checksummed)
		var parts []client.Part
		for i, c := range []string{content[:partSize], content[partSize:]} {
			p, err := f.Store.UploadPart(t.Context(), u, i+1, strings.NewReader(c), int64(len(c)), client.Digests{Checksum: crcOf(c), MD5: md5Of(c)})
			require.NoError(t, err)
			if f.Checksums {
				assert.Equal(t, crcOf(c), p.Checksum)
			}
			parts = append(parts, p)
		}
		if f.Checksums {
			_, err = f.Store.CompleteUpload(t.Context(), u, parts, crcOf("something else"))
			fails(t, client.KindCorrupt, f.at("a"), err)
			f.absent(t, "a")
		}
		done, err := f.Store.CompleteUpload(t.Context(), u, parts, crcOf(content))
		require.NoError(t, err)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		for what, o := range map[string]client.Object{"the answer": done, "HEAD": head} {
			if !f.Checksums {
				assert.Empty(t, o.Checksums, what)
				continue
			}
			assert.Contains(t, o.Checksums, crcOf(content), what)
		}
	}},
	{"AFileOfOneRequestMayHaveItsSHA256Instead", func(t *testing.T, f Fixture) {
		put := func(sum client.Checksum) (client.Object, error) {
			return f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: sum}})
		}
		if f.Checksums {
			_, err := put(sha256Of("y"))
			fails(t, client.KindCorrupt, f.at("a"), err)
			f.absent(t, "a")
		}
		done, err := put(sha256Of("x"))
		require.NoError(t, err)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		for what, o := range map[string]client.Object{"the answer": done, "HEAD": head} {
			if f.Checksums {
				assert.Equal(t, []client.Checksum{sha256Of("x")}, o.Checksums, what)
			} else {
				assert.Empty(t, o.Checksums, what)
			}
		}
	}},
	{"AChecksumOfAnotherKindIsNotSent", func(t *testing.T, f Fixture) {
		o := client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: client.Checksum{Algorithm: "SHA1", Value: "AAAA"}}}
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, o)
		fails(t, client.KindInvalid, f.at("a"), err)
		o.Checksum = sha256Of("x")
		_, _, err = f.Store.CreateUpload(t.Context(), f.at("a"), o)
		fails(t, client.KindInvalid, f.at("a"), err)
		f.absent(t, "a")
	}},
}

func sha256Of(content string) client.Checksum {
	sum := sha256.Sum256([]byte(content))
	return client.Checksum{Algorithm: client.SHA256, Value: base64.StdEncoding.EncodeToString(sum[:])}
}

// crcOf is the checksum as S3 writes it: eight bytes, the highest first, in
// base64.
func crcOf(content string) client.Checksum {
	b := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(content)))
	return client.Checksum{Algorithm: client.CRC64NVME, Value: base64.StdEncoding.EncodeToString(b)}
}

// md5Of is the Content-MD5 of a body.
func md5Of(content string) string {
	sum := md5.Sum([]byte(content)) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

// drop ends an upload that a case left open.
func (f Fixture) drop(t *testing.T, u client.Upload) {
	t.Helper()
	assert.NoError(t, f.Store.AbortUpload(context.WithoutCancel(t.Context()), u))
}
