package memstore

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // ETags and Content-MD5
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// receive reads the body that a call sends, from its start.
func (c Call) receive() ([]byte, error) {
	if _, err := c.Body.Seek(0, io.SeekStart); err != nil {
		return nil, c.refuse(client.KindLocal, err)
	}
	var content bytes.Buffer
	n, err := io.CopyN(&content, c.Body, c.Size)
	switch {
	case errors.Is(err, io.EOF):
		return nil, c.refuse(client.KindLocal, fmt.Errorf("it ended after %d of %d bytes", n, c.Size))
	case err != nil:
		return nil, c.refuse(client.KindLocal, err)
	}
	return content.Bytes(), nil
}

// agree refuses bytes that are not those which were digested.
func (s *Store) agree(c Call, content []byte, d client.Digests) error {
	if d.MD5 != "" && d.MD5 != md5Of(content) {
		return c.Error(client.KindCorrupt)
	}
	return s.agreeOn(c, content, d.Checksum)
}

func (s *Store) agreeOn(c Call, content []byte, sum client.Checksum) error {
	right := ChecksumOf(content)
	if sum.Algorithm == client.SHA256 {
		right = sha256Of(content)
	}
	if s.server.Checksums && sum.Value != "" && sum != right {
		return c.Error(client.KindCorrupt)
	}
	return nil
}

// ChecksumOf is the CRC64NVME of a content, as S3 writes it.
func ChecksumOf(content []byte) client.Checksum {
	sum := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(content))
	return client.Checksum{Algorithm: client.CRC64NVME, Value: base64.StdEncoding.EncodeToString(sum)}
}

func sha256Of(content []byte) client.Checksum {
	sum := sha256.Sum256(content)
	return client.Checksum{Algorithm: client.SHA256, Value: base64.StdEncoding.EncodeToString(sum[:])}
}

func md5Of(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

// etagOf is the ETag of a content that was sent in one piece.
func etagOf(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// etagOfParts is the ETag of an object in parts.
func etagOfParts(parts [][]byte) string {
	whole := md5.New() //nolint:gosec // see the import
	for _, p := range parts {
		sum := md5.Sum(p) //nolint:gosec // see the import
		_, _ = whole.Write(sum[:])
	}
	return fmt.Sprintf("%s-%d", hex.EncodeToString(whole.Sum(nil)), len(parts))
}

// reading is the body of an answer; it ends when its context does.
type reading struct {
	ctx  context.Context //nolint:containedctx // a body is read on after the call that asked for it
	call Call
	body io.Reader
}

func (r *reading) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, r.call.cancelled(r.ctx)
	}
	return r.body.Read(p)
}

func (*reading) Close() error { return nil }
