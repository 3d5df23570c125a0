package mock

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

func (s *Server) createUpload(w http.ResponseWriter, r *request) error {
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
	how, err := s.sealing(r)
	if err != nil {
		return err
	}
	rec.headers[echoHeader] = how.echo
	u, err := s.store.CreateUpload(r.Context(), store.UploadRequest{
		Bucket: r.bucket, Key: r.key, Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl,
		Sealing: how.Sealing, ChecksumAlgorithm: string(algorithm), ChecksumType: kind,
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	s.setEncryptionOfMany(w.Header(), tellObject(u.Encryption, u.Headers), how.context)
	if algorithm != "" {
		w.Header().Set("X-Amz-Checksum-Algorithm", string(algorithm))
		w.Header().Set("X-Amz-Checksum-Type", kind)
	}
	return writeXML(w, struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Bucket   string
		Key      name
		UploadID string `xml:"UploadId"`
	}{Xmlns: namespace, Bucket: r.bucket, Key: naming{}.of(r.key), UploadID: u.ID})
}

// uploadChecksum reads which checksum the upload will carry; both are empty
// where the client leaves it to S3.
func (s *Server) uploadChecksum(r *request) (sigv4.Algorithm, string, error) {
	named, kind := r.Header.Get("X-Amz-Checksum-Algorithm"), strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type"))
	if s.personality.NoChecksums {
		return "", "", nil
	}
	if kind != "" && kind != fullObject && kind != composite {
		return "", "", badChecksumType()
	}
	if named == "" {
		if kind != "" {
			return "", "", badRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
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
		return "", "", badRequest("The " + kind + " checksum type cannot be used with the " + strings.ToLower(string(a)) + " checksum algorithm.")
	}
	return a, kind, nil
}

func badChecksumType() error { return badRequest("Value for x-amz-checksum-type header is invalid.") }

func partNumber(r *request) (int, error) {
	n, err := strconv.Atoi(r.query.Get("partNumber"))
	if err != nil || n < 1 || n > store.MaxPartNumber {
		return 0, store.ErrPartNumber
	}
	return n, nil
}

// partKey is the customer key of a part, judged against the upload.
func (s *Server) partKey(r *request, u store.Upload) (seal.CustomerKey, error) {
	if err := s.refuseSSE(r); err != nil {
		return seal.CustomerKey{}, err
	}
	key, err := s.customerKey(r, headerCustomer)
	if err != nil {
		return key, err
	}
	if key.IsZero() && u.Encryption.Mode == store.SSEC && s.personality.MissingCustomerKey != nil {
		return key, s.personality.MissingCustomerKey
	}
	if key.IsZero() == (u.Encryption.Mode == store.SSEC) {
		return key, badRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	}
	return key, nil
}

// uploading gives a wrong customer key the answer of parts.
func (s *Server) uploading(err error) error {
	if errors.Is(err, store.ErrWrongCustomerKey) {
		if s.personality.WrongCustomerKey != nil {
			return s.personality.WrongCustomerKey
		}
		return badRequest("The provided encryption parameters did not match the ones used originally.")
	}
	return err
}

func (s *Server) uploadPart(w http.ResponseWriter, r *request) error {
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
	p, err := s.store.PutPart(r.Context(), part)
	if err != nil {
		return s.uploading(err)
	}
	w.Header().Set("Etag", quoted(p.ETag))
	kept, context := s.shown(u.Encryption)
	setEncryption(w.Header(), tellObject(kept, u.Headers), context)
	s.setChecksums(w.Header(), p.Checksums, p.CRC64NVME)
	w.Header().Del("X-Amz-Checksum-Type") // told of objects only
	w.WriteHeader(http.StatusOK)
	return nil
}

// partChecksum demands the upload's own algorithm of a part, and for a
// checksum made of the parts' it demands one at all.
func partChecksum(r *request, u store.Upload, body *content) error {
	actual := string(body.algorithm)
	if sent, _, _ := announced(r); sent == "" && u.ChecksumType == composite {
		actual = "null"
	} else if u.ChecksumAlgorithm == "" || string(body.algorithm) == u.ChecksumAlgorithm {
		return nil
	}
	return badRequest("Checksum Type mismatch occurred, expected checksum Type: " + u.ChecksumAlgorithm + ", actual checksum Type: " + actual)
}

// upload finds the open upload of a request; a missing bucket is told first.
func (s *Server) upload(r *request) (store.Upload, error) {
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return store.Upload{}, err
	}
	return s.store.Upload(r.Context(), r.bucket, r.key, r.query.Get("uploadId"))
}

// partRequest finds the upload and the key; the body is the caller's.
func (s *Server) partRequest(r *request) (store.Upload, store.PartRequest, error) {
	number, err := partNumber(r)
	if err != nil {
		return store.Upload{}, store.PartRequest{}, err
	}
	u, err := s.upload(r)
	if err != nil {
		return u, store.PartRequest{}, err
	}
	if err := s.mayDecrypt(r, u.Encryption); err != nil {
		return u, store.PartRequest{}, err
	}
	key, err := s.partKey(r, u)
	return u, store.PartRequest{Bucket: r.bucket, Key: r.key, UploadID: u.ID, Number: number, Customer: key}, err
}

func (s *Server) uploadPartCopy(w http.ResponseWriter, r *request) error {
	u, part, err := s.partRequest(r)
	if err != nil {
		return err
	}
	from, err := sourceOf(r)
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
			return badArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header)
		}
		if end, _ := strconv.ParseInt(header[strings.LastIndexByte(header, '-')+1:], 10, 64); length == 0 || end >= reader.Size() {
			return badArgument("Range specified is not valid for source object of size: "+strconv.FormatInt(reader.Size(), 10), "x-amz-copy-source-range", header)
		}
	}
	if length > maxPut {
		return refuse(http.StatusBadRequest, "InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	body := s.computing(io.LimitReader(reader.Range(off, length), length), length, sigv4.Algorithm(u.ChecksumAlgorithm))
	part.Body, part.Size, part.Verify = body, length, body.verify
	p, err := s.store.PutPart(r.Context(), part)
	if err != nil {
		return s.uploading(err)
	}
	setSource(w.Header(), from, reader.Object)
	setEncryption(w.Header(), tellObject(u.Encryption, u.Headers), false)
	doc := copyResult{XMLName: xml.Name{Local: "CopyPartResult"}, Xmlns: namespace, LastModified: stamp(p.Modified), ETag: quoted(p.ETag)}
	doc.Sums, _ = s.elements(p.Checksums, "") // only what the upload was to carry
	return writeXML(w, doc)
}

// abortUpload judges x-amz-if-match-initiated-time, of which one that has not come
// yet is ignored.
func (s *Server) abortUpload(w http.ResponseWriter, r *request) error {
	at, err := timeOf(r, "x-amz-if-match-initiated-time")
	if err != nil {
		return err
	}
	if at != nil && !at.After(s.now()) {
		u, err := s.upload(r)
		if err == nil && !wholeSeconds(u.Initiated).Equal(*at) {
			err = preconditionFailed("x-amz-if-match-initiated-time")
		}
		if err != nil {
			return err
		}
	}
	err = s.store.AbortUpload(r.Context(), r.bucket, r.key, r.query.Get("uploadId"))
	if err != nil && !(s.personality.AbortsAnything && errors.Is(err, store.ErrNoSuchUpload)) {
		return err
	}
	return noContent(w)
}
