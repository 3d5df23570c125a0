package objects

import (
	"crypto/md5"
	"encoding/base64"
	"hash"
	"io"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// The types of a checksum: of the whole object, or of the checksums of its parts.
const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

// content is a body on its way into the store, with all that was announced
// about it.
type content struct {
	io.Reader
	size      int64
	md5       []byte // Content-MD5, nil for none
	algorithm sigv4.Algorithm
	want      string // base64; empty: taken from the trailer, or only computed
	sum       hash.Hash
	auth      *sigv4.Request
}

// content opens the body of a PUT. compute names an algorithm to compute where
// the client sends none (the upload's own), empty for none.
func (s *Service) content(r *wire.Request, compute sigv4.Algorithm) (*content, error) {
	c := &content{Reader: r.Auth.Body, size: r.Auth.Length, auth: r.Auth}
	switch {
	case c.size < 0:
		return nil, s3.Refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	case c.size > s3.MaxPut:
		return nil, s3.Refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
	}
	return c, s.digesting(r, c, compute)
}

// digesting reads what the request says of the body's digests.
func (s *Service) digesting(r *wire.Request, c *content, compute sigv4.Algorithm) error {
	if value := r.Header.Get("Content-Md5"); r.Has("Content-Md5") {
		raw, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(raw) != md5.Size {
			return wire.InvalidDigest(value)
		}
		c.md5 = raw
	}
	if s.Personality.NoChecksums {
		return nil
	}
	var err error
	if c.algorithm, c.want, err = wire.AnnouncedChecksum(r); err != nil {
		return err
	}
	if c.algorithm == "" {
		c.algorithm = compute
	}
	if c.algorithm != "" {
		c.sum = c.algorithm.New()
		c.Reader = io.TeeReader(c.Reader, c.sum)
	}
	return nil
}

// verify runs when the body has been read to its end: it compares, and gives
// the checksums to keep.
func (c *content) verify() (store.Checksums, error) {
	if c.sum == nil {
		return store.Checksums{}, nil
	}
	got := base64.StdEncoding.EncodeToString(c.sum.Sum(nil))
	if c.want != "" && got != c.want {
		return store.Checksums{}, c.algorithm.Mismatch()
	}
	return store.Checksums{Values: map[string]string{string(c.algorithm): got}, Type: fullObject}, nil
}

// setChecksums tells the checksums of an object; where the client sent none,
// the CRC64NVME that S3 adds by itself.
func (s *Service) setChecksums(h http.Header, c store.Checksums, crc64nvme string) {
	if s.Personality.NoChecksums {
		return
	}
	if len(c.Values) == 0 {
		if crc64nvme == "" || s.Personality.NoOwnChecksums {
			return
		}
		c = store.Checksums{Values: map[string]string{string(sigv4.CRC64NVME): crc64nvme}, Type: fullObject}
	}
	for name, value := range c.Values {
		h.Set(sigv4.Algorithm(name).Header(), value)
	}
	h.Set("X-Amz-Checksum-Type", c.Type)
}
