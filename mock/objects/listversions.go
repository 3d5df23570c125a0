package objects

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// listedVersion is a Version or a DeleteMarker, in one list: their order tells.
type listedVersion struct {
	XMLName           xml.Name
	ETag              string `xml:",omitempty"`
	ChecksumAlgorithm string `xml:",omitempty"`
	ChecksumType      string `xml:",omitempty"`
	Size              *int64 `xml:",omitempty"`
	StorageClass      string `xml:",omitempty"`
	Key               name
	VersionID         string `xml:"VersionId"`
	IsLatest          bool
	LastModified      string
	Owner             s3.Owner
}

func (s *Service) listedVersion(v store.Version, n naming) listedVersion {
	l := listedVersion{
		XMLName: xml.Name{Local: "DeleteMarker"}, Key: n.of(v.Key), VersionID: v.VersionID,
		IsLatest: v.Latest, LastModified: s3.Timestamp(v.Modified), Owner: s3.TheOwner,
	}
	if !v.DeleteMarker {
		o := s.listed(v.Object, n, false)
		l.XMLName.Local, l.ETag, l.Size, l.StorageClass = "Version", o.ETag, &o.Size, o.StorageClass
		l.ChecksumAlgorithm, l.ChecksumType = o.ChecksumAlgorithm, o.ChecksumType
	}
	return l
}

// listObjectVersions tells of every version and delete marker. A bucket that was
// never versioned has one version of each object, "null".
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
func (s *Service) listObjectVersions(w http.ResponseWriter, r *wire.Request) error {
	n, err := namingOf(r)
	if err != nil {
		return err
	}
	if value := r.Query.Get("max-keys"); strings.HasPrefix(value, "-") {
		return s3.BadArgument("max-keys cannot be negative", "maxKeys", value) // said so here alone
	}
	limit, err := wire.QueryLimit(r, "max-keys", maxKeys, maxKeys)
	if err != nil {
		return err
	}
	q := r.Query
	marker, version := q.Get("key-marker"), q.Get("version-id-marker")
	switch {
	case version != "" && marker == "":
		return s3.BadArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker", version)
	case q.Has("version-id-marker") && version == "" && marker != "":
		return s3.BadArgument("A version-id marker cannot be empty.", "version-id-marker", "")
	}
	page, err := s.Store.ListVersions(r.Context(), store.VersionsRequest{
		Bucket: r.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), KeyMarker: marker, VersionIDMarker: version, Max: limit,
	})
	if err != nil {
		return err
	}
	doc := struct {
		XMLName        xml.Name `xml:"ListVersionsResult"`
		Xmlns          string   `xml:"xmlns,attr"`
		Name           string
		Prefix         name
		KeyMarker      name
		VersionMarker  string `xml:"VersionIdMarker"`
		NextKeyMarker  *name  `xml:",omitempty"`
		NextVersion    string `xml:"NextVersionIdMarker,omitempty"`
		MaxKeys        int
		Delimiter      *name  `xml:",omitempty"`
		EncodingType   string `xml:",omitempty"`
		IsTruncated    bool
		Versions       []listedVersion
		CommonPrefixes []commonPrefix
	}{
		Xmlns: s3.Namespace, Name: r.Bucket, Prefix: n.of(q.Get("prefix")), KeyMarker: n.of(marker), VersionMarker: version,
		NextKeyMarker: n.optional(page.NextKeyMarker), NextVersion: page.NextVersionIDMarker, MaxKeys: limit,
		Delimiter: n.optional(q.Get("delimiter")), EncodingType: n.kind(), IsTruncated: page.Truncated,
	}
	for _, v := range page.Versions {
		doc.Versions = append(doc.Versions, s.listedVersion(v, n))
	}
	for _, p := range page.CommonPrefixes {
		doc.CommonPrefixes = append(doc.CommonPrefixes, commonPrefix{n.of(p)})
	}
	return wire.WriteXML(w, doc)
}
