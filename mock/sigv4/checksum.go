package sigv4

import (
	"crypto/md5" // a checksum of S3, for which nobody relies on its strength
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"net/http"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/minio/crc64nvme"
	"github.com/zeebo/xxh3"
)

// Algorithm of an x-amz-checksum-* value, in S3's upper-case spelling.
type Algorithm string

// The algorithms that S3 clients send.
const (
	CRC32     Algorithm = "CRC32"
	CRC32C    Algorithm = "CRC32C"
	CRC64NVME Algorithm = "CRC64NVME"
	SHA1      Algorithm = "SHA1"
	SHA256    Algorithm = "SHA256"
	SHA512    Algorithm = "SHA512"
	MD5       Algorithm = "MD5"
	XXHash64  Algorithm = "XXHASH64"
	XXHash3   Algorithm = "XXHASH3"
	XXHash128 Algorithm = "XXHASH128"
)

// Algorithms lists all of them.
func Algorithms() []Algorithm {
	return []Algorithm{CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5, XXHash64, XXHash3, XXHash128}
}

// Header is the header that carries it, in lower case: x-amz-checksum-crc32.
func (a Algorithm) Header() string { return "x-amz-checksum-" + strings.ToLower(string(a)) }

// AlgorithmOf finds the algorithm of a header name such as x-amz-checksum-sha256.
func AlgorithmOf(header string) (Algorithm, bool) {
	for _, a := range Algorithms() {
		if strings.EqualFold(a.Header(), header) {
			return a, true
		}
	}
	return "", false
}

// New makes an empty sum. It panics on an algorithm that is not one of the constants.
func (a Algorithm) New() hash.Hash {
	switch a {
	case CRC32:
		return crc32.NewIEEE()
	case CRC32C:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case CRC64NVME:
		return crc64nvme.New()
	case SHA1:
		return sha1.New()
	case SHA256:
		return sha256.New()
	case SHA512:
		return sha512.New()
	case MD5:
		return md5.New()
	case XXHash64:
		return xxhash.New()
	case XXHash3:
		return xxh3.New()
	case XXHash128:
		return xxh3.New128()
	}
	panic("sigv4: unknown checksum algorithm " + string(a))
}

// Whole tells whether an object made of parts can have this checksum over all its
// bytes: the CRCs can be combined, CRC64NVME has no other.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
func (a Algorithm) Whole() bool { return a == CRC32 || a == CRC32C || a == CRC64NVME }

// WellFormed tells whether value is base64 of the right number of bytes.
func (a Algorithm) WellFormed(value string) bool {
	raw, err := base64.StdEncoding.Strict().DecodeString(value)
	return err == nil && len(raw) == a.New().Size()
}

// Mismatch is S3's answer to a checksum that does not hold.
func (a Algorithm) Mismatch() *Error {
	return refuse(http.StatusBadRequest, "BadDigest",
		"The "+string(a)+" you specified did not match the calculated checksum.")
}
