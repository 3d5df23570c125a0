package objects

import (
	"encoding/xml"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Service) completeUpload(w http.ResponseWriter, r *wire.Request) error {
	raw, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	var doc struct {
		XMLName xml.Name       `xml:"CompleteMultipartUpload"`
		Part    []completePart `xml:"Part"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil || len(doc.Part) == 0 || len(doc.Part) > store.MaxPartNumber {
		return s3.MalformedXML()
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
		return s.answerMissingUpload(w, r, doc.Part, err)
	}
	if err := s.Access.MayDecrypt(r, u.Encryption); err != nil {
		return err
	}
	key, err := s.SSE.CustomerKey(r, s3.HeaderCustomer)
	if err != nil {
		return err
	}
	if !key.IsZero() && u.Encryption.Mode != store.SSEC || key.IsZero() && u.Encryption.Mode == store.SSEC && u.ChecksumAlgorithm != "" {
		return s3.BadRequest("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	}
	if err := s.allPartsNamed(r, u, len(doc.Part)); err != nil {
		return err
	}
	parts := make([]store.CompletedPart, len(doc.Part))
	for i, p := range doc.Part {
		parts[i] = store.CompletedPart{Number: *p.PartNumber, ETag: p.ETag}
	}
	o, err := s.Store.CompleteUpload(r.Context(), store.CompleteRequest{
		Bucket: r.Bucket, Key: r.Key, UploadID: u.ID, Parts: parts, Customer: key,
		IfMatch: r.Header.Get("If-Match"), IfNoneMatch: r.Header.Get("If-None-Match"),
		Verify: func(stored []store.Part, crc64nvme string) (store.Checksums, error) {
			return s.judgeParts(r, u, doc.Part, stored, crc64nvme)
		},
	})
	if err != nil {
		return s.answerMissingUpload(w, r, doc.Part, s.partRefusal(err))
	}
	if s.Personality.SilentCompletion {
		return wire.WriteXML(w, completed(r, ""))
	}
	return s.writeCompletion(w, r, o)
}

func (s *Service) writeCompletion(w http.ResponseWriter, r *wire.Request, o store.Object) error {
	wire.SetWrittenVersion(w.Header(), o)
	told := sse.Report(o.Encryption, o.Headers)
	if told.Mode != store.SSEC { // the matrix has no customer headers here
		s.SSE.SetMultipartHeaders(w.Header(), told, false)
	}
	out := completed(r, s3.QuoteETag(o.ETag))
	out.Sums, out.ChecksumType = s.elements(o.Checksums, o.CRC64NVME)
	return wire.WriteXML(w, out)
}

// allPartsNamed is Ceph's demand; S3 drops the parts that are not named.
func (s *Service) allPartsNamed(r *wire.Request, u store.Upload, named int) error {
	if !s.Personality.AllPartsMustBeNamed {
		return nil
	}
	page, err := s.Store.ListParts(r.Context(), r.Bucket, r.Key, u.ID, 0, store.MaxPartNumber)
	if err == nil && len(page.Parts) != named {
		err = store.ErrInvalidPart
	}
	return err
}
