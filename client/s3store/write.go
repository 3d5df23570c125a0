package s3store

import (
	"context"
	"io"
	"net/http"

	"github.com/bucketseal/bucketseal/client"
)

// defaultType is what an object is when nobody says.
const defaultType = "application/octet-stream"

// Put writes an object in one request, with the digests of the options, except
// a checksum where the server is known to refuse checksums.
func (s *Store) Put(ctx context.Context, at client.Location, body io.ReadSeeker, size int64, o client.PutOptions) (client.Object, error) {
	c := call{op: "PutObject", at: at, asked: o.Encryption, customer: customerOf(o.Encryption)}
	if err := s.checkPut(c, o); err != nil {
		return client.Object{}, err
	}
	h, err := s.sseOf(c, o.Encryption)
	if err != nil {
		return client.Object{}, err
	}
	q := &request{
		call: c, method: http.MethodPut, query: "x-id=PutObject", header: with(h.customerKey, 10), body: body, size: size, tries: s.patient,
	}
	h.onto(&q.header)
	q.header.set("Content-Type", contentType(o))
	for name, value := range o.Metadata {
		q.header.set(http.CanonicalHeaderKey(headerMetadata+name), value)
	}
	for name, value := range o.System.Headers() {
		q.header.set(name, value)
	}
	q.header.put("X-Amz-Tagging", tagging(o.Tags))
	a, err := s.upload(ctx, q, o.Digests, func() (a *answer, err error) {
		err = s.writing(ctx, at, overwriting{o.OnlyIfAbsent, o.IfMatch, c.customer}, func(none, match *string) (err error) {
			q.header.put("If-None-Match", none)
			q.header.put("If-Match", match)
			a, err = s.send(ctx, q)
			return err
		})
		return a, err
	})
	if err != nil {
		return client.Object{}, s.fail(c, err)
	}
	if err := s.vouch(ctx, c, a); err != nil {
		return client.Object{}, err
	}
	obj := writtenFrom(at, a.header)
	obj.Size = size
	return obj, nil
}

func (s *Store) checkPut(c call, o client.PutOptions) error {
	if err := c.at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if sum := o.Checksum; sum.Composite || sum.Algorithm != "" && sum.Algorithm != client.CRC64NVME && (sum.Algorithm != client.SHA256 || c.op != "PutObject") {
		return s.refuse(c, client.KindInvalid, client.Say("only a CRC64NVME of the full object can be sent as its checksum, or its SHA-256 with one request").Err())
	}
	return nil
}

func contentType(o client.PutOptions) string {
	if o.ContentType == "" {
		return defaultType
	}
	return o.ContentType
}

func customerOf(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}
