package objects

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const maxKeys = 1000

// name is a key in a listing: as it is, or percent-encoded where the client
// asked for encoding-type=url.
type name struct {
	Inner string `xml:",innerxml"`
}

type naming struct{ url bool }

func namingOf(r *wire.Request) (naming, error) {
	switch v := r.Query.Get("encoding-type"); v {
	case "":
		return naming{}, nil
	case "url":
		return naming{url: true}, nil
	default:
		return naming{}, s3.BadArgument("Invalid Encoding Method specified in Request", "encoding-type", v)
	}
}

func (n naming) kind() string {
	if n.url {
		return "url"
	}
	return ""
}

func (n naming) of(key string) name {
	if n.url {
		return name{percentEncoded(key)}
	}
	if isPlain(key) {
		return name{key}
	}
	var b strings.Builder
	for _, c := range key {
		// S3 writes what XML 1.0 does not allow as a character reference all the
		// same; strict parsers fail on it, which is why encoding-type=url exists.
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			fmt.Fprintf(&b, "&#x%x;", c)
			continue
		}
		_ = xml.EscapeText(&b, utf8.AppendRune(nil, c))
	}
	return name{b.String()}
}

// isPlain tells whether a text is the same in XML: most keys are.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' {
			return false
		}
	}
	return true
}

// optional is nil for an empty name, so that the element is left out.
func (n naming) optional(key string) *name {
	if key == "" {
		return nil
	}
	v := n.of(key)
	return &v
}

