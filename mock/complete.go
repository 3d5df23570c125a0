package mock

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
)

func (s *Server) completeUpload(w http.ResponseWriter, r *request) error {
	raw, err := document(r)
	if err != nil {
		return err
	}
	var doc struct {
		XMLName xml.Name       `xml:"CompleteMultipartUpload"`
		Part    []completePart `xml:"Part"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil || len(doc.Part) == 0 || len(doc.Part) > store.MaxPartNumber {
		return malformedXML()
	}
	for _, p := range doc.Part {
		if err := p.check(); err != nil {
			return err
		}
	}
	if err := finalHeaders(r); err != nil {
		return err
	}
	if err := writeConditions(r); err != nil {
		return err
	}
	u, err := s.upload(r)
	if err != nil {
		return s.completing(w, r, doc.Part, err)
	}
	if err := s.mayDecrypt(r, u.Encryption); err != nil {
		return err
	}
	key, err := s.customerKey(r, headerCustomer)
	if err != nil {
		return err
	}
	if !key.IsZero() && u.Encryption.Mode != store.SSEC || key.IsZero() && u.Encryption.Mode == store.SSEC && u.ChecksumAlgorithm != "" {
		return badRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	}
	if err := s.allPartsNamed(r, u, len(doc.Part)); err != nil {
		return err
	}
	parts := make([]store.CompletedPart, len(doc.Part))
	for i, p := range doc.Part {
		parts[i] = store.CompletedPart{Number: *p.PartNumber, ETag: p.ETag}
	}
	o, err := s.store.CompleteUpload(r.Context(), store.CompleteRequest{
		Bucket: r.bucket, Key: r.key, UploadID: u.ID, Parts: parts, Customer: key,
		IfMatch: r.Header.Get("If-Match"), IfNoneMatch: r.Header.Get("If-None-Match"),
		Verify: func(stored []store.Part, crc64nvme string) (store.Checksums, error) {
			return s.judgeParts(r, u, doc.Part, stored, crc64nvme)
		},
	})
	if err != nil {
		return s.completing(w, r, doc.Part, s.uploading(err))
	}
	if s.personality.SilentCompletion {
		return writeXML(w, completed(r, ""))
	}
	return s.tellCompletion(w, r, o)
}

func (s *Server) tellCompletion(w http.ResponseWriter, r *request, o store.Object) error {
	setWritten(w.Header(), o)
	told := tellObject(o.Encryption, o.Headers)
	if told.Mode != store.SSEC { // the matrix has no customer headers here
		s.setEncryptionOfMany(w.Header(), told, false)
	}
	out := completed(r, quoted(o.ETag))
	out.Sums, out.ChecksumType = s.elements(o.Checksums, o.CRC64NVME)
	return writeXML(w, out)
}

// allPartsNamed is Ceph's demand; S3 drops the parts that are not named.
func (s *Server) allPartsNamed(r *request, u store.Upload, named int) error {
	if !s.personality.AllPartsMustBeNamed {
		return nil
	}
	page, err := s.store.ListParts(r.Context(), r.bucket, r.key, u.ID, 0, store.MaxPartNumber)
	if err == nil && len(page.Parts) != named {
		err = store.ErrInvalidPart
	}
	return err
}
