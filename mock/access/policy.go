package access

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const policyConfig = "policy"

func (s *Service) ownerOf(bucket string) iam.Owner {
	return iam.Owner{Bucket: bucket, Account: s3.AccountID, CanonicalID: s3.OwnerID, Exists: s.People.Exists}
}

// bucketPolicy is a bucket's policy; empty where there is none, or no bucket.
func (s *Service) bucketPolicy(r *wire.Request, bucket string) (iam.Policy, error) {
	raw, err := s.Store.BucketConfig(r.Context(), bucket, policyConfig)
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
		return s3.Refuse(http.StatusNotImplemented, "NotImplemented", "The policy is one that S3 takes, but "+why.Message)
	}
	return s3.Refuse(http.StatusBadRequest, "MalformedPolicy", why.Message)
}

func noPolicy(bucket string) error {
	return s3.Refuse(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist.", s3.Field("BucketName", bucket))
}

func (s *Service) putBucketPolicy(w http.ResponseWriter, r *wire.Request) error {
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	raw, err := wire.ReadChecked(r, false)
	if err != nil {
		return err
	}
	policy, err := iam.ParseBucketPolicy(raw, s.ownerOf(r.Bucket))
	if err != nil {
		return policyRefusal(err)
	}
	block, err := s.publicAccess(r, r.Bucket)
	switch {
	case err != nil:
		return err
	case block.BlockPublicPolicy && policy.Public():
		return s3.AccessDenied("User: " + r.Caller.ARN + ` is not authorized to perform: s3:PutBucketPolicy on resource: "` + BucketARN(r.Bucket) +
			`" because public policies are blocked by the BlockPublicPolicy block public access setting.`)
	}
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, policyConfig, raw); err != nil {
		return err
	}
	return wire.NoContent(w)
}

func (s *Service) storedPolicy(r *wire.Request) ([]byte, error) {
	raw, err := s.Store.BucketConfig(r.Context(), r.Bucket, policyConfig)
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = noPolicy(r.Bucket)
	}
	return raw, err
}

func (s *Service) getBucketPolicy(w http.ResponseWriter, r *wire.Request) error {
	raw, err := s.storedPolicy(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	_, err = w.Write(raw)
	return err
}

func (s *Service) deleteBucketPolicy(w http.ResponseWriter, r *wire.Request) error {
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, policyConfig, nil); err != nil {
		return err
	}
	return wire.NoContent(w)
}

func (s *Service) getBucketPolicyStatus(w http.ResponseWriter, r *wire.Request) error {
	if _, err := s.storedPolicy(r); err != nil {
		return err
	}
	policy, err := s.bucketPolicy(r, r.Bucket)
	if err != nil {
		return err
	}
	return wire.WriteXML(w, struct {
		XMLName  xml.Name `xml:"PolicyStatus"`
		Xmlns    string   `xml:"xmlns,attr"`
		IsPublic bool
	}{Xmlns: s3.Namespace, IsPublic: policy.Public()})
}
