package objects

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

var objectAttributes = []string{"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}

type attributePart struct {
	PartNumber int
	Size       int64
	Sums       []checksumElement
}

type attributeParts struct {
	PartsCount           int
	PartNumberMarker     int
	NextPartNumberMarker int
	MaxParts             int
	IsTruncated          bool
	Part                 []attributePart
}

type attributeDocument struct {
	XMLName  xml.Name `xml:"GetObjectAttributesResponse"`
	Xmlns    string   `xml:"xmlns,attr"`
	ETag     string   `xml:",omitempty"` // without quotes, here alone
	Checksum *struct {
		Sums         []checksumElement
		ChecksumType string
	}
	ObjectParts  *attributeParts
	StorageClass string `xml:",omitempty"`
	ObjectSize   *int64
}

// getObjectAttributes tells of an object what x-amz-object-attributes names; its
// parts only where they carry checksums, as S3.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
func (s *Service) getObjectAttributes(w http.ResponseWriter, r *wire.Request) error {
	if err := s.SSE.RefuseHeaders(r); err != nil {
		return err
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	asked, err := attributesAsked(r)
	if err != nil {
		return err
	}
	o, parts, err := s.Store.HeadParts(r.Context(), store.ReadRequest{Bucket: r.Bucket, Key: r.Key, VersionID: r.Version(), Judge: func(o store.Object) (seal.CustomerKey, error) {
		return s.SSE.ReadKey(r, s3.HeaderCustomer, o.Encryption)
	}})
	if err != nil {
		return s.readRefusal(err)
	}
	doc := attributeDocument{Xmlns: s3.Namespace}
	for _, name := range asked {
		switch name {
		case "ETag":
			doc.ETag = o.ETag
		case "StorageClass":
			doc.StorageClass = storageClass(o.Headers)
		case "ObjectSize":
			doc.ObjectSize = &o.Size
		case "Checksum":
			if sums, kind := s.elements(o.Checksums, o.CRC64NVME); len(sums) > 0 {
				doc.Checksum = &struct {
					Sums         []checksumElement
					ChecksumType string
				}{sums, kind}
			}
		case "ObjectParts":
			if doc.ObjectParts, err = s.attributeParts(r, parts); err != nil {
				return err
			}
		}
	}
	wire.SetReadVersion(w.Header(), r, o)
	w.Header().Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	return wire.WriteXML(w, doc)
}

// attributesAsked reads the header, which may come as one list or as several.
func attributesAsked(r *wire.Request) ([]string, error) {
	var asked []string
	for _, value := range r.Header.Values("X-Amz-Object-Attributes") {
		for name := range strings.SplitSeq(value, ",") {
			name = strings.TrimSpace(name)
			switch {
			case name == "":
			case !slices.Contains(objectAttributes, name):
				return nil, s3.BadArgument("Invalid attribute name specified.", "x-amz-object-attributes", name)
			default:
				asked = append(asked, name)
			}
		}
	}
	if len(asked) == 0 {
		return nil, s3.BadRequest("The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty")
	}
	return asked, nil
}

// attributeParts is a page of an object's parts, nil for one that has none.
func (s *Service) attributeParts(r *wire.Request, parts []store.Part) (*attributeParts, error) {
	limit, err := wire.Limit(r.Header.Get("X-Amz-Max-Parts"), "x-amz-max-parts", maxKeys, maxKeys)
	if err != nil {
		return nil, err
	}
	after, err := wire.Limit(r.Header.Get("X-Amz-Part-Number-Marker"), "x-amz-part-number-marker", 0, store.MaxPartNumber)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	page := &attributeParts{PartsCount: len(parts), PartNumberMarker: after, MaxParts: limit}
	for i, p := range parts {
		number := i + 1
		if number <= after {
			continue
		}
		if number > after+limit {
			page.IsTruncated = true
			break
		}
		page.NextPartNumberMarker = number
		if sums, _ := s.elements(p.Checksums, ""); len(sums) > 0 && !s.Personality.NoChecksums {
			page.Part = append(page.Part, attributePart{number, p.Size, sums})
		}
	}
	return page, nil
}