// percentEncoded encodes all but unreserved characters and the slash; a space
// is %20, which every client decodes.
func percentEncoded(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~/*", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

type listedObject struct {
	Key               name
	LastModified      string
	ETag              string
	ChecksumAlgorithm string `xml:",omitempty"`
	ChecksumType      string `xml:",omitempty"`
	Size              int64
	StorageClass      string
	Owner             *s3.Owner `xml:",omitempty"`
}

// appendTo writes the element as encoding/xml would, without its reflection, which
// takes most of the time of a page.
func (l listedObject) appendTo(b []byte) []byte {
	b = append(append(append(b, "<Contents><Key>"...), l.Key.Inner...), "</Key>"...)
	b = appendElement(b, "LastModified", l.LastModified)
	b = appendElement(b, "ETag", l.ETag)
	if l.ChecksumAlgorithm != "" {
		b = appendElement(b, "ChecksumAlgorithm", l.ChecksumAlgorithm)
	}
	if l.ChecksumType != "" {
		b = appendElement(b, "ChecksumType", l.ChecksumType)
	}
	b = append(strconv.AppendInt(append(b, "<Size>"...), l.Size, 10), "</Size>"...)
	b = appendElement(b, "StorageClass", l.StorageClass)
	if l.Owner != nil {
		b = append(b, "<Owner>"...)
		b = appendElement(b, "ID", l.Owner.ID)
		b = appendElement(b, "DisplayName", l.Owner.DisplayName)
		b = append(b, "</Owner>"...)
	}
	return append(b, "</Contents>"...)
}

func appendElement(b []byte, name, text string) []byte {
	b = append(append(append(b, '<'), name...), '>')
	inner, quoted := strings.CutPrefix(text, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	switch {
	case isPlain(text):
		b = append(b, text...)
	case quoted && closed && isPlain(inner): // an ETag
		b = append(append(append(b, "&#34;"...), inner...), "&#34;"...)
	default:
		var all bytes.Buffer
		_ = xml.EscapeText(&all, []byte(text)) // a Buffer does not fail
		b = append(b, all.Bytes()...)
	}
	return append(append(append(b, "</"...), name...), '>')
}

type commonPrefix struct{ Prefix name }

type listDocument struct {
	XMLName        xml.Name
	Xmlns          string `xml:"xmlns,attr"`
	Name           string
	Prefix         name
	Marker         *name  `xml:",omitempty"`
	NextMarker     *name  `xml:",omitempty"`
	StartAfter     *name  `xml:",omitempty"`
	Token          string `xml:"ContinuationToken,omitempty"`
	NextToken      string `xml:"NextContinuationToken,omitempty"`
	KeyCount       *int   `xml:",omitempty"`
	MaxKeys        int
	Delimiter      *name  `xml:",omitempty"`
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	Contents       []byte `xml:",innerxml"` // listedObjects as they are written
	CommonPrefixes []commonPrefix
}

// page fills what all listings have in common.
func (s *Service) page(r *wire.Request, after string, owned bool) (*listDocument, store.Listing, naming, error) {
	n, err := namingOf(r)
	if err != nil {
		return nil, store.Listing{}, n, err
	}
	limit, err := wire.QueryLimit(r, "max-keys", maxKeys, maxKeys)
	if err != nil {
		return nil, store.Listing{}, n, err
	}
	prefix, delimiter := r.Query.Get("prefix"), r.Query.Get("delimiter")
	asked := store.ListRequest{Bucket: r.Bucket, Prefix: prefix, Delimiter: delimiter, After: after, Max: limit}
	got, err := s.Store.List(r.Context(), asked)
	if err != nil {
		return nil, got, n, err
	}
	got = s.Faults.Stale(r.Fault(faults.StaleListing), s.Clock(), asked, got)
	doc := &listDocument{
		XMLName: xml.Name{Local: "ListBucketResult"}, Xmlns: s3.Namespace, Name: r.Bucket, Prefix: n.of(prefix), MaxKeys: limit,
		Delimiter: n.optional(delimiter), EncodingType: n.kind(), IsTruncated: got.Truncated,
	}
	doc.Contents = make([]byte, 0, 400*len(got.Objects))
	for _, o := range got.Objects {
		doc.Contents = s.listed(o, n, owned).appendTo(doc.Contents)
	}
	for _, p := range got.CommonPrefixes {
		doc.CommonPrefixes = append(doc.CommonPrefixes, commonPrefix{n.of(p)})
	}
	return doc, got, n, nil
}

func (s *Service) listed(o store.Object, n naming, owned bool) listedObject {
	l := listedObject{
		Key: n.of(o.Key), LastModified: s3.Timestamp(o.Modified), ETag: s3.QuoteETag(o.ETag), Size: o.Size,
		StorageClass: o.Headers["X-Amz-Storage-Class"],
	}
	if l.StorageClass == "" {
		l.StorageClass = "STANDARD"
	}
	if owned {
		l.Owner = &s3.TheOwner
	}
	if s.Personality.NoChecksums || s.Personality.NoOwnChecksums && len(o.Checksums.Values) == 0 {
		return l
	}
	l.ChecksumAlgorithm, l.ChecksumType = string(sigv4.CRC64NVME), fullObject
	for algorithm := range o.Checksums.Values {
		l.ChecksumAlgorithm, l.ChecksumType = algorithm, o.Checksums.Type
	}
	return l
}

func (s *Service) listObjects(w http.ResponseWriter, r *wire.Request) error {
	marker := r.Query.Get("marker")
	doc, got, n, err := s.page(r, marker, true)
	if err != nil {
		return err
	}
	m := n.of(marker)
	doc.Marker = &m
	if got.Truncated && r.Query.Get("delimiter") != "" {
		doc.NextMarker = n.optional(got.Next)
	}
	return wire.WriteXML(w, doc)
}

func (s *Service) listObjectsV2(w http.ResponseWriter, r *wire.Request) error {
	after, token := r.Query.Get("start-after"), r.Query.Get("continuation-token")
	if token != "" {
		raw, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return s3.BadArgument("The continuation token provided is incorrect", "continuation-token", token)
		}
		after = string(raw)
	} else if r.Query.Has("continuation-token") {
		return s3.BadArgument("The continuation token provided is incorrect", "continuation-token", token)
	}
	doc, got, n, err := s.page(r, after, r.Query.Get("fetch-owner") == "true")
	if err != nil {
		return err
	}
	count := len(got.Objects) + len(got.CommonPrefixes)
	doc.KeyCount, doc.Token, doc.StartAfter = &count, token, n.optional(r.Query.Get("start-after"))
	if got.Truncated {
		doc.NextToken = base64.URLEncoding.EncodeToString([]byte(got.Next))
	}
	return wire.WriteXML(w, doc)
}
