package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5 and the ETag of S3; nothing is secured by it
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// A digest is what is computed of a span of a file before it is sent.
type digest struct {
	crc uint64
	md5 []byte // nil when not asked for
}

// digests are those a request carries.
func (d digest) digests() client.Digests {
	o := client.Digests{Checksum: checksumOf(d.crc)}
	if d.md5 != nil {
		o.MD5 = base64.StdEncoding.EncodeToString(d.md5)
	}
	return o
}

// digest reads a span once.
func (s *source) digest(ctx context.Context, sp span, withMD5 bool) (digest, error) {
	crc := crc64nvme.New()
	into := io.Writer(crc)
	var sum hash.Hash
	if withMD5 {
		sum = md5.New() //nolint:gosec // see the import
		into = io.MultiWriter(crc, sum)
	}
	if err := s.readInto(ctx, into, sp); err != nil {
		return digest{}, err
	}
	d := digest{crc: crc.Sum64()}
	if withMD5 {
		d.md5 = sum.Sum(nil)
	}
	return d, nil
}

// readInto passes a span on, all of it or an error.
func (s *source) readInto(ctx context.Context, to io.Writer, sp span) error {
	if s.small != nil && ctx.Err() == nil {
		_, err := to.Write(s.whole()[sp.offset : sp.offset+sp.length])
		return err
	}
	n, err := readThrough(to, &interruptible{ctx, io.NewSectionReader(s.file, sp.offset, sp.length)})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return local(s.job, err)
	case n != sp.length:
		return s.changedWhileSent()
	}
	return nil
}

// sha256 is the SHA-256 of the whole file.
func (s *source) sha256(ctx context.Context) ([]byte, error) {
	sum := sha256.New()
	if err := s.readInto(ctx, sum, span{1, 0, s.job.Expect.Size}); err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

// wholeMD5 is what a multipart ETag is made of: the MD5 of the parts' MD5s, nil
// where one was not computed.
func wholeMD5(parts []digest) []byte {
	sum := md5.New() //nolint:gosec // see the import
	for _, p := range parts {
		if p.md5 == nil {
			return nil
		}
		_, _ = sum.Write(p.md5) // never fails
	}
	return sum.Sum(nil)
}

// learner is a Store that has learned from its server's answers whether an MD5
// is of use. One that is none is always sent MD5s.
type learner interface{ MD5Wanted() bool }

// sendsMD5 reports whether the next body goes with its MD5.
func (e *Engine) sendsMD5() bool {
	switch e.cfg.ContentProof {
	case ProofMD5:
		return true
	case ProofSize:
		return false
	}
	l, learns := client.As[learner](e.cfg.Store)
	return !learns || l.MD5Wanted()
}
