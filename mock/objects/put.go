package objects

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Service) putObject(w http.ResponseWriter, r *wire.Request) error {
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
	how, err := s.SSE.ForWrite(r)
	if err != nil {
		return err
	}
	rec.headers[sse.EchoHeader] = how.Echo
	o, err := s.Store.Put(r.Context(), store.PutRequest{
		Bucket: r.Bucket, Key: r.Key, Body: body, Size: body.size, MD5: body.md5, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		IfMatch: s.ifMatch(r.Header.Get("If-Match")), IfNoneMatch: r.Header.Get("If-None-Match"),
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Etag", s3.QuoteETag(o.ETag))
	h.Set("X-Amz-Object-Size", strconv.FormatInt(o.Size, 10)) // S3 tells it after an append only; versitygw and directory buckets, always
	wire.SetWrittenVersion(h, o)
	kept, _ := s.SSE.SentContext(o.Encryption)
	sse.SetHeaders(h, sse.Report(kept, o.Headers), how.ShowContext)
	s.setChecksums(h, o.Checksums, o.CRC64NVME)
	w.WriteHeader(http.StatusOK)
	return nil
}

// ifMatch is an ETag of a condition; one in quotes is none to a personality
// that compares it as it is written.
func (s *Service) ifMatch(etag string) string {
	if s.Personality.LiteralIfMatch && strings.HasPrefix(etag, `"`) {
		return "in quotes"
	}
	return etag
}

func (s *Service) deleteObject(w http.ResponseWriter, r *wire.Request) error {
	ask := store.DeleteRequest{Bucket: r.Bucket, Key: r.Key, VersionID: r.Version(), Bypass: r.BypassesGovernance(), IfMatch: r.Header.Get("If-Match")}
	if value := r.Header.Get("X-Amz-If-Match-Size"); value != "" {
		size, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return s3.BadArgument("The size must be a number of bytes", "x-amz-if-match-size", value)
		}
		ask.IfSize = &size
	}
	if s.Personality.DeletesRegardless {
		ask.IfMatch = ""
	}
	var err error
	if ask.IfModified, err = timeOf(r, "x-amz-if-match-last-modified-time"); err != nil {
		return err
	}
	done, err := s.Store.Delete(r.Context(), ask)
	if err != nil {
		return err
	}
	if done.VersionID != "" {
		w.Header().Set(s3.HeaderVersion, done.VersionID)
	}
	if done.DeleteMarker {
		w.Header().Set(s3.HeaderMarker, "true")
	}
	return wire.NoContent(w)
}
