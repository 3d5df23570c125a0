package objects

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// PostObject stores the file of a form that is authenticated and may; r is the PUT
// that the form means, see its headers, fields are those of the form.
func (s *Service) PostObject(w http.ResponseWriter, r *wire.Request, fields map[string]string) error {
	rec, err := s.recordOf(r)
	if err != nil {
		return err
	}
	if document := fields["tagging"]; document != "" {
		if rec.tags, err = readTags([]byte(document)); err != nil {
			return err
		}
	}
	body := &content{Reader: r.Auth.Body, size: -1, auth: r.Auth}
	if err := s.digesting(r, body, ""); err != nil {
		return err
	}
	lock, err := s.locksOf(r)
	if err == nil {
		err = s.demandDigest(r, lock.asked(), "Object")
	}
	if err != nil {
		return err
	}
	how, err := s.SSE.ForWrite(r)
	if err != nil {
		return err
	}
	rec.headers[sse.EchoHeader] = how.Echo
	o, err := s.Store.Put(r.Context(), store.PutRequest{
		Bucket: r.Bucket, Key: r.Key, Body: body, Size: -1, MD5: body.md5, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	wire.SetWrittenVersion(w.Header(), o)
	sse.SetHeaders(w.Header(), sse.Report(o.Encryption, o.Headers), false)
	s.setChecksums(w.Header(), o.Checksums, o.CRC64NVME)
	return posted(w, r, o, fields)
}

// posted answers as the form asks.
func posted(w http.ResponseWriter, r *wire.Request, o store.Object, fields map[string]string) error {
	location := completed(r, "").Location
	w.Header().Set("Etag", s3.QuoteETag(o.ETag))
	w.Header().Set("Location", location)
	if to, err := url.Parse(fields["success_action_redirect"]); err == nil && to.IsAbs() {
		q := to.Query()
		q.Set("bucket", r.Bucket)
		q.Set("key", r.Key)
		q.Set("etag", s3.QuoteETag(o.ETag))
		to.RawQuery = q.Encode()
		w.Header().Set("Location", to.String())
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	switch fields["success_action_status"] {
	case "200":
		w.WriteHeader(http.StatusOK)
	case "201":
		raw, err := xml.Marshal(struct {
			XMLName                     xml.Name `xml:"PostResponse"`
			Location, Bucket, Key, ETag string
		}{Location: location, Bucket: r.Bucket, Key: r.Key, ETag: s3.QuoteETag(o.ETag)})
		if err != nil {
			return fmt.Errorf("answer a form: %w", err)
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusCreated)
		_, err = w.Write(append([]byte(xml.Header), raw...))
		return err
	default:
		w.WriteHeader(http.StatusNoContent)
	}
	return nil
}
