package mock

import "net/http"

const (
	taggingConfig = "tagging"
	maxBucketTags = 50
)

// checkBucketTags refuses tags in the words of S3.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
func checkBucketTags(tags []struct{ Key, Value string }) error {
	if len(tags) > maxBucketTags {
		return refuse(http.StatusBadRequest, "BadRequest", "Bucket tag count cannot be greater than 50")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if err := checkTag(t.Key, t.Value); err != nil {
			return err
		}
		if seen[t.Key] {
			return refuse(http.StatusBadRequest, "InvalidTag", "Cannot provide multiple Tags with the same key", field("TagKey", t.Key))
		}
		seen[t.Key] = true
	}
	return nil
}

func (s *Server) getBucketTagging(w http.ResponseWriter, r *request) error {
	return s.storedDocument(w, r, taggingConfig, refuse(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist.", field("BucketName", r.bucket)))
}

func (s *Server) putBucketTagging(w http.ResponseWriter, r *request) error {
	var doc tagDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if err := checkBucketTags(doc.TagSet.Tag); err != nil {
		return err
	}
	doc.Xmlns = namespace
	if err := s.keepDocument(r, taggingConfig, doc); err != nil {
		return err
	}
	return noContent(w)
}

func (s *Server) deleteBucketTagging(w http.ResponseWriter, r *request) error {
	return s.forgetDocument(w, r, taggingConfig)
}
