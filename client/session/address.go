package session

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Address is where an object is for whoever may read it without an account: its address
// without a signature. That it is public is not said by it.
func (s *Session) Address(ctx context.Context, at client.Location) (string, error) {
	linker, err := word[client.Linker](s, "address", at)
	if err != nil {
		return "", err
	}
	link, err := linker.Link(ctx, at, client.LinkOptions{Method: http.MethodGet, For: time.Minute})
	address, _, _ := strings.Cut(link.URL, "?")
	return address, err
}

// ARN is the name of an object, or of a bucket, in AWS's policies.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html
func (s *Session) ARN(at client.Location) string {
	partition := "aws"
	switch region := s.account.Region; {
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	arn := "arn:" + partition + ":s3:::" + at.Bucket
	if at.Key != "" {
		arn += "/" + at.Key
	}
	return arn
}
