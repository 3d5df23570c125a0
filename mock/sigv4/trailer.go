package sigv4

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"
)

// trailer is the checksum after the last chunk. The value is set once it holds.
type trailer struct {
	algorithm Algorithm
	name      string // header name announced in x-amz-trailer
	value     string // base64
	sum       hash.Hash
}

// read takes the trailer's lines up to the empty one. Clients differ in whether
// a line ends in LF or CRLF, and in an empty line before the signature.
func (t *trailer) read(r *bufio.Reader, keys *chain) error {
	line, err := trailerLine(r)
	if err != nil {
		return err
	}
	name, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || strings.ToLower(strings.TrimSpace(name)) != t.name {
		return malformedTrailer()
	}
	if keys != nil {
		if err := checkTrailerSignature(r, keys, t.name+":"+value+"\n"); err != nil {
			return err
		}
	}
	if line, err := trailerLine(r); err != nil {
		return err
	} else if line != "" {
		return malformedTrailer()
	}
	if !t.algorithm.WellFormed(value) {
		return invalidRequest("Value for " + t.name + " trailing header is invalid.")
	}
	if got := base64.StdEncoding.EncodeToString(t.sum.Sum(nil)); got != value {
		return t.algorithm.Mismatch()
	}
	t.value = value
	return nil
}

func checkTrailerSignature(r *bufio.Reader, keys *chain, text string) error {
	line, err := trailerLine(r)
	if err == nil && line == "" {
		line, err = trailerLine(r)
	}
	if err != nil {
		return err
	}
	sign, ok := strings.CutPrefix(strings.ToLower(line), "x-amz-trailer-signature:")
	if !ok {
		return invalidChunk()
	}
	if sign = strings.TrimSpace(sign); len(sign) != 2*sha256.Size {
		return invalidChunk()
	}
	if !hmac.Equal([]byte(keys.trailer(text)), []byte(sign)) {
		return signatureMismatch("")
	}
	return nil
}

// trailerLine reads a line that ends in LF or CRLF, without its end.
func trailerLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		c, err := r.ReadByte()
		if err != nil {
			return "", cut(err)
		}
		if c == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
		if b.Len() == maxChunkLine {
			return "", malformedTrailer()
		}
		b.WriteByte(c)
	}
}
