package mock

import (
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/store"
)

func (s *Server) putObject(w *writer, r *request) error {
	rec, err := recordOf(r)
	if err != nil {
		return err
	}
	body, err := s.content(r, "")
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
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, Sealing: how.Sealing,
		IfMatch: r.Header.Get("If-Match"), IfNoneMatch: r.Header.Get("If-None-Match"),
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Etag", quoted(o.ETag))
	h.Set("X-Amz-Object-Size", strconv.FormatInt(o.Size, 10)) // S3 tells it after an append only; versitygw and directory buckets, always
	setWritten(h, o)
	setEncryption(h, tellObject(o.Encryption, o.Headers), how.context)
	s.setChecksums(h, o.Checksums, o.CRC64NVME)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) deleteObject(w *writer, r *request) error {
	done, err := s.store.Delete(r.Context(), store.DeleteRequest{
		Bucket: r.bucket, Key: r.key, VersionID: r.version(), IfMatch: r.Header.Get("If-Match"),
	})
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
