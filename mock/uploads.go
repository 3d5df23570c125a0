package mock

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/bucketseal/bucketseal/mock/store"
)

type listedPart struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
	Sums         []checksumElement
}

func (s *Server) listParts(w http.ResponseWriter, r *request) error {
	limit, err := limitOf(r, "max-parts", maxKeys, maxKeys)
	if err != nil {
		return err
	}
	after, err := limitOf(r, "part-number-marker", 0, store.MaxPartNumber)
	if err != nil {
		return err
	}
	page, err := s.store.ListParts(r.Context(), r.bucket, r.key, r.query.Get("uploadId"), after, limit)
	if errors.Is(err, store.ErrNoSuchUpload) && s.personality.ListMissingUpload != nil {
		return s.personality.ListMissingUpload
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
		Initiator, Owner     owner
		StorageClass         string
		ChecksumAlgorithm    string `xml:",omitempty"`
		ChecksumType         string `xml:",omitempty"`
	}{
		Xmlns: namespace, Bucket: r.bucket, Key: naming{}.of(r.key), UploadID: u.ID, PartNumberMarker: after,
		MaxParts: limit, IsTruncated: page.Truncated, Initiator: theOwner, Owner: theOwner, StorageClass: storageClass(u.Headers),
		ChecksumAlgorithm: u.ChecksumAlgorithm, ChecksumType: u.ChecksumType,
	}
	if page.Truncated {
		doc.NextPartNumberMarker = strconv.Itoa(page.Next)
	}
	for _, p := range page.Parts {
		sums, _ := s.elements(p.Checksums, p.CRC64NVME)
		doc.Part = append(doc.Part, listedPart{p.Number, stamp(p.Modified), quoted(p.ETag), p.Size, sums})
	}
	return writeXML(w, doc)
}

func storageClass(headers map[string]string) string {
	if class := headers["X-Amz-Storage-Class"]; class != "" {
		return class
	}
	return "STANDARD"
}

func (s *Server) listUploads(w http.ResponseWriter, r *request) error {
	n, err := namingOf(r)
	if err != nil {
		return err
	}
	limit, err := limitOf(r, "max-uploads", maxKeys, maxKeys)
	if err != nil {
		return err
	}
	q := r.query
	page, err := s.store.ListUploads(r.Context(), store.UploadsRequest{
		Bucket: r.bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"),
		KeyMarker: q.Get("key-marker"), UploadIDMarker: q.Get("upload-id-marker"), Max: limit,
	})
	if err != nil {
		return err
	}
	keys := n
	if s.personality.EncodesUploadsOnly {
		n = naming{}
	}
	if prefix := q.Get("prefix"); s.personality.UploadsByWholeKey && prefix != "" {
		page.Uploads = slices.DeleteFunc(page.Uploads, func(u store.Upload) bool { return u.Key != prefix })
		page.CommonPrefixes = nil
	}
	type upload struct {
		Key               name
		UploadID          string `xml:"UploadId"`
		Initiator, Owner  owner
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
		Xmlns: namespace, Bucket: r.bucket, KeyMarker: n.of(q.Get("key-marker")), UploadIDMarker: q.Get("upload-id-marker"),
		NextKeyMarker: n.optional(page.NextKeyMarker), NextUploadIDMarker: page.NextUploadIDMarker,
		Prefix: n.of(q.Get("prefix")), Delimiter: n.optional(q.Get("delimiter")), MaxUploads: limit,
		EncodingType: n.kind(), IsTruncated: page.Truncated,
	}
	for _, u := range page.Uploads {
		doc.Upload = append(doc.Upload, upload{
			keys.of(u.Key), u.ID, theOwner, theOwner, storageClass(u.Headers), stamp(u.Initiated), u.ChecksumAlgorithm, u.ChecksumType,
		})
	}
	for _, p := range page.CommonPrefixes {
		doc.CommonPrefixes = append(doc.CommonPrefixes, commonPrefix{n.of(p)})
	}
	return writeXML(w, doc)
}
