package mock

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/store"
)

const policyConfig = "policy"

func (s *Server) ownerOf(bucket string) iam.Owner {
	return iam.Owner{Bucket: bucket, Account: accountID, CanonicalID: ownerID, Exists: s.people.arnExists}
}

// bucketPolicy is a bucket's policy; empty where there is none, or no bucket.
func (s *Server) bucketPolicy(r *request, bucket string) (iam.Policy, error) {
	raw, err := s.store.BucketConfig(r.Context(), bucket, policyConfig)
	if errors.Is(err, store.ErrNoSuchConfig) || errors.Is(err, store.ErrNoSuchBucket) {
		return iam.Policy{}, nil
	}
	if err != nil {
		return iam.Policy{}, err
	}
	of := s.ownerOf(bucket)
	of.Exists = func(string) bool { return true } // whoever has left since means nobody
	return iam.ParseBucketPolicy(raw, of)
}

// policyRefusal puts a policy that is not taken into an answer.
func policyRefusal(err error) error {
	var why *iam.Error
	switch {
	case !errors.As(err, &why):
		return err
	case why.Unjudged:
		return refuse(http.StatusNotImplemented, "NotImplemented", "The policy is one that S3 takes, but "+why.Message)
	}
	return refuse(http.StatusBadRequest, "MalformedPolicy", why.Message)
}

func noPolicy(bucket string) error {
	return refuse(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist.", field("BucketName", bucket))
}

func (s *Server) putBucketPolicy(w http.ResponseWriter, r *request) error {
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	raw, err := smallBody(r, false)
	if err != nil {
		return err
	}
	policy, err := iam.ParseBucketPolicy(raw, s.ownerOf(r.bucket))
	if err != nil {
		return policyRefusal(err)
	}
	block, err := s.publicAccess(r, r.bucket)
	switch {
	case err != nil:
		return err
	case block.BlockPublicPolicy && policy.Public():
		return accessDenied("User: " + r.who.ARN + ` is not authorized to perform: s3:PutBucketPolicy on resource: "` + bucketARN(r.bucket) +
			`" because public policies are blocked by the BlockPublicPolicy block public access setting.`)
	}
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, policyConfig, raw); err != nil {
		return err
	}
	return noContent(w)
}

func (s *Server) storedPolicy(r *request) ([]byte, error) {
	raw, err := s.store.BucketConfig(r.Context(), r.bucket, policyConfig)
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = noPolicy(r.bucket)
	}
	return raw, err
}

func (s *Server) getBucketPolicy(w http.ResponseWriter, r *request) error {
	raw, err := s.storedPolicy(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	_, err = w.Write(raw)
	return err
}

func (s *Server) deleteBucketPolicy(w http.ResponseWriter, r *request) error {
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, policyConfig, nil); err != nil {
		return err
	}
	return noContent(w)
}

func (s *Server) getBucketPolicyStatus(w http.ResponseWriter, r *request) error {
	if _, err := s.storedPolicy(r); err != nil {
		return err
	}
	policy, err := s.bucketPolicy(r, r.bucket)
	if err != nil {
		return err
	}
	return writeXML(w, struct {
		XMLName  xml.Name `xml:"PolicyStatus"`
		Xmlns    string   `xml:"xmlns,attr"`
		IsPublic bool
	}{Xmlns: namespace, IsPublic: policy.Public()})
}
