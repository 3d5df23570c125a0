package s3store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// mostBucketPages is more than any account has, at a thousand buckets a page.
const mostBucketPages = 1000

// Buckets lists the account's buckets, by name.
func (s *Store) Buckets(ctx context.Context) ([]client.Bucket, error) {
	c := call{op: "ListBuckets"}
	var all []client.Bucket
	in := &s3.ListBucketsInput{}
	seen := map[string]bool{}
	for {
		out, err := s.s3.ListBuckets(ctx, in)
		if err != nil {
			return nil, s.fail(c, err)
		}
		for _, b := range out.Buckets {
			if aws.ToString(b.Name) == "" {
				return nil, s.fail(c, contradiction(client.Say("the list names a bucket without a name")))
			}
			all = append(all, client.Bucket{
				Name: aws.ToString(b.Name), Created: aws.ToTime(b.CreationDate), Region: aws.ToString(b.BucketRegion),
			})
		}
		next := aws.ToString(out.ContinuationToken)
		if next == "" {
			break
		}
		if seen[next] || len(seen) == mostBucketPages {
			return nil, s.fail(c, contradiction(client.Say("the list goes in circles: it goes on where it has been already")))
		}
		seen[next] = true
		in.ContinuationToken = &next
	}
	slices.SortFunc(all, func(a, b client.Bucket) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// MakeBucket makes a bucket, at AWS in the account's region. At us-east-1 and
// on Ceph a bucket which is the account's already counts as made; elsewhere it
// is KindExists.
func (s *Store) MakeBucket(ctx context.Context, name string) error {
	c := call{op: "CreateBucket", at: client.Location{Bucket: name}}
	in := &s3.CreateBucketInput{Bucket: &name}
	if s.atAWS && s.region != client.DefaultRegion {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(s.region)}
	}
	out, err := s.s3.CreateBucket(ctx, in)
	if err != nil {
		return s.fail(c, err)
	}
	return s.vouch(ctx, c, answerOf(out.ResultMetadata))
}

// RemoveBucket removes an empty bucket.
func (s *Store) RemoveBucket(ctx context.Context, name string) error {
	c := call{op: "DeleteBucket", at: client.Location{Bucket: name}}
	out, err := s.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
	if err != nil {
		return s.fail(c, err)
	}
	return s.vouch(ctx, c, answerOf(out.ResultMetadata))
}

// DefaultEncryption is what the bucket does with uploads that ask for nothing.
// A server that does not have the call answers in many ways, a 200 without
// rules among them (Ceph 16): all of them are "not told".
func (s *Store) DefaultEncryption(ctx context.Context, bucket string) (client.Reported, error) {
	c := call{op: "GetBucketEncryption", at: client.Location{Bucket: bucket}}
	out, err := s.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket})
	if err != nil {
		return s.noDefault(s.fail(c, err))
	}
	if out.ServerSideEncryptionConfiguration == nil {
		return client.Reported{}, nil
	}
	for _, r := range out.ServerSideEncryptionConfiguration.Rules {
		if d := r.ApplyServerSideEncryptionByDefault; d != nil {
			return client.ReportedFrom(string(d.SSEAlgorithm), aws.ToString(d.KMSMasterKeyID), aws.ToBool(r.BucketKeyEnabled), "", ""), nil
		}
	}
	return client.Reported{}, nil
}

// noDefault reads a refusal: the one that says there is no default is an
// answer, a failure to reach the bucket is an error, anything else says
// nothing.
func (*Store) noDefault(err error) (client.Reported, error) {
	var e *client.Error
	if errors.As(err, &e) && e.Code == "ServerSideEncryptionConfigurationNotFoundError" {
		return client.ReportedFrom("", "", false, "", ""), nil
	}
	switch client.KindOf(err) {
	case client.KindNoBucket, client.KindNetwork, client.KindStalled, client.KindTLS, client.KindCancelled,
		client.KindThrottled, client.KindUnavailable, client.KindExpired, client.KindClockSkew, client.KindWrongRegion,
		client.KindNotS3, client.KindContradiction, client.KindRedirected:
		return client.Reported{}, err
	}
	return client.Reported{}, nil
}
