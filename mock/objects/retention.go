package objects

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// The retention and the legal hold of one version.

type retentionDocument struct {
	XMLName         xml.Name `xml:"Retention"`
	Xmlns           string   `xml:"xmlns,attr,omitempty"`
	Mode            string   `xml:",omitempty"`
	RetainUntilDate string   `xml:",omitempty"`
}

type legalHoldDocument struct {
	XMLName xml.Name `xml:"LegalHold"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Status  store.LegalHold
}

// locked finds the version whose lock is asked for, in a bucket that has locks.
func (s *Service) locked(w http.ResponseWriter, r *wire.Request) (store.Object, error) {
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return o, err
	}
	b, err := s.Store.HeadBucket(r.Context(), r.Bucket)
	if err == nil && b.ObjectLock == nil {
		err = s.noLock()
	}
	wire.SetReadVersion(w.Header(), r, o)
	return o, err
}

// neverLocked is the answer of a version on which no lock was put.
func (s *Service) neverLocked() error {
	if s.Personality.NeverLocked != nil {
		return s.Personality.NeverLocked
	}
	return s3.Refuse(http.StatusNotFound, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration.")
}

func (s *Service) getObjectRetention(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.locked(w, r)
	if err != nil {
		return err
	}
	if o.Retention.Mode == "" {
		return s.neverLocked()
	}
	return wire.WriteXML(w, retentionDocument{Xmlns: s3.Namespace, Mode: string(o.Retention.Mode), RetainUntilDate: s3.Timestamp(o.Retention.Until)})
}

func (s *Service) getObjectLegalHold(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.locked(w, r)
	if err != nil {
		return err
	}
	if o.LegalHold == store.NoHold {
		return s.neverLocked()
	}
	return wire.WriteXML(w, legalHoldDocument{Xmlns: s3.Namespace, Status: o.LegalHold})
}

// lockBody reads the document of a lock; a missing bucket is told first.
func (s *Service) lockBody(r *wire.Request, into any) error {
	raw, err := wire.ReadChecked(r, true)
	if err != nil {
		return err
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, into); err != nil {
		return s3.MalformedXML()
	}
	return nil
}

// putObjectRetention sets a retention; an empty one removes it.
func (s *Service) putObjectRetention(w http.ResponseWriter, r *wire.Request) error {
	var doc retentionDocument
	if err := s.lockBody(r, &doc); err != nil {
		return err
	}
	if s.Personality.RetentionStays && doc.Mode == "" {
		return s3.MalformedXML()
	}
	var kept store.Retention
	if doc.Mode != "" || doc.RetainUntilDate != "" {
		if !store.RetentionMode(doc.Mode).Known() || doc.RetainUntilDate == "" {
			return s3.MalformedXML()
		}
		var err error
		if kept, err = s.retentionUntil(store.RetentionMode(doc.Mode), doc.RetainUntilDate); err != nil {
			return err
		}
	}
	if _, err := s.locked(w, r); err != nil {
		return err
	}
	err := s.Store.SetRetention(r.Context(), store.RetentionRequest{
		Bucket: r.Bucket, Key: r.Key, VersionID: r.Version(), Retention: kept, Bypass: r.BypassesGovernance(),
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Service) putObjectLegalHold(w http.ResponseWriter, r *wire.Request) error {
	var doc legalHoldDocument
	if err := s.lockBody(r, &doc); err != nil {
		return err
	}
	if doc.Status != store.HoldOn && doc.Status != store.HoldOff {
		return s3.MalformedXML()
	}
	if _, err := s.locked(w, r); err != nil {
		return err
	}
	if err := s.Store.SetLegalHold(r.Context(), r.Bucket, r.Key, r.Version(), doc.Status); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
