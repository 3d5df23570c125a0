package mock

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
)

// storedDocument answers a document of a bucket as it was kept; missing where it
// was never put.
func (s *Server) storedDocument(w http.ResponseWriter, r *request, name string, missing error) error {
	raw, err := s.store.BucketConfig(r.Context(), r.bucket, name)
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = missing
	}
	if err != nil {
		return err
	}
	return writeRawXML(w, raw)
}

// storedOrEmpty answers a document of a bucket, or what a bucket has where none
// was ever put.
func (s *Server) storedOrEmpty(w http.ResponseWriter, r *request, name string, empty any) error {
	raw, err := s.store.BucketConfig(r.Context(), r.bucket, name)
	switch {
	case errors.Is(err, store.ErrNoSuchConfig):
		return writeXML(w, empty)
	case err != nil:
		return err
	}
	return writeRawXML(w, raw)
}

// keepDocument keeps what a document said with the bucket, written anew: what S3
// does not know of is not told again.
func (s *Server) keepDocument(r *request, name string, document any) error {
	raw, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	return s.store.SetBucketConfig(r.Context(), r.bucket, name, raw)
}

func (s *Server) forgetDocument(w http.ResponseWriter, r *request, name string) error {
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, name, nil); err != nil {
		return err
	}
	return noContent(w)
}

// readDocument reads the body of a PUT into a document.
func readDocument(r *request, document any) error { return unmarshalBody(r, false, document) }

// readDigested is readDocument of a body that must come with a digest.
func readDigested(r *request, document any) error { return unmarshalBody(r, true, document) }

func unmarshalBody(r *request, demanded bool, document any) error {
	raw, err := smallBody(r, demanded)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, document); err != nil {
		return malformedXML()
	}
	return nil
}
