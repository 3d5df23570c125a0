package mock

import (
	"encoding/xml"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strings"

	"github.com/bucketseal/bucketseal/mock/store"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

const maxBuckets = 10000 // of one page

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func validBucketName(name string) bool {
	return bucketName.MatchString(name) && !strings.Contains(name, "..") && net.ParseIP(name) == nil
}

type owner struct{ ID, DisplayName string }

var theOwner = owner{ownerID, ownerName}

func (s *Server) listBuckets(w http.ResponseWriter, r *request) error {
	type bucket struct{ Name, CreationDate, BucketRegion string }
	doc := struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Owner   owner
		Buckets struct{ Bucket []bucket }
		Prefix  string `xml:",omitempty"`
		Token   string `xml:"ContinuationToken,omitempty"`
	}{Xmlns: namespace, Owner: theOwner, Prefix: r.query.Get("prefix")}
	limit, err := limitOf(r, "max-buckets", maxBuckets, maxBuckets+1)
	if err != nil || limit < 1 || limit > maxBuckets {
		return badArgument("Argument max-buckets must be an integer between 1 and 10000.", "max-buckets", r.query.Get("max-buckets"))
	}
	all, err := s.store.Buckets(r.Context())
	if err != nil {
		return err
	}
	for _, b := range all {
		if !strings.HasPrefix(b.Name, doc.Prefix) || b.Name <= r.query.Get("continuation-token") {
			continue
		}
		if len(doc.Buckets.Bucket) == limit {
			doc.Token = doc.Buckets.Bucket[limit-1].Name
			break
		}
		doc.Buckets.Bucket = append(doc.Buckets.Bucket, bucket{b.Name, stamp(b.Created), s.region})
	}
	return writeXML(w, doc)
}

func (s *Server) createBucket(w http.ResponseWriter, r *request) error {
	if !validBucketName(r.bucket) {
		return refuse(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
	}
	tags, err := s.newBucketTags(r)
	if err != nil {
		return err
	}
	docs, err := s.newBucketAccess(r)
	if err != nil {
		return err
	}
	if len(tags.TagSet.Tag) > 0 {
		if err := s.may(r, need{"s3:TagResource", r.address}); err != nil {
			return err
		}
		if docs[taggingConfig], err = xml.Marshal(tags); err != nil {
			return err
		}
	}
	create := s.store.CreateBucket
	if strings.EqualFold(r.Header.Get(headerLockBucket), "true") {
		create = s.store.CreateLockedBucket
	}
	_, err = create(r.Context(), r.bucket, s.region)
	for name, doc := range docs {
		if err != nil {
			break // another's bucket is not touched, nor one's own
		}
		err = s.store.SetBucketConfig(r.Context(), r.bucket, name, doc)
	}
	// In us-east-1 S3 answers 200 to the owner who makes a bucket again.
	welcome := (s.region == defaultRegion || s.personality.RemakesBuckets) && !s.personality.OwnBucketConflicts
	if err != nil && !(errors.Is(err, store.ErrBucketExists) && welcome) {
		return err
	}
	w.Header().Set("Location", "/"+r.bucket)
	w.Header().Set("X-Amz-Bucket-Arn", bucketARN(r.bucket))
	w.WriteHeader(http.StatusOK)
	return nil
}

// newBucketTags reads the document of CreateBucket: where the bucket shall be,
// which must be here, and its tags.
func (s *Server) newBucketTags(r *request) (tagDocument, error) {
	tags := tagDocument{Xmlns: namespace}
	raw, err := smallBody(r, false)
	if err != nil || len(raw) == 0 {
		return tags, err
	}
	var doc struct {
		XMLName            xml.Name `xml:"CreateBucketConfiguration"`
		LocationConstraint string
		Tags               []struct{ Key, Value string } `xml:"Tags>Tag"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return tags, malformedXML()
	}
	// S3's first region has no name here: it is where a bucket goes without any.
	if l := doc.LocationConstraint; l != "" && (l != s.region || l == defaultRegion) && !s.personality.AnyRegion {
		return tags, refuse(http.StatusBadRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid", field("LocationConstraint", l))
	}
	tags.TagSet.Tag = doc.Tags
	return tags, checkBucketTags(doc.Tags)
}

func (s *Server) deleteBucket(w http.ResponseWriter, r *request) error {
	if err := s.store.DeleteBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) headBucket(w http.ResponseWriter, r *request) error {
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	w.Header().Set("X-Amz-Bucket-Region", s.region)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) getBucketLocation(w http.ResponseWriter, r *request) error {
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	doc := struct {
		XMLName xml.Name `xml:"LocationConstraint"`
		Xmlns   string   `xml:"xmlns,attr"`
		Region  string   `xml:",chardata"`
	}{Xmlns: namespace, Region: s.region}
	if s.region == defaultRegion { // S3 tells its first region by an empty element
		doc.Region = ""
	}
	return writeXML(w, doc)
}
