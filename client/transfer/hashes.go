package transfer

import (
	"context"
	"crypto/md5"  //nolint:gosec // the ETag of S3; nothing is secured by it
	"crypto/sha1" //nolint:gosec // a checksum that others may have stored
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"slices"
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

// joined is what was read in pieces, as one. The checksums are such as can be joined
// (combiners).
func joined(pieces []reading) (whole reading) {
	for i, p := range pieces {
		if i == 0 {
			whole = p
			continue
		}
		for a, sum := range whole.sums {
			whole.sums[a] = combiners[a].join(sum, p.sums[a], p.n)
		}
		whole.n += p.n
	}
	return whole
}

// A tally sums bytes as they pass, for several checksums.
type tally struct {
	n          int64
	algorithms []client.ChecksumAlgorithm // each once
	hashes     []hash.Hash
}

func newTally(algorithms ...client.ChecksumAlgorithm) *tally {
	t := &tally{}
	for _, a := range algorithms {
		if !slices.Contains(t.algorithms, a) {
			t.algorithms, t.hashes = append(t.algorithms, a), append(t.hashes, hashes[a]())
		}
	}
	return t
}

// Write never fails.
func (t *tally) Write(p []byte) (int, error) {
	for _, h := range t.hashes {
		_, _ = h.Write(p) // never fails
	}
	t.n += int64(len(p))
	return len(p), nil
}

// crc is the CRC64NVME of what passed so far, which is always among the checksums of a
// download.
func (t *tally) crc() uint64 {
	return number(t.hashes[slices.Index(t.algorithms, client.CRC64NVME)].Sum(nil))
}

// reading is what passed so far.
func (t *tally) reading() reading {
	r := reading{n: t.n, sums: make(map[client.ChecksumAlgorithm][]byte, len(t.hashes))}
	for i, h := range t.hashes {
		r.sums[t.algorithms[i]] = h.Sum(nil)
	}
	return r
}

// CanSum reports whether a checksum of the server's can be computed here.
func CanSum(a client.ChecksumAlgorithm) bool { return hashes[a] != nil }

// ContentSums are the checksums of an object's whole contents by which it can be compared
// with something else: the server's own that can be computed here, and where it has none
// what an upload left in the metadata. That is stale where another client changed the
// object and kept it, so that beside an ETag that is taken for an MD5 it counts for
// nothing, and the ETag is compared. There may be none.
func ContentSums(o client.Object) []client.Checksum {
	if own := fullSums(o); len(own) > 0 {
		return own
	}
	noted, ok := o.FullChecksum()
	switch {
	case !ok:
		return nil
	case isMD5OfContents(o):
		sum, _ := hex.DecodeString(o.ETag) // of this shape it is hexadecimal
		return []client.Checksum{{Algorithm: algorithmMD5, Value: base64.StdEncoding.EncodeToString(sum)}}
	}
	return []client.Checksum{noted}
}

// SumOf is a checksum of a file of this machine, by an algorithm that CanSum.
func SumOf(ctx context.Context, path string, a client.ChecksumAlgorithm) (client.Checksum, error) {
	if !CanSum(a) {
		return client.Checksum{}, client.Say("%s is no checksum that can be computed here", string(a)).Err()
	}
	f, err := OpenToRead(path)
	if err != nil {
		return client.Checksum{}, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	if stat, err := f.Stat(); err != nil || !stat.Mode().IsRegular() {
		return client.Checksum{}, client.Say("%s is not a file with contents of its own", path).Err()
	}
	r, err := readSums(ctx, f, a)
	return client.Checksum{Algorithm: a, Value: r.value(a)}, err
}

// readSums reads r to its end.
func readSums(ctx context.Context, r io.Reader, algorithms ...client.ChecksumAlgorithm) (reading, error) {
	t := newTally(algorithms...)
	_, err := readThrough(t, &interruptible{ctx, r})
	return t.reading(), err
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
