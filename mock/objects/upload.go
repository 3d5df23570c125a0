package objects

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Service) createUpload(w http.ResponseWriter, r *wire.Request) error {
	rec, err := s.recordOf(r)
	if err != nil {
		return err
	}
	algorithm, kind, err := s.uploadChecksum(r)
	if err != nil {
		return err
	}
	lock, err := s.locksOf(r)
	if err != nil {
		return err
	}
	how, err := s.SSE.ForWrite(r)
	if err != nil {
		return err
	}
	rec.headers[sse.EchoHeader] = how.Echo
	if s.Personality.Copies.LoseTags {
		rec.tags = nil
	}
	u, err := s.Store.CreateUpload(r.Context(), store.UploadRequest{
		Bucket: r.Bucket, Key: r.Key, Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl,
		Sealing: how.Sealing, ChecksumAlgorithm: string(algorithm), ChecksumType: kind,
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	s.SSE.SetMultipartHeaders(w.Header(), sse.Report(u.Encryption, u.Headers), how.ShowContext)
	if algorithm != "" {
		w.Header().Set("X-Amz-Checksum-Algorithm", string(algorithm))
		w.Header().Set("X-Amz-Checksum-Type", kind)
	}
	return wire.WriteXML(w, struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Bucket   string
		Key      name
		UploadID string `xml:"UploadId"`
	}{Xmlns: s3.Namespace, Bucket: r.Bucket, Key: naming{}.of(r.Key), UploadID: u.ID})
}

// uploadChecksum reads which checksum the upload will carry; both are empty
// where the client leaves it to S3.
func (s *Service) uploadChecksum(r *wire.Request) (sigv4.Algorithm, string, error) {
	named, kind := r.Header.Get("X-Amz-Checksum-Algorithm"), strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type"))
	if s.Personality.NoChecksums {
		return "", "", nil
	}
	if kind != "" && kind != fullObject && kind != composite {
		return "", "", badChecksumType()
	}
	if named == "" {
		if kind != "" {
			return "", "", s3.BadRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
		}
		return "", "", nil
	}
	a, ok := sigv4.AlgorithmOf("x-amz-checksum-" + named)
	if !ok {
		return "", "", unsupportedAlgorithm()
	}
	canFull, canParts := a.Whole(), a != sigv4.CRC64NVME
	switch {
	case kind == "" && canParts:
		kind = composite
	case kind == "":
		kind = fullObject
	case kind == fullObject && canFull, kind == composite && canParts:
	default:
		return "", "", s3.BadRequest("The " + kind + " checksum type cannot be used with the " + strings.ToLower(string(a)) + " checksum algorithm.")
	}
	return a, kind, nil
}

func badChecksumType() error {
	return s3.BadRequest("Value for x-amz-checksum-type header is invalid.")
}

func partNumber(r *wire.Request) (int, error) {
	n, err := strconv.Atoi(r.Query.Get("partNumber"))
	if err != nil || n < 1 || n > store.MaxPartNumber {
		return 0, store.ErrPartNumber
	}
	return n, nil
}

// partKey is the customer key of a part, judged against the upload.
func (s *Service) partKey(r *wire.Request, u store.Upload) (seal.CustomerKey, error) {
	if err := s.SSE.RefuseHeaders(r); err != nil {
		return seal.CustomerKey{}, err
	}
	key, err := s.SSE.CustomerKey(r, s3.HeaderCustomer)
	if err != nil {
		return key, err
	}
	if key.IsZero() && u.Encryption.Mode == store.SSEC && s.Personality.MissingCustomerKey != nil {
		return key, s.Personality.MissingCustomerKey
	}
	if key.IsZero() == (u.Encryption.Mode == store.SSEC) {
		return key, s3.BadRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	}
	return key, nil
}

// partRefusal gives a wrong customer key the answer of parts.
func (s *Service) partRefusal(err error) error {
	if errors.Is(err, store.ErrWrongCustomerKey) {
		if s.Personality.WrongCustomerKey != nil {
			return s.Personality.WrongCustomerKey
		}
		return s3.BadRequest("The provided encryption parameters did not match the ones used originally.")
	}
	return err
}

func (s *Service) uploadPart(w http.ResponseWriter, r *wire.Request) error {
	u, part, err := s.partRequest(r)
	if err != nil {
		return err
	}
	body, err := s.content(r, sigv4.Algorithm(u.ChecksumAlgorithm))
	if err != nil {
		return err
	}
	if err := partChecksum(r, u, body); err != nil {
		return err
	}
	if err := s.demandDigest(r, locks{u.Retention, u.LegalHold}.asked(), "Part"); err != nil {
		return err
	}
	part.Body, part.Size, part.MD5, part.Verify = body, body.size, body.md5, body.verify
	p, err := s.Store.PutPart(r.Context(), part)
	if err != nil {
		return s.partRefusal(err)
	}
	w.Header().Set("Etag", s3.QuoteETag(p.ETag))
	kept, context := s.SSE.SentContext(u.Encryption)
	sse.SetHeaders(w.Header(), sse.Report(kept, u.Headers), context)
	s.setChecksums(w.Header(), p.Checksums, p.CRC64NVME)
	w.Header().Del("X-Amz-Checksum-Type") // told of objects only
	w.WriteHeader(http.StatusOK)
	return nil
}

// partChecksum demands the upload's own algorithm of a part, and for a
// checksum made of the parts' it demands one at all.
func partChecksum(r *wire.Request, u store.Upload, body *content) error {
	actual := string(body.algorithm)
	if sent, _, _ := wire.AnnouncedChecksum(r); sent == "" && u.ChecksumType == composite {
		actual = "null"
	} else if u.ChecksumAlgorithm == "" || string(body.algorithm) == u.ChecksumAlgorithm {
		return nil
	}
	return s3.BadRequest("Checksum Type mismatch occurred, expected checksum Type: " + u.ChecksumAlgorithm + ", actual checksum Type: " + actual)
}

// upload finds the open upload of a request; a missing bucket is told first.
func (s *Service) upload(r *wire.Request) (store.Upload, error) {
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return store.Upload{}, err
	}
	return s.Store.Upload(r.Context(), r.Bucket, r.Key, r.Query.Get("uploadId"))
}

