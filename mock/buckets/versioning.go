package buckets

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// mfaConfig keeps that MFA delete was said to be off: S3 tells of it only then.
const mfaConfig = "mfa-delete"

type versioningDocument struct {
	XMLName   xml.Name         `xml:"VersioningConfiguration"`
	Xmlns     string           `xml:"xmlns,attr,omitempty"`
	Status    store.Versioning `xml:",omitempty"`
	MfaDelete string           `xml:",omitempty"`
}

func (s *Service) getBucketVersioning(w http.ResponseWriter, r *wire.Request) error {
	b, err := s.Store.HeadBucket(r.Context(), r.Bucket)
	if err != nil {
		return err
	}
	mfa, err := s.Store.BucketConfig(r.Context(), r.Bucket, mfaConfig)
	if err != nil && !errors.Is(err, store.ErrNoSuchConfig) {
		return err
	}
	return wire.WriteXML(w, versioningDocument{Xmlns: s3.Namespace, Status: b.Versioning, MfaDelete: string(mfa)})
}

// putBucketVersioning enables or suspends. MFA delete cannot be switched on: nobody
// here has a device.
func (s *Service) putBucketVersioning(w http.ResponseWriter, r *wire.Request) error {
	var doc versioningDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	switch doc.Status {
	case store.Enabled, store.Suspended:
	case store.Unversioned:
		return s3.Refuse(http.StatusBadRequest, "IllegalVersioningConfigurationException", "The Versioning element must be specified")
	default:
		return s3.MalformedXML()
	}
	switch doc.MfaDelete {
	case "", "Disabled":
	case "Enabled":
		return s3.Refuse(http.StatusForbidden, "AccessDenied", "Mfa Authentication must be used for this request")
	default:
		return s3.MalformedXML()
	}
	if err := s.Store.SetVersioning(r.Context(), r.Bucket, doc.Status); err != nil {
		return err
	}
	if doc.MfaDelete != "" {
		if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, mfaConfig, []byte(doc.MfaDelete)); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
