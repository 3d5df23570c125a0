package s3store

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

const headerCustomerKey = "X-Amz-Server-Side-Encryption-Customer-Key"

// sse is an encryption as the input of an SDK call spells it; nil is no header.
type sse struct {
	mode        types.ServerSideEncryption
	key         *string // KMS key id, verbatim as its writer wrote it
	context     *string // base64 of JSON
	bucketKey   *bool
	customerKey customerHeaders
}

// customerHeaders are the three SSE-C headers. The SDK encodes nothing: the key
// goes as base64 of its 32 bytes, with base64 of their MD5.
type customerHeaders struct{ algorithm, key, md5 *string }

// onto puts the headers into a request.
func (c customerHeaders) onto(h *headers) {
	if c.key == nil {
		return
	}
	h.set(headerCustomerKey+"-Md5", *c.md5)
	h.set(headerCustomerKey, *c.key)
	h.set("X-Amz-Server-Side-Encryption-Customer-Algorithm", *c.algorithm)
}

// onto puts the headers into a request.
func (e sse) onto(h *headers) {
	const mode = "X-Amz-Server-Side-Encryption"
	if e.mode != "" {
		h.set(mode, string(e.mode))
	}
	if e.key != nil {
		h.set(mode+"-Aws-Kms-Key-Id", *e.key)
	}
	if e.context != nil {
		h.set(mode+"-Context", *e.context)
	}
	if e.bucketKey != nil {
		h.set(mode+"-Bucket-Key-Enabled", strconv.FormatBool(*e.bucketKey))
	}
	e.customerKey.onto(h)
}

// sseOf is the one place where an encryption becomes headers.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (s *Store) sseOf(c call, e client.Encryption) (sse, error) {
	if err := client.CheckEncryption(e); err != nil {
		return sse{}, s.refuse(c, client.KindRefused, err)
	}
	if client.NeedsTLS(e) && !s.safe {
		return sse{}, s.refuse(c, client.KindInsecure,
			client.Say("%s must not be asked over plain http from another machine: use https", string(client.TypeOf(e))).Err())
	}
	switch e := e.(type) {
	case client.Inherit:
		return sse{}, nil
	case client.SSES3:
		return sse{mode: types.ServerSideEncryptionAes256}, nil
	case client.SSEKMS:
		h := sse{mode: types.ServerSideEncryptionAwsKms, key: text(string(e.Key)), context: text(client.EncodeContext(e.Context))}
		if e.BucketKey {
			h.bucketKey = aws.Bool(true)
		}
		return h, nil
	case client.DSSEKMS:
		return sse{mode: types.ServerSideEncryptionAwsKmsDsse, key: text(string(e.Key)), context: text(client.EncodeContext(e.Context))}, nil
	case client.SSEC:
		h, err := s.customer(c, e.Key)
		return sse{customerKey: h}, err
	}
	return sse{}, s.refuse(c, client.KindRefused, client.ErrUndecided)
}

// customer are the headers for a call that touches the bytes of an SSE-C
// object; the zero key has none.
func (s *Store) customer(c call, k client.CustomerKey) (customerHeaders, error) {
	if k.IsZero() {
		return customerHeaders{}, nil
	}
	if !s.safe {
		return customerHeaders{}, s.refuse(c, client.KindInsecure, errPlainText)
	}
	return customerHeaders{
		algorithm: aws.String("AES256"),
		key:       aws.String(k.Secret().Reveal()),
		md5:       aws.String(k.MD5()),
	}, nil
}

// text is a header value, nil for none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
