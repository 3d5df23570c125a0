package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// attach puts the right reader in front of the body.
func (r *Request) attach(h *http.Request, body io.Reader, keys chain) error {
	switch r.Payload {
	case UnsignedPayload:
		r.Body = lengthChecked(body)
		return nil
	case StreamingSigned, StreamingSignedTrailer, StreamingUnsignedTrailer:
		return r.attachChunked(h, body, keys)
	}
	if h.ContentLength == 0 && r.Payload != hexSHA256("") {
		return contentMismatch(r.Payload, hexSHA256(""))
	}
	r.Body = &hashed{from: lengthChecked(body), sum: sha256.New(), want: r.Payload}
	return nil
}

func (r *Request) attachChunked(h *http.Request, body io.Reader, keys chain) error {
	size, err := strconv.ParseInt(h.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || size < 0 {
		return refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	r.Length = size
	c := newChunked(body, size)
	if r.Payload != StreamingUnsignedTrailer {
		c.keys = &keys
	}
	if r.Payload != StreamingSigned {
		name := strings.ToLower(strings.TrimSpace(h.Header.Get("X-Amz-Trailer")))
		if name == "" && r.Payload == StreamingUnsignedTrailer {
			r.Body = c // a trailer that may come and does not
			return nil
		}
		if name == "" {
			return malformedTrailer()
		}
		alg, known := AlgorithmOf(name)
		if !known {
			return invalidRequest("The value specified in the x-amz-trailer header is not supported")
		}
		r.trailer = &trailer{algorithm: alg, name: name, sum: alg.New()}
		c.trailer = r.trailer
	}
	r.Body = c
	return nil
}

func contentMismatch(client, server string) *Error {
	return refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch",
		"The provided 'x-amz-content-sha256' header does not match what was computed.",
		Field{"ClientComputedContentSHA256", client}, Field{"S3ComputedContentSHA256", server})
}

// hashed compares the SHA-256 of all that was read with the signed one.
type hashed struct {
	from io.Reader
	sum  hash.Hash
	want string
	end  error
}

func (h *hashed) Read(p []byte) (int, error) {
	if h.end != nil {
		return 0, h.end
	}
	n, err := h.from.Read(p)
	h.sum.Write(p[:n])
	if err == io.EOF {
		if got := hex.EncodeToString(h.sum.Sum(nil)); got != h.want {
			err = contentMismatch(h.want, got)
		}
	}
	h.end = err
	return n, err
}

// whole turns the transport's "unexpected EOF" into IncompleteBody.
type whole struct{ from io.Reader }

func lengthChecked(r io.Reader) io.Reader { return whole{from: r} }

func (w whole) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = incompleteBody()
	}
	return n, err
}
