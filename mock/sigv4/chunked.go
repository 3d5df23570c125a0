package sigv4

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxChunkLine = 1024    // bytes of a chunk's header line, or of a trailer line
	maxChunk     = 5 << 30 // bytes of a chunk; the largest PUT of S3
	minChunk     = 8 << 10 // bytes of any chunk but the last, as S3 demands
)

// chain signs one chunk after the other, each over the signature before.
type chain struct {
	key      []byte
	stamp    string
	scope    scope
	previous string
}

func (c *chain) chunk(sum []byte) string {
	c.previous = seal(c.key, algorithm+"-PAYLOAD", c.stamp, c.scope, c.previous, hexSHA256(""), hex.EncodeToString(sum))
	return c.previous
}

func (c *chain) trailer(text string) string {
	c.previous = seal(c.key, algorithm+"-TRAILER", c.stamp, c.scope, c.previous, hexSHA256(text))
	return c.previous
}

// chunked decodes the aws-chunked framing:
//
//	hex-size[;chunk-signature=sig] CRLF bytes CRLF ... 0[;chunk-signature=sig] CRLF [trailer] CRLF
type chunked struct {
	from    *bufio.Reader
	keys    *chain   // nil where chunks are not signed
	trailer *trailer // nil where none is due
	size    int64    // decoded bytes promised
	seen    int64    // decoded bytes handed on
	left    int64    // of the present chunk
	open    bool     // a chunk's header has been read and its end has not
	short   bool     // a chunk below minChunk was seen: it must have been the last
	sign    string   // signature the present chunk claims
	sum     hash.Hash
	end     error
}

func newChunked(body io.Reader, size int64) *chunked {
	return &chunked{from: bufio.NewReaderSize(lengthChecked(body), 64<<10), size: size, sum: sha256.New()}
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.end != nil {
		return 0, c.end
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.read(p)
	c.end = err
	return n, err
}

func (c *chunked) read(p []byte) (int, error) {
	for !c.open || c.left == 0 {
		if c.open {
			if err := c.closeChunk(); err != nil {
				return 0, err
			}
		}
		last, err := c.openChunk()
		if err != nil {
			return 0, err
		}
		if last {
			return 0, c.finish()
		}
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.seen += int64(n)
	if c.keys != nil {
		c.sum.Write(p[:n])
	}
	if c.trailer != nil {
		c.trailer.sum.Write(p[:n])
	}
	if err == io.EOF {
		err = invalidChunk()
	}
	return n, err
}

// openChunk reads a chunk's header line and tells whether it is the last one.
func (c *chunked) openChunk() (last bool, err error) {
	line, err := readLine(c.from)
	if err != nil {
		return false, err
	}
	length, extension, _ := strings.Cut(line, ";")
	n, err := strconv.ParseUint(length, 16, 63)
	if err != nil || n > maxChunk {
		return false, invalidChunk()
	}
	if c.keys != nil {
		sign, ok := strings.CutPrefix(extension, "chunk-signature=")
		if !ok || len(sign) != 2*sha256.Size {
			return false, invalidChunk()
		}
		c.sign = sign
	}
	if n > 0 && c.short {
		return false, refuse(http.StatusForbidden, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
	}
	c.short = n < minChunk
	if c.seen+int64(n) > c.size {
		return false, c.tooLong(int64(n))
	}
	c.left, c.open = int64(n), true
	c.sum.Reset()
	return n == 0, nil
}

// tooLong tells a body that is longer than it said from one that is cut wrongly.
func (c *chunked) tooLong(n int64) error {
	if _, err := io.CopyN(io.Discard, c.from, n); err != nil {
		return cut(err)
	}
	var crlf [2]byte
	if _, err := io.ReadFull(c.from, crlf[:]); err != nil || string(crlf[:]) != "\r\n" {
		return invalidChunk()
	}
	return incompleteBody()
}

// closeChunk reads the line end after a chunk's bytes and checks its signature.
func (c *chunked) closeChunk() error {
	var crlf [2]byte
	if _, err := io.ReadFull(c.from, crlf[:]); err != nil {
		return cut(err)
	}
	if string(crlf[:]) != "\r\n" {
		return invalidChunk()
	}
	c.open = false
	return c.checkChunk()
}

func (c *chunked) checkChunk() error {
	if c.keys == nil {
		return nil
	}
	if !hmac.Equal([]byte(c.keys.chunk(c.sum.Sum(nil))), []byte(c.sign)) {
		return signatureMismatch("")
	}
	return nil
}

// finish checks all that follows the last chunk, and answers io.EOF.
func (c *chunked) finish() error {
	if err := c.checkChunk(); err != nil {
		return err
	}
	if c.seen != c.size {
		return incompleteBody()
	}
	if c.trailer != nil {
		if err := c.trailer.read(c.from, c.keys); err != nil {
			return err
		}
		if spare, _ := c.from.Peek(2); string(spare) == "\r\n" { // minio-go ends an unsigned trailer with two empty lines
			_, _ = c.from.Discard(2)
		}
	} else if line, err := readLine(c.from); err != nil || line != "" {
		if err == nil && c.keys == nil { // a checksum that no x-amz-trailer announced
			return malformedTrailer()
		}
		return invalidChunk()
	}
	if _, err := c.from.ReadByte(); err != io.EOF {
		return invalidChunk()
	}
	return io.EOF
}

func invalidChunk() *Error {
	return refuse(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
}

// cut turns the end of the transport into IncompleteBody.
func cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return invalidChunk()
	}
	return err
}

// readLine reads one line of at most maxChunkLine bytes that ends in CRLF.
func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		c, err := r.ReadByte()
		if err != nil {
			return "", cut(err)
		}
		if c == '\n' {
			line, ok := strings.CutSuffix(b.String(), "\r")
			if !ok {
				return "", invalidChunk()
			}
			return line, nil
		}
		if b.Len() == maxChunkLine {
			return "", invalidChunk()
		}
		b.WriteByte(c)
	}
}
