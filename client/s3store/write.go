package s3store

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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
	in := &s3.PutObjectInput{
		Bucket: &at.Bucket, Key: &at.Key, ContentLength: &size,
		ContentType: aws.String(contentType(o)), Metadata: o.Metadata,
		ServerSideEncryption: h.mode, SSEKMSKeyId: h.key, SSEKMSEncryptionContext: h.context, BucketKeyEnabled: h.bucketKey,
		SSECustomerAlgorithm: h.customerKey.algorithm, SSECustomerKey: h.customerKey.key, SSECustomerKeyMD5: h.customerKey.md5,
	}
	in.ChecksumCRC64NVME, in.ContentMD5 = s.digests.sends(o.Checksum), text(o.MD5)
	put := func() (out *s3.PutObjectOutput, err error) {
		err = s.writing(ctx, at, overwriting{o.OnlyIfAbsent, o.IfMatch, c.customer}, func(none, match *string) (err error) {
			in.IfNoneMatch, in.IfMatch, in.Body = none, match, newSource(body, size)
			out, err = s.s3.PutObject(ctx, in, s.patiently)
			return err
		})
		return out, err
	}
	out, err := demanded(s, &in.ContentMD5, body, size, func() (*s3.PutObjectOutput, error) {
		return unchecked(s, in.ChecksumCRC64NVME != nil, put, func() { in.ChecksumCRC64NVME = nil })
	})
	if err != nil {
		return client.Object{}, s.fail(c, err)
	}
	s.digests.learn(in.ChecksumCRC64NVME, out.ChecksumCRC64NVME)
	answer := headersOf(out.ResultMetadata)
	if err := s.vouch(ctx, c, out.ResultMetadata); err != nil {
		return client.Object{}, err
	}
	obj := writtenFrom(at, answer)
	obj.Size = size
	return obj, nil
}

func (s *Store) checkPut(c call, o client.PutOptions) error {
	if err := c.at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if sum := o.Checksum; sum.Composite || sum.Algorithm != "" && sum.Algorithm != client.CRC64NVME {
		return s.refuse(c, client.KindInvalid, client.Say("only a CRC64NVME of the full object can be sent as its checksum").Err())
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
