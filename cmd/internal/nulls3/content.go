package main

import (
	"crypto/md5" //nolint:gosec // what an ETag is made of; nothing is secured by it
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/minio/crc64nvme"
)

// period is after how many bytes a content repeats: a prime, so that no two parts
// or ranges of a file are alike, and small enough to stay in a processor's cache.
const period = 1<<20 - 3

// block is one period of the content of every object, whatever its size.
var block = func() []byte {
	b := make([]byte, period)
	_, _ = rand.NewChaCha8([32]byte([]byte("bytes that are sent for nothing."))).Read(b) // never fails
	return b
}()

// piece is how much of the content is written at once at most, in bytes.
const piece = 256 << 10

// writeContent writes the bytes [from, from+length) of the content.
func writeContent(w io.Writer, from, length int64) error {
	for length > 0 {
		b := block[from%period:]
		b = b[:min(int64(len(b)), length, piece)]
		if _, err := w.Write(b); err != nil {
			return err
		}
		from += int64(len(b))
		length -= int64(len(b))
	}
	return nil
}

// crcOf is the CRC64NVME of the first size bytes, as S3 writes it.
func crcOf(size int64) string {
	h := crc64nvme.New()
	_ = writeContent(h, 0, size) // a hash never fails
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, h.Sum64()))
}

// md5Of is their MD5, as an ETag has it.
func md5Of(size int64) string {
	h := md5.New() //nolint:gosec // an ETag
	_ = writeContent(h, 0, size)
	return hex.EncodeToString(h.Sum(nil))
}

// A seed is a number of objects to be there from the beginning: BUCKET/PREFIX and
// five digits.
type seed struct {
	prefix string
	count  int
	size   int64 // bytes, of each
}

func parseSeed(s string) (seed, error) {
	prefix, rest, ok := strings.Cut(s, "=")
	number, bytes, also := strings.Cut(rest, "x")
	count, bad := strconv.Atoi(number)
	size, worse := strconv.ParseInt(bytes, 10, 64)
	if !ok || !also || bad != nil || worse != nil || count < 1 || size < 0 || !strings.Contains(prefix, "/") {
		return seed{}, fmt.Errorf("--objects %s: write BUCKET/PREFIX=COUNTxSIZE", s)
	}
	return seed{prefix, count, size}, nil
}
