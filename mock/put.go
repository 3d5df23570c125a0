package mock

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/store"
)

func (s *Server) putObject(w http.ResponseWriter, r *request) error {
	if err := writeConditions(r); err != nil {
		return err
	}
	rec, err := s.recordOf(r)
	if err != nil {
		return err
	}
	body, err := s.content(r, "")
	if err != nil {
		return err
	}
	lock, err := s.locksOf(r)
	if err == nil {
		err = s.demandDigest(r, lock.asked(), "Object")
	}
	if err != nil {
		return err
	}
	how, err := s.sealing(r)
	if err != nil {
		return err
	}
	rec.headers[echoHeader] = how.echo
	o, err := s.store.Put(r.Context(), store.PutRequest{
		Bucket: r.bucket, Key: r.key, Body: body, Size: body.size, MD5: body.md5, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		IfMatch: s.literally(r.Header.Get("If-Match")), IfNoneMatch: r.Header.Get("If-None-Match"),
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Etag", quoted(o.ETag))
	h.Set("X-Amz-Object-Size", strconv.FormatInt(o.Size, 10)) // S3 tells it after an append only; versitygw and directory buckets, always
	setWritten(h, o)
	kept, _ := s.shown(o.Encryption)
	setEncryption(h, tellObject(kept, o.Headers), how.context)
	s.setChecksums(h, o.Checksums, o.CRC64NVME)
	w.WriteHeader(http.StatusOK)
	return nil
}

// literally is an ETag of a condition; one in quotes is none to a personality
// that compares it as it is written.
func (s *Server) literally(etag string) string {
	if s.personality.LiteralIfMatch && strings.HasPrefix(etag, `"`) {
		return "in quotes"
	}
	return etag
}

func (s *Server) deleteObject(w http.ResponseWriter, r *request) error {
	ask := store.DeleteRequest{Bucket: r.bucket, Key: r.key, VersionID: r.version(), Bypass: r.bypasses(), IfMatch: r.Header.Get("If-Match")}
	if value := r.Header.Get("X-Amz-If-Match-Size"); value != "" {
		size, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return badArgument("The size must be a number of bytes", "x-amz-if-match-size", value)
		}
		ask.IfSize = &size
	}
	if s.personality.DeletesRegardless {
		ask.IfMatch = ""
	}
	var err error
	if ask.IfModified, err = timeOf(r, "x-amz-if-match-last-modified-time"); err != nil {
		return err
	}
	done, err := s.store.Delete(r.Context(), ask)
	if err != nil {
		return err
	}
	if done.VersionID != "" {
		w.Header().Set(headerVersion, done.VersionID)
	}
	if done.DeleteMarker {
		w.Header().Set(headerMarker, "true")
	}
	return noContent(w)
}
