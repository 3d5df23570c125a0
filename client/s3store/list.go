package s3store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// List gives one page of what lies under a prefix: under.Key is taken verbatim,
// so "a" also finds "ab". Without Recursive, names up to the next "/" are given
// as folders and the marker object of the folder itself (a key equal to the
// prefix) is left out; with Recursive every key is given, markers too. A page
// may hold fewer entries than asked, even none, and still have a Next.
func (s *Store) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c := call{op: "ListObjectsV2", at: under}
	if under.Bucket == "" {
		return client.Page{}, s.refuse(c, client.KindInvalid, errors.New("no bucket is named: the buckets themselves are listed by Buckets"))
	}
	in := &s3.ListObjectsV2Input{Bucket: &under.Bucket, Prefix: text(under.Key), ContinuationToken: text(o.After)}
	if !o.Recursive {
		in.Delimiter = aws.String("/")
	}
	if o.Max > 0 {
		in.MaxKeys = aws.Int32(int32(min(o.Max, 1000)))
	}
	if s.atAWS {
		in.EncodingType = types.EncodingTypeUrl
	}
	out, err := s.s3.ListObjectsV2(ctx, in)
	if in.EncodingType == "" && (unreadable(err) || err == nil && lossy(out)) {
		in.EncodingType = types.EncodingTypeUrl
		out, err = s.s3.ListObjectsV2(ctx, in)
	}
	if err != nil {
		return client.Page{}, s.fail(c, err)
	}
	page, err := s.page(under, o, out)
	if err != nil {
		return client.Page{}, s.refuse(c, client.KindUnsupported, err)
	}
	return page, nil
}

// unreadable reports whether an answer could not be parsed, as happens when a
// key holds a character XML 1.0 has no way to write.
func unreadable(err error) bool {
	var broken *smithy.DeserializationError
	return errors.As(err, &broken) && strings.Contains(err.Error(), "XML syntax error")
}

// lossy reports whether an answer may hold a key that XML has changed: a parser
// must read a carriage return as a line feed, so that a key with a line feed may
// have been another one. https://www.w3.org/TR/xml/#sec-line-ends
func lossy(out *s3.ListObjectsV2Output) bool {
	for _, x := range out.Contents {
		if strings.Contains(aws.ToString(x.Key), "\n") {
			return true
		}
	}
	for _, x := range out.CommonPrefixes {
		if strings.Contains(aws.ToString(x.Prefix), "\n") {
			return true
		}
	}
	return false
}

// page turns an answer into entries in the order of their keys.
func (*Store) page(under client.Location, o client.ListOptions, out *s3.ListObjectsV2Output) (client.Page, error) {
	decode := func(s string) (string, error) { return s, nil }
	if out.EncodingType == types.EncodingTypeUrl {
		decode = url.QueryUnescape
	}
	var p client.Page
	for _, x := range out.Contents {
		key, err := decode(aws.ToString(x.Key))
		if err != nil {
			return p, fmt.Errorf("the server wrote the key %q in a way that cannot be read: %w", aws.ToString(x.Key), err)
		}
		if key == under.Key && !o.Recursive && strings.HasSuffix(key, "/") {
			continue
		}
		p.Objects = append(p.Objects, client.Object{
			At:   client.Location{Bucket: under.Bucket, Key: key},
			Size: aws.ToInt64(x.Size), Modified: aws.ToTime(x.LastModified),
			ETag: strings.Trim(aws.ToString(x.ETag), `"`), StorageClass: string(x.StorageClass),
		})
	}
	for _, x := range out.CommonPrefixes {
		key, err := decode(aws.ToString(x.Prefix))
		if err != nil {
			return p, fmt.Errorf("the server wrote the folder %q in a way that cannot be read: %w", aws.ToString(x.Prefix), err)
		}
		p.Objects = append(p.Objects, client.Object{At: client.Location{Bucket: under.Bucket, Key: key}, IsFolder: true})
	}
	slices.SortFunc(p.Objects, func(a, b client.Object) int { return strings.Compare(a.At.Key, b.At.Key) })
	if aws.ToBool(out.IsTruncated) {
		p.Next = aws.ToString(out.NextContinuationToken)
		if p.Next == "" || p.Next == o.After {
			return p, errors.New("the server says there is more and does not say where to go on: it has no ListObjectsV2")
		}
	}
	return p, nil
}
