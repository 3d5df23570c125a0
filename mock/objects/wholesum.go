package objects

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// judgeParts compares what the client says of the parts and of the whole with
// what was stored, and gives the object's checksums.
func (s *Service) judgeParts(r *wire.Request, u store.Upload, named []completePart, stored []store.Part, crc64nvme string) (store.Checksums, error) {
	if s.Personality.NoChecksums {
		return store.Checksums{}, nil
	}
	size := int64(0)
	for i, p := range stored {
		size += p.Size
		if own := sigv4.Algorithm(u.ChecksumAlgorithm); u.ChecksumType == composite && named[i].sums()[own] == "" {
			return store.Checksums{}, s3.BadRequest(fmt.Sprintf("The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.", strings.ToLower(string(own)), p.Number))
		}
		for algorithm, want := range named[i].sums() {
			got, kept := p.Checksums.Values[string(algorithm)]
			if algorithm == sigv4.CRC64NVME {
				got, kept = p.CRC64NVME, true
			}
			switch {
			case !kept && u.ChecksumAlgorithm != "":
				return store.Checksums{}, s3.Refuse(http.StatusBadRequest, "BadDigest", fmt.Sprintf("The %s you specified for part %d did not match what we received.", strings.ToLower(string(algorithm)), p.Number))
			case want != got:
				return store.Checksums{}, store.ErrInvalidPart
			}
		}
	}
	if want := r.Header.Get("X-Amz-Mp-Object-Size"); want != "" && want != strconv.FormatInt(size, 10) {
		return store.Checksums{}, s3.BadRequest(fmt.Sprintf("The provided 'x-amz-mp-object-size' header value %s does not match what was computed: %d", want, size))
	}
	algorithm, kind := sigv4.Algorithm(u.ChecksumAlgorithm), u.ChecksumType
	if algorithm == "" && s.Personality.NoOwnChecksums {
		return store.Checksums{}, nil
	}
	if algorithm == "" {
		algorithm, kind = sigv4.CRC64NVME, fullObject
	}
	if asked := strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type")); asked != "" && asked != kind {
		return store.Checksums{}, s3.BadRequest("The upload was created using the " + kind + " checksum mode. The complete request must use the same checksum mode.")
	}
	value, err := wholeSum(algorithm, kind, stored, crc64nvme)
	if err != nil {
		return store.Checksums{}, err
	}
	for _, a := range sigv4.Algorithms() {
		want := r.Header.Get(a.Header())
		if want == "" {
			continue
		}
		if a != algorithm {
			return store.Checksums{}, s3.BadRequest("Checksum Type mismatch occurred, expected checksum Type: " + strings.ToLower(string(algorithm)) + ", actual checksum Type: " + strings.ToLower(string(a)))
		}
		if bare, _, _ := strings.Cut(value, "-"); want != value && want != bare {
			return store.Checksums{}, a.Mismatch()
		}
	}
	return store.Checksums{Values: map[string]string{string(algorithm): value}, Type: kind}, nil
}

// wholeSum makes the object's checksum of those of its parts.
func wholeSum(algorithm sigv4.Algorithm, kind string, parts []store.Part, crc64nvme string) (string, error) {
	if algorithm == sigv4.CRC64NVME {
		return crc64nvme, nil
	}
	all, whole := algorithm.New(), uint32(0)
	for i, p := range parts {
		raw, err := base64.StdEncoding.DecodeString(p.Checksums.Values[string(algorithm)])
		if err != nil || len(raw) != algorithm.New().Size() {
			return "", fmt.Errorf("part %d has no %s", p.Number, algorithm)
		}
		if kind == composite {
			all.Write(raw)
			continue
		}
		poly := uint32(crc32.IEEE)
		if algorithm == sigv4.CRC32C {
			poly = crc32.Castagnoli
		}
		sum := binary.BigEndian.Uint32(raw)
		if i == 0 {
			whole = sum
		} else {
			whole = store.CombineCRC32(poly, whole, sum, p.Size)
		}
	}
	if kind == composite {
		return base64.StdEncoding.EncodeToString(all.Sum(nil)) + "-" + strconv.Itoa(len(parts)), nil
	}
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, whole)), nil
}
