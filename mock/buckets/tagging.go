package buckets

import (
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const (
	taggingConfig = "tagging"
	maxBucketTags = 50
)

// checkBucketTags refuses tags in the words of S3.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
func checkBucketTags(tags []struct{ Key, Value string }) error {
	if len(tags) > maxBucketTags {
		return s3.Refuse(http.StatusBadRequest, "BadRequest", "Bucket tag count cannot be greater than 50")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if err := s3.CheckTag(t.Key, t.Value); err != nil {
			return err
		}
		if seen[t.Key] {
			return s3.Refuse(http.StatusBadRequest, "InvalidTag", "Cannot provide multiple Tags with the same key", s3.Field("TagKey", t.Key))
		}
		seen[t.Key] = true
	}
	return nil
}

func (s *Service) getBucketTagging(w http.ResponseWriter, r *wire.Request) error {
	return s.storedDocument(w, r, taggingConfig, s3.Refuse(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist.", s3.Field("BucketName", r.Bucket)))
}

func (s *Service) putBucketTagging(w http.ResponseWriter, r *wire.Request) error {
	var doc s3.Tagging
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if err := checkBucketTags(doc.TagSet.Tag); err != nil {
		return err
	}
	doc.Xmlns = s3.Namespace
	if err := s.keepDocument(r, taggingConfig, doc); err != nil {
		return err
	}
	return wire.NoContent(w)
}

func (s *Service) deleteBucketTagging(w http.ResponseWriter, r *wire.Request) error {
	return s.forgetDocument(w, r, taggingConfig)
}
