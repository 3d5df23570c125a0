package objects

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

type listedPart struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
	Sums         []checksumElement
}

func (s *Service) listParts(w http.ResponseWriter, r *wire.Request) error {
	limit, err := wire.QueryLimit(r, "max-parts", maxKeys, maxKeys)
	if err != nil {
		return err
	}
	after, err := wire.QueryLimit(r, "part-number-marker", 0, store.MaxPartNumber)
	if err != nil {
		return err
	}
	page, err := s.Store.ListParts(r.Context(), r.Bucket, r.Key, r.Query.Get("uploadId"), after, limit)
	if errors.Is(err, store.ErrNoSuchUpload) && s.Personality.ListMissingUpload != nil {
		return s.Personality.ListMissingUpload
	}
	if err != nil {
		return err
	}
	u := page.Upload
	doc := struct {
		XMLName              xml.Name `xml:"ListPartsResult"`
		Xmlns                string   `xml:"xmlns,attr"`
		Bucket               string
		Key                  name
		UploadID             string `xml:"UploadId"`
		PartNumberMarker     int
		NextPartNumberMarker string `xml:",omitempty"`
		MaxParts             int
		IsTruncated          bool
		Part                 []listedPart
		Initiator, Owner     s3.Owner
		StorageClass         string
		ChecksumAlgorithm    string `xml:",omitempty"`
		ChecksumType         string `xml:",omitempty"`
	}{
		Xmlns: s3.Namespace, Bucket: r.Bucket, Key: naming{}.of(r.Key), UploadID: u.ID, PartNumberMarker: after,
		MaxParts: limit, IsTruncated: page.Truncated, Initiator: s3.TheOwner, Owner: s3.TheOwner, StorageClass: storageClass(u.Headers),
		ChecksumAlgorithm: u.ChecksumAlgorithm, ChecksumType: u.ChecksumType,
	}
	if page.Truncated {
		doc.NextPartNumberMarker = strconv.Itoa(page.Next)
	}
	for _, p := range page.Parts {
		sums, _ := s.elements(p.Checksums, p.CRC64NVME)
		doc.Part = append(doc.Part, listedPart{p.Number, s3.Timestamp(p.Modified), s3.QuoteETag(p.ETag), p.Size, sums})
	}
	return wire.WriteXML(w, doc)
}

func storageClass(headers map[string]string) string {
	if class := headers["X-Amz-Storage-Class"]; class != "" {
		return class
	}
	return "STANDARD"
}

func (s *Service) listUploads(w http.ResponseWriter, r *wire.Request) error {
	n, err := namingOf(r)
	if err != nil {
		return err
	}
	limit, err := wire.QueryLimit(r, "max-uploads", maxKeys, maxKeys)
	if err != nil {
		return err
	}
	q := r.Query
	page, err := s.Store.ListUploads(r.Context(), store.UploadsRequest{
		Bucket: r.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"),
		KeyMarker: q.Get("key-marker"), UploadIDMarker: q.Get("upload-id-marker"), Max: limit,
	})
	if err != nil {
		return err
	}
	keys := n
	if s.Personality.EncodesUploadsOnly {
		n = naming{}
	}
	if prefix := q.Get("prefix"); s.Personality.UploadsByWholeKey && prefix != "" {
		page.Uploads = slices.DeleteFunc(page.Uploads, func(u store.Upload) bool { return u.Key != prefix })
		page.CommonPrefixes = nil
	}
	type upload struct {
		Key               name
		UploadID          string `xml:"UploadId"`
		Initiator, Owner  s3.Owner
		StorageClass      string
		Initiated         string
		ChecksumAlgorithm string `xml:",omitempty"`
		ChecksumType      string `xml:",omitempty"`
	}
	doc := struct {
		XMLName            xml.Name `xml:"ListMultipartUploadsResult"`
		Xmlns              string   `xml:"xmlns,attr"`
		Bucket             string
		KeyMarker          name
		UploadIDMarker     string `xml:"UploadIdMarker"`
		NextKeyMarker      *name  `xml:",omitempty"`
		NextUploadIDMarker string `xml:"NextUploadIdMarker,omitempty"`
		Prefix             name
		Delimiter          *name `xml:",omitempty"`
		MaxUploads         int
		EncodingType       string `xml:",omitempty"`
		IsTruncated        bool
		Upload             []upload
		CommonPrefixes     []commonPrefix
	}{
		Xmlns: s3.Namespace, Bucket: r.Bucket, KeyMarker: n.of(q.Get("key-marker")), UploadIDMarker: q.Get("upload-id-marker"),
		NextKeyMarker: n.optional(page.NextKeyMarker), NextUploadIDMarker: page.NextUploadIDMarker,
		Prefix: n.of(q.Get("prefix")), Delimiter: n.optional(q.Get("delimiter")), MaxUploads: limit,
		EncodingType: n.kind(), IsTruncated: page.Truncated,
	}
	for _, u := range page.Uploads {
		doc.Upload = append(doc.Upload, upload{
			keys.of(u.Key), u.ID, s3.TheOwner, s3.TheOwner, storageClass(u.Headers), s3.Timestamp(u.Initiated), u.ChecksumAlgorithm, u.ChecksumType,
		})
	}
	for _, p := range page.CommonPrefixes {
		doc.CommonPrefixes = append(doc.CommonPrefixes, commonPrefix{n.of(p)})
	}
	return wire.WriteXML(w, doc)
}
