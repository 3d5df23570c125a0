package s3store

import (
	"crypto/sha1" //nolint:gosec // one of S3's checksums; nothing is secured by it
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"io"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// A sum is a checksum of an object under way, and what it has to be. A nil one
// compares nothing.
type sum struct {
	hash      hash.Hash
	algorithm client.ChecksumAlgorithm
	want      string // base64
}

// errOtherBytes says that the bytes of an answer are not those of its checksum.
type errOtherBytes struct{ algorithm client.ChecksumAlgorithm }

func (e *errOtherBytes) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errOtherBytes) Text() client.Text {
	return client.Say("the bytes that arrived are not those of the object's checksum (%s)", string(e.algorithm))
}

// sums are the checksums that are compared, the cheapest first.
var sums = []struct {
	algorithm client.ChecksumAlgorithm
	make      func() hash.Hash
}{
	{client.CRC64NVME, func() hash.Hash { return crc64nvme.New() }},
	{"CRC32C", func() hash.Hash { return crc32.New(castagnoli) }},
	{"CRC32", func() hash.Hash { return crc32.NewIEEE() }},
	{"SHA1", sha1.New},
	{"SHA256", sha256.New},
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf compares by the cheapest of an object's checksums that is of its whole
// content.
func sumOf(all []client.Checksum) *sum {
	for _, known := range sums {
		for _, c := range all {
			if c.Algorithm == known.algorithm && !c.Composite {
				return &sum{hash: known.make(), algorithm: c.Algorithm, want: c.Value}
			}
		}
	}
	return nil
}

func (s *sum) add(p []byte) {
	if s != nil {
		s.hash.Write(p) // never fails
	}
}

// end is io.EOF where the bytes are those of the checksum.
func (s *sum) end() error {
	if s == nil || base64.StdEncoding.EncodeToString(s.hash.Sum(nil)) == s.want {
		return io.EOF
	}
	return &errOtherBytes{s.algorithm}
}
