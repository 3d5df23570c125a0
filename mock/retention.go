package mock

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
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
func (s *Server) locked(w http.ResponseWriter, r *request) (store.Object, error) {
	o, err := s.store.Stat(r.Context(), r.bucket, r.key, r.version())
	if err != nil {
		return o, err
	}
	b, err := s.store.HeadBucket(r.Context(), r.bucket)
	if err == nil && b.ObjectLock == nil {
		err = noLock()
	}
	setRead(w.Header(), r, o)
	return o, err
}

func neverLocked() error {
	return refuse(http.StatusNotFound, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration.")
}

func (s *Server) getObjectRetention(w http.ResponseWriter, r *request) error {
	o, err := s.locked(w, r)
	if err != nil {
		return err
	}
	if o.Retention.Mode == "" {
		return neverLocked()
	}
	return writeXML(w, retentionDocument{Xmlns: namespace, Mode: string(o.Retention.Mode), RetainUntilDate: stamp(o.Retention.Until)})
}

func (s *Server) getObjectLegalHold(w http.ResponseWriter, r *request) error {
	o, err := s.locked(w, r)
	if err != nil {
		return err
	}
	if o.LegalHold == store.NoHold {
		return neverLocked()
	}
	return writeXML(w, legalHoldDocument{Xmlns: namespace, Status: o.LegalHold})
}

// lockBody reads the document of a lock; a missing bucket is told first.
func (s *Server) lockBody(r *request, into any) error {
	raw, err := smallBody(r, true)
	if err != nil {
		return err
	}
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, into); err != nil {
		return malformedXML()
	}
	return nil
}

// putObjectRetention sets a retention; an empty one removes it.
func (s *Server) putObjectRetention(w http.ResponseWriter, r *request) error {
	var doc retentionDocument
	if err := s.lockBody(r, &doc); err != nil {
		return err
	}
	var kept store.Retention
	if doc.Mode != "" || doc.RetainUntilDate != "" {
		if !store.RetentionMode(doc.Mode).Known() || doc.RetainUntilDate == "" {
			return malformedXML()
		}
		var err error
		if kept, err = s.retentionUntil(store.RetentionMode(doc.Mode), doc.RetainUntilDate); err != nil {
			return err
		}
	}
	if _, err := s.locked(w, r); err != nil {
		return err
	}
	err := s.store.SetRetention(r.Context(), store.RetentionRequest{
		Bucket: r.bucket, Key: r.key, VersionID: r.version(), Retention: kept, Bypass: r.bypasses(),
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) putObjectLegalHold(w http.ResponseWriter, r *request) error {
	var doc legalHoldDocument
	if err := s.lockBody(r, &doc); err != nil {
		return err
	}
	if doc.Status != store.HoldOn && doc.Status != store.HoldOff {
		return malformedXML()
	}
	if _, err := s.locked(w, r); err != nil {
		return err
	}
	if err := s.store.SetLegalHold(r.Context(), r.bucket, r.key, r.version(), doc.Status); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
