package s3store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A request is one of the six calls that are made often enough to count, as HTTP
// has it: PutObject, HeadObject, GetObject, UploadPart, ListObjectsV2 and
// DeleteObjects, or one about a document of a bucket. It says what the call says; where it goes, its signature and its
// repetition are plain.go's. See docs/decisions/019-plain-signed-http.md.
type request struct {
	call
	method string
	query  string  // as a URL has it
	header headers // nobody changes them while the request is under way
	body   io.ReadSeeker
	size   int64       // bytes of body
	held   []byte      // the body once it was read, where it is small
	tries  aws.Retryer // how often, and how long between
}

// with is what a call says, and the SSE-C key that opens the object, with room for so
// many headers more and those of the signature.
func with(key customerHeaders, room int) headers {
	h := make(headers, 0, room+signedMore)
	key.onto(&h)
	return h
}

const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	emptyPayload    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
)

// payload is what the signature says of the body. What is uploaded over TLS is not
// in it, since TLS guards it on its way; over plain http nothing else does.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func (q *request) payload(https bool) (string, error) {
	uploads := q.op == "PutObject" || q.op == "UploadPart"
	switch {
	case uploads && https:
		return unsignedPayload, nil
	case q.body == nil || q.size == 0:
		return emptyPayload, nil
	}
	h := sha256.New()
	if err := q.read(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// smallBody is the size up to which a body is read once where it has to be summed
// for the signature before it is sent.
const smallBody = 64 << 10

// hold reads a small body.
func (q *request) hold() error {
	if q.body == nil || q.size == 0 || q.size > smallBody || q.held != nil {
		return nil
	}
	raw := make([]byte, q.size)
	if _, err := io.ReadFull(newSource(q.body, q.size), raw); err != nil {
		return err
	}
	q.held = raw
	return nil
}

// read passes the whole body on, from its start.
func (q *request) read(to io.Writer) error {
	if q.held != nil {
		_, err := to.Write(q.held)
		return err
	}
	// The writer is hidden behind struct{} so that io.CopyBuffer uses the buffer.
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, newSource(q.body, q.size), make([]byte, min(q.size, smallBody)+1))
	return err
}

// expectFrom is the size from which a body waits for the server's word: a refusal
// then costs no upload.
const expectFrom = 2 << 20

// document makes a small body of bytes that are there.
func (q *request) document(raw []byte) {
	q.body, q.size, q.held = bytes.NewReader(raw), int64(len(raw)), raw
}
