package s3store

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Linker = (*Store)(nil)

// Link signs a request for others. Its time is that of the link or of the credentials,
// whichever ends first: S3 takes no link longer than the credentials that signed it.
func (s *Store) Link(ctx context.Context, at client.Location, o client.LinkOptions) (client.Link, error) {
	c := call{op: "GetObject", at: at, asked: o.Encryption}
	if o.Method == http.MethodPut {
		c.op = "PutObject"
	}
	if err := at.CheckKey(); err != nil {
		return client.Link{}, s.refuse(c, client.KindInvalid, err)
	}
	if o.For < time.Second || o.For > client.MaxLink {
		return client.Link{}, s.refuse(c, client.KindInvalid, client.Say("a link is good for a second at least and 7 days at most").Err())
	}
	link, until, err := s.term(ctx, c, o.For)
	if err != nil {
		return client.Link{}, err
	}
	signed, err := s.signLink(ctx, c, o, until)
	if err != nil {
		return client.Link{}, s.fail(c, err)
	}
	link.URL, link.Method, link.Headers = signed.URL, signed.Method, map[string]string{}
	for name, value := range signed.SignedHeader {
		if name != "Host" && name != "Content-Length" {
			link.Headers[name] = value[0]
		}
	}
	return link, nil
}

// term is when a link ends that is made now.
func (s *Store) term(ctx context.Context, c call, asked time.Duration) (link client.Link, until time.Duration, err error) {
	as, err := s.s3.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return link, 0, s.fail(c, err)
	}
	now, until := time.Now(), asked
	switch left := as.Expires.Sub(now); {
	case as.CanExpire && left < time.Second:
		return link, 0, s.refuse(c, client.KindExpired, client.Say("the credentials have ended, and no link can outlive them").Err())
	case as.CanExpire && left < asked:
		link.Sooner, until = true, left.Truncate(time.Second)
	case !as.CanExpire && as.SessionToken != "":
		link.MayEnd = true // nobody said when
	}
	link.Expires = now.Add(until)
	return link, until, nil
}

func (s *Store) signLink(ctx context.Context, c call, o client.LinkOptions, until time.Duration) (*v4.PresignedHTTPRequest, error) {
	var payer types.RequestPayer
	if s.account.RequesterPays {
		payer = types.RequestPayerRequester
	}
	by := s3.NewPresignClient(s.s3, func(p *s3.PresignOptions) {
		p.Expires = until
		p.ClientOptions = append(p.ClientOptions, func(so *s3.Options) {
			so.APIOptions = nil // nothing is sent
			so.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		})
	})
	if o.Method != http.MethodPut {
		return by.PresignGetObject(ctx, &s3.GetObjectInput{
			Bucket: &c.at.Bucket, Key: &c.at.Key, VersionId: text(o.VersionID), ResponseContentDisposition: text(o.Disposition), RequestPayer: payer,
		})
	}
	e, err := s.sseOf(c, o.Encryption)
	switch {
	case err != nil:
		return nil, err
	case client.TypeOf(o.Encryption) == client.TypeSSEC:
		return nil, s.refuse(c, client.KindRefused, client.Say("an SSE-C key would have to be sent with the link").Err())
	}
	return by.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &c.at.Bucket, Key: &c.at.Key, ContentType: text(o.ContentType), RequestPayer: payer,
		ServerSideEncryption: e.mode, SSEKMSKeyId: e.key, SSEKMSEncryptionContext: e.context, BucketKeyEnabled: e.bucketKey,
	})
}
