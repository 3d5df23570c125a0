package buckets

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const maxBuckets = 10000 // of one page

func (s *Service) listBuckets(w http.ResponseWriter, r *wire.Request) error {
	type bucket struct{ Name, CreationDate, BucketRegion string }
	doc := struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Owner   s3.Owner
		Buckets struct{ Bucket []bucket }
		Prefix  string `xml:",omitempty"`
		Token   string `xml:"ContinuationToken,omitempty"`
	}{Xmlns: s3.Namespace, Owner: s3.TheOwner, Prefix: r.Query.Get("prefix")}
	limit, err := wire.QueryLimit(r, "max-buckets", maxBuckets, maxBuckets+1)
	if err != nil || limit < 1 || limit > maxBuckets {
		return s3.BadArgument("Argument max-buckets must be an integer between 1 and 10000.", "max-buckets", r.Query.Get("max-buckets"))
	}
	all, err := s.Store.Buckets(r.Context())
	if err != nil {
		return err
	}
	for _, b := range all {
		if !strings.HasPrefix(b.Name, doc.Prefix) || b.Name <= r.Query.Get("continuation-token") {
			continue
		}
		if len(doc.Buckets.Bucket) == limit {
			doc.Token = doc.Buckets.Bucket[limit-1].Name
			break
		}
		doc.Buckets.Bucket = append(doc.Buckets.Bucket, bucket{b.Name, s3.Timestamp(b.Created), s.Region})
	}
	return wire.WriteXML(w, doc)
}

func (s *Service) createBucket(w http.ResponseWriter, r *wire.Request) error {
	if !s3.ValidBucketName(r.Bucket) {
		return s3.Refuse(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
	}
	tags, err := s.newBucketTags(r)
	if err != nil {
		return err
	}
	docs, err := s.Access.NewBucketAccess(r)
	if err != nil {
		return err
	}
	if len(tags.TagSet.Tag) > 0 {
		if err := s.Access.Require(r, access.Permission{Action: "s3:TagResource", On: r.Address}); err != nil {
			return err
		}
		if docs[taggingConfig], err = xml.Marshal(tags); err != nil {
			return err
		}
	}
	create := s.Store.CreateBucket
	if strings.EqualFold(r.Header.Get(s3.HeaderLockBucket), "true") {
		create = s.Store.CreateLockedBucket
	}
	_, err = create(r.Context(), r.Bucket, s.Region)
	for name, doc := range docs {
		if err != nil {
			break // another's bucket is not touched, nor one's own
		}
		err = s.Store.SetBucketConfig(r.Context(), r.Bucket, name, doc)
	}
	// In us-east-1 S3 answers 200 to the owner who makes a bucket again.
	welcome := (s.Region == s3.DefaultRegion || s.Personality.RemakesBuckets) && !s.Personality.OwnBucketConflicts
	if err != nil && !(errors.Is(err, store.ErrBucketExists) && welcome) {
		return err
	}
	w.Header().Set("Location", "/"+r.Bucket)
	w.Header().Set("X-Amz-Bucket-Arn", access.BucketARN(r.Bucket))
	w.WriteHeader(http.StatusOK)
	return nil
}

// newBucketTags reads the document of CreateBucket: where the bucket shall be,
// which must be here, and its tags.
func (s *Service) newBucketTags(r *wire.Request) (s3.Tagging, error) {
	tags := s3.Tagging{Xmlns: s3.Namespace}
	raw, err := wire.ReadChecked(r, false)
	if err != nil || len(raw) == 0 {
		return tags, err
	}
	var doc struct {
		XMLName            xml.Name `xml:"CreateBucketConfiguration"`
		LocationConstraint string
		Tags               []struct{ Key, Value string } `xml:"Tags>Tag"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return tags, s3.MalformedXML()
	}
	// S3's first region has no name here: it is where a bucket goes without any.
	if l := doc.LocationConstraint; l != "" && (l != s.Region || l == s3.DefaultRegion) && !s.Personality.AnyRegion {
		return tags, s3.Refuse(http.StatusBadRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid", s3.Field("LocationConstraint", l))
	}
	tags.TagSet.Tag = doc.Tags
	return tags, checkBucketTags(doc.Tags)
}

func (s *Service) deleteBucket(w http.ResponseWriter, r *wire.Request) error {
	if err := s.Store.DeleteBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) headBucket(w http.ResponseWriter, r *wire.Request) error {
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	w.Header().Set("X-Amz-Bucket-Region", s.Region)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Service) getBucketLocation(w http.ResponseWriter, r *wire.Request) error {
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	doc := struct {
		XMLName xml.Name `xml:"LocationConstraint"`
		Xmlns   string   `xml:"xmlns,attr"`
		Region  string   `xml:",chardata"`
	}{Xmlns: s3.Namespace, Region: s.Region}
	if s.Region == s3.DefaultRegion { // S3 tells its first region by an empty element
		doc.Region = ""
	}
	return wire.WriteXML(w, doc)
}
