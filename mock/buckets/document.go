package buckets

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// storedDocument answers a document of a bucket as it was kept; missing where it
// was never put.
func (s *Service) storedDocument(w http.ResponseWriter, r *wire.Request, name string, missing error) error {
	raw, err := s.Store.BucketConfig(r.Context(), r.Bucket, name)
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = missing
	}
	if err != nil {
		return err
	}
	return wire.WriteRawXML(w, raw)
}

// storedOrEmpty answers a document of a bucket, or what a bucket has where none
// was ever put.
func (s *Service) storedOrEmpty(w http.ResponseWriter, r *wire.Request, name string, empty any) error {
	raw, err := s.Store.BucketConfig(r.Context(), r.Bucket, name)
	switch {
	case errors.Is(err, store.ErrNoSuchConfig):
		return wire.WriteXML(w, empty)
	case err != nil:
		return err
	}
	return wire.WriteRawXML(w, raw)
}

// keepDocument keeps what a document said with the bucket, written anew: what S3
// does not know of is not told again.
func (s *Service) keepDocument(r *wire.Request, name string, document any) error {
	raw, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, name, raw)
}

func (s *Service) forgetDocument(w http.ResponseWriter, r *wire.Request, name string) error {
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, name, nil); err != nil {
		return err
	}
	return wire.NoContent(w)
}