// partRequest finds the upload and the key; the body is the caller's.
func (s *Service) partRequest(r *wire.Request) (store.Upload, store.PartRequest, error) {
	number, err := partNumber(r)
	if err != nil {
		return store.Upload{}, store.PartRequest{}, err
	}
	u, err := s.upload(r)
	if err != nil {
		return u, store.PartRequest{}, err
	}
	if err := s.Access.MayDecrypt(r, u.Encryption); err != nil {
		return u, store.PartRequest{}, err
	}
	key, err := s.partKey(r, u)
	return u, store.PartRequest{Bucket: r.Bucket, Key: r.Key, UploadID: u.ID, Number: number, Customer: key}, err
}

func (s *Service) uploadPartCopy(w http.ResponseWriter, r *wire.Request) error {
	u, part, err := s.partRequest(r)
	if err != nil {
		return err
	}
	from, err := wire.SourceOf(r)
	if err != nil {
		return err
	}
	reader, err := s.openSource(r, from)
	if err != nil {
		return err
	}
	defer reader.Close()
	off, length := int64(0), reader.Size()
	if header := r.Header.Get("X-Amz-Copy-Source-Range"); header != "" {
		var ok bool
		if off, length, ok = parseRange(header, reader.Size()); !ok || strings.HasSuffix(header, "-") || strings.HasPrefix(header, "bytes=-") {
			return s3.BadArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header)
		}
		if end, _ := strconv.ParseInt(header[strings.LastIndexByte(header, '-')+1:], 10, 64); length == 0 || end >= reader.Size() {
			return s3.BadArgument("Range specified is not valid for source object of size: "+strconv.FormatInt(reader.Size(), 10), "x-amz-copy-source-range", header)
		}
	}
	if length > s3.MaxPut {
		return s3.Refuse(http.StatusBadRequest, "InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	body := s.computing(io.LimitReader(reader.Range(off, length), length), length, sigv4.Algorithm(u.ChecksumAlgorithm))
	part.Body, part.Size, part.Verify = body, length, body.verify
	p, err := s.Store.PutPart(r.Context(), part)
	if err != nil {
		return s.partRefusal(err)
	}
	setSource(w.Header(), from, reader.Object)
	sse.SetHeaders(w.Header(), sse.Report(u.Encryption, u.Headers), false)
	doc := copyResult{XMLName: xml.Name{Local: "CopyPartResult"}, Xmlns: s3.Namespace, LastModified: s3.Timestamp(p.Modified), ETag: s3.QuoteETag(p.ETag)}
	doc.Sums, _ = s.elements(p.Checksums, "") // only what the upload was to carry
	return wire.WriteXML(w, doc)
}

// abortUpload judges x-amz-if-match-initiated-time, of which one that has not come
// yet is ignored.
func (s *Service) abortUpload(w http.ResponseWriter, r *wire.Request) error {
	at, err := timeOf(r, "x-amz-if-match-initiated-time")
	if err != nil {
		return err
	}
	if at != nil && !at.After(s.Now()) {
		u, err := s.upload(r)
		if err == nil && !s3.WholeSeconds(u.Initiated).Equal(*at) {
			err = s3.PreconditionFailed("x-amz-if-match-initiated-time")
		}
		if err != nil {
			return err
		}
	}
	err = s.Store.AbortUpload(r.Context(), r.Bucket, r.Key, r.Query.Get("uploadId"))
	if err != nil && !(s.Personality.AbortsAnything && errors.Is(err, store.ErrNoSuchUpload)) {
		return err
	}
	return wire.NoContent(w)
}
