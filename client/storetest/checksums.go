package storetest

import (
	"context"
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
	{"AChecksumSentIsKeptAndShown", func(t *testing.T, f Fixture) {
		sum := crcOf("content")
		f.put(t, "a", "content", client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: sum}})
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		got, shown := head.FullChecksum()
		assert.Equal(t, f.Checksums, shown)
		if f.Checksums {
			assert.Equal(t, sum, got)
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
	}},
	{"AnUploadHasAChecksumOfAllItsBytes", func(t *testing.T, f Fixture) {
		content := pattern(partSize + 1000)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), client.PutOptions{
			Encryption: client.Inherit{}, Digests: client.Digests{Checksum: crcOf(content)},
		})
		require.NoError(t, err)
		assert.Equal(t, f.Checksums, u.Checksummed)
		parts := []client.Part{f.checked(t, u, 1, content[:partSize]), f.checked(t, u, 2, content[partSize:])}
		if f.Checksums {
			assert.Equal(t, crcOf(content[:partSize]), parts[0].Checksum)
			_, err = f.Store.CompleteUpload(t.Context(), u, parts, crcOf("something else"))
			fails(t, client.KindCorrupt, f.at("a"), err)
			f.absent(t, "a")
		}
		_, err = f.Store.CompleteUpload(t.Context(), u, parts, crcOf(content))
		require.NoError(t, err)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		got, shown := head.FullChecksum()
		assert.Equal(t, f.Checksums, shown)
		if f.Checksums {
			assert.Equal(t, crcOf(content), got)
		}
	}},
	{"AChecksumOfAnotherKindIsNotSent", func(t *testing.T, f Fixture) {
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1,
			client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: client.Checksum{Algorithm: "SHA256", Value: "AAAA"}}})
		fails(t, client.KindInvalid, f.at("a"), err)
		f.absent(t, "a")
	}},
}

// crcOf is the checksum as S3 writes it: eight bytes, the highest first, in
// base64.
func crcOf(content string) client.Checksum {
	b := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(content)))
	return client.Checksum{Algorithm: client.CRC64NVME, Value: base64.StdEncoding.EncodeToString(b)}
}

// checked is a part that is sent with its checksum.
func (f Fixture) checked(t *testing.T, u client.Upload, n int, content string) client.Part {
	t.Helper()
	p, err := f.Store.UploadPart(t.Context(), u, n, strings.NewReader(content), int64(len(content)), client.Digests{Checksum: crcOf(content)})
	require.NoError(t, err, "part %d", n)
	return p
}

// drop ends an upload that a case left open.
func (f Fixture) drop(t *testing.T, u client.Upload) {
	t.Helper()
	assert.NoError(t, f.Store.AbortUpload(context.WithoutCancel(t.Context()), u))
}
