package transfer

import (
	"context"
	"crypto/md5"  //nolint:gosec // the ETag of S3; nothing is secured by it
	"crypto/sha1" //nolint:gosec // a checksum that others may have stored
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"io"
	"strings"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// hashes are the checksums of S3 that are computed here. The XXHASH family is
// left to those who have it: such an object is compared by what else it has.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
var hashes = map[client.ChecksumAlgorithm]func() hash.Hash{
	client.CRC64NVME: func() hash.Hash { return crc64nvme.New() },
	"CRC32":          func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":         func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"SHA1":           sha1.New,
	"SHA256":         sha256.New,
	"SHA512":         sha512.New,
	algorithmMD5:     md5.New,
}

const algorithmMD5 client.ChecksumAlgorithm = "MD5"

// A reading is a file read once for several checksums.
type reading struct {
	n    int64
	sums map[client.ChecksumAlgorithm][]byte
}

// value is a checksum as S3 writes it.
func (r reading) value(a client.ChecksumAlgorithm) string {
	return base64.StdEncoding.EncodeToString(r.sums[a])
}

// readSums reads r to its end.
func readSums(ctx context.Context, r io.Reader, algorithms ...client.ChecksumAlgorithm) (reading, error) {
	all := map[client.ChecksumAlgorithm]hash.Hash{}
	var into []io.Writer
	for _, a := range algorithms {
		if all[a] == nil {
			all[a] = hashes[a]()
			into = append(into, all[a])
		}
	}
	n, err := readThrough(io.MultiWriter(into...), &interruptible{ctx, r})
	out := reading{n: n, sums: map[client.ChecksumAlgorithm][]byte{}}
	for a, h := range all {
		out.sums[a] = h.Sum(nil)
	}
	return out, err
}

// compositeOf is the checksum of the checksums of a file's parts.
func compositeOf(ctx context.Context, file io.ReaderAt, sizes []int64, a client.ChecksumAlgorithm) ([]byte, error) {
	whole, at := hashes[a](), int64(0)
	for _, size := range sizes {
		part, err := readSums(ctx, io.NewSectionReader(file, at, size), a)
		if err != nil {
			return nil, err
		}
		_, _ = whole.Write(part.sums[a]) // never fails
		at += size
	}
	return whole.Sum(nil), nil
}

// bare is a composite checksum, or a multipart ETag, without the number of
// parts behind it.
func bare(v string) string {
	sum, _, _ := strings.Cut(v, "-")
	return sum
}
