package s3store

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

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

// SetTags replaces the tags of an object.
func (s *Store) SetTags(ctx context.Context, at client.Location, versionID string, tags map[string]string) error {
	c := call{op: "PutObjectTagging", at: at}
	if err := at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if !s.can.lets(c.op, at.Bucket) {
		if _, err := s.Tags(ctx, at, versionID); err != nil { // its answer says whether the server knows them
			return err
		}
	}
	set := make([]types.Tag, 0, len(tags))
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		set = append(set, types.Tag{Key: &name, Value: aws.String(tags[name])})
	}
	_, err := s.s3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID), Tagging: &types.Tagging{TagSet: set},
	})
	return s.fail(c, err)
}

// tagging is tags as the header of a write has them, nil for none.
func tagging(tags map[string]string) *string {
	if len(tags) == 0 {
		return nil
	}
	v := url.Values{}
	for name, value := range tags {
		v.Set(name, value)
	}
	return text(strings.ReplaceAll(v.Encode(), "+", "%20")) // Ceph 16 takes a plus for a plus
}
