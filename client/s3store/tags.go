package s3store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// Tags are an object's tags; an object without any has none, which is no error.
func (s *Store) Tags(ctx context.Context, at client.Location, versionID string) (map[string]string, error) {
	c := call{op: "GetObjectTagging", at: at}
	if err := at.CheckKey(); err != nil {
		return nil, s.refuse(c, client.KindInvalid, err)
	}
	out, err := s.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	if err != nil {
		failed := s.fail(c, err)
		var e *client.Error
		if errors.As(failed, &e) && e.Code == "NoSuchTagSet" {
			return map[string]string{}, nil
		}
		return nil, failed
	}
	if out.TagSet == nil {
		return nil, s.refuse(c, client.KindUnsupported, client.Say("the answer is no list of tags").Err())
	}
	tags := make(map[string]string, len(out.TagSet))
	for _, t := range out.TagSet {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}
