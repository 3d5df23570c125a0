package mock

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

func field(name, value string) sigv4.Field { return sigv4.Field{Name: name, Value: value} }

// source is the object named by x-amz-copy-source.
type source struct {
	address
	version string
}

func sourceOf(r *request) (source, error) {
	header := r.Header.Get("X-Amz-Copy-Source")
	path, version, named := strings.Cut(header, "?versionId=")
	path, err := url.PathUnescape(path)
	if err == nil && named {
		version, err = url.PathUnescape(version)
	}
	if !named { // some clients escape the whole header
		path, version, named = strings.Cut(path, "?versionId=")
	}
	if named && version == "" {
		return source{}, badArgument("Version id cannot be the empty string", "x-amz-copy-source", "")
	}
	if err != nil {
		return source{}, badArgument("Invalid copy source encoding", "x-amz-copy-source", header)
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case !validBucketName(bucket):
		return source{}, badArgument("Invalid copy source bucket name", "x-amz-copy-source", header)
	case key == "":
		return source{}, badArgument("Invalid copy source object key", "x-amz-copy-source", key)
	}
	return source{address{bucket, key}, version}, nil
}

// openSource judges conditions and keys, and opens the object to copy from.
func (s *Server) openSource(r *request, from source) (*store.Reader, error) {
	reader, err := s.store.Open(r.Context(), store.ReadRequest{Bucket: from.bucket, Key: from.key, VersionID: from.version, Judge: func(o store.Object) (key seal.CustomerKey, err error) {
		if err := readConditions(r.Header, "X-Amz-Copy-Source-", o); err != nil {
			return key, err
		}
		if key, err = s.readKey(r, headerCopySource, o.Encryption); err != nil {
			return key, err
		}
		if r.op == "CopyObject" && s.personality.NoEncryptedSource && o.Encryption.Mode != store.Plain {
			return key, notImplemented("x-amz-copy-source")
		}
		return key, s.mayDecrypt(r, o.Encryption)
	}})
	return reader, ofSource(s.reading(err))
}

type copyResult struct {
	XMLName      xml.Name
	Xmlns        string `xml:"xmlns,attr"`
	LastModified string
	ETag         string
	Sums         []checksumElement
	ChecksumType string `xml:",omitempty"`
}

type checksumElement struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

// elements are checksums as XML answers carry them: <ChecksumCRC32>.
func (s *Server) elements(c store.Checksums, crc64nvme string) ([]checksumElement, string) {
	h := http.Header{}
	s.setChecksums(h, c, crc64nvme)
	var all []checksumElement
	for _, a := range sigv4.Algorithms() {
		if v := h.Get(a.Header()); v != "" {
			all = append(all, checksumElement{xml.Name{Local: "Checksum" + string(a)}, v})
		}
	}
	return all, h.Get("X-Amz-Checksum-Type")
}

func (s *Server) copyObject(w http.ResponseWriter, r *request) error {
	from, err := sourceOf(r)
	if err != nil {
		return err
	}
	if _, err := askedAlgorithm(r); err != nil {
		return err
	}
	reader, err := s.openSource(r, from)
	if err != nil {
		return err
	}
	defer reader.Close()
	rec, err := s.copiedRecord(r, reader.Object)
	if err != nil {
		return err
	}
	lock, err := s.locksOf(r) // those of the source stay with it
	if err != nil {
		return err
	}
	how, err := s.copySealing(r, from, reader.Object)
	if err != nil {
		return err
	}
	algorithm, err := copyAlgorithm(r, reader.Object)
	if err != nil {
		return err
	}
	rec.headers[echoHeader] = how.echo
	body := s.computing(io.LimitReader(reader.Range(0, reader.Size()), reader.Size()), reader.Size(), algorithm)
	o, err := s.store.Put(r.Context(), store.PutRequest{
		Bucket: r.bucket, Key: r.key, Body: body, Size: body.size, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		IfMatch: r.Header.Get("If-Match"), IfNoneMatch: r.Header.Get("If-None-Match"),
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	setWritten(w.Header(), o)
	setSource(w.Header(), from, reader.Object)
	s.setEncryptionOfMany(w.Header(), tellObject(o.Encryption, o.Headers), how.context)
	doc := copyResult{XMLName: xml.Name{Local: "CopyObjectResult"}, Xmlns: namespace, LastModified: stamp(o.Modified), ETag: quoted(o.ETag)}
	doc.Sums, doc.ChecksumType = s.elements(o.Checksums, o.CRC64NVME)
	return writeXML(w, doc)
}

// computing is a body that nobody announced anything about.
func (s *Server) computing(from io.Reader, size int64, algorithm sigv4.Algorithm) *content {
	c := &content{Reader: from, size: size}
	if algorithm != "" && !s.personality.NoChecksums {
		c.algorithm, c.sum = algorithm, algorithm.New()
		c.Reader = io.TeeReader(from, c.sum)
	}
	return c
}

func unsupportedAlgorithm() error {
	return badRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]")
}

// askedAlgorithm is the one that a copy asks for, empty for none.
func askedAlgorithm(r *request) (sigv4.Algorithm, error) {
	asked := r.Header.Get("X-Amz-Checksum-Algorithm")
	a, ok := sigv4.AlgorithmOf("x-amz-checksum-" + asked)
	if asked != "" && !ok {
		return "", unsupportedAlgorithm()
	}
	return a, nil
}

// copyAlgorithm is the one asked for, else that of the source.
func copyAlgorithm(r *request, o store.Object) (sigv4.Algorithm, error) {
	if a, err := askedAlgorithm(r); err != nil || a != "" {
		return a, err
	}
	for name := range o.Checksums.Values {
		return sigv4.Algorithm(name), nil
	}
	return "", nil
}

// copiedRecord follows the metadata and tagging directives.
func (s *Server) copiedRecord(r *request, o store.Object) (record, error) {
	rec, err := s.recordOf(r)
	if err != nil {
		return rec, err
	}
	directive := r.Header.Get("X-Amz-Metadata-Directive")
	switch directive {
	case "REPLACE":
	case "", "COPY":
		class := rec.headers["X-Amz-Storage-Class"]
		rec.headers = map[string]string{}
		for _, name := range keptHeaders {
			if v := o.Headers[name]; v != "" {
				rec.headers[name] = v
			}
		}
		delete(rec.headers, "X-Amz-Storage-Class") // the copy's class is asked for anew
		if class != "" {
			rec.headers["X-Amz-Storage-Class"] = class
		}
		rec.metadata = o.UserMetadata
	default:
		return rec, badArgument("Unknown metadata directive.", "x-amz-metadata-directive", directive)
	}
	switch directive := r.Header.Get("X-Amz-Tagging-Directive"); directive {
	case "REPLACE":
	case "", "COPY":
		rec.tags = o.Tags
	default:
		return rec, badArgument("Unknown tagging directive.", "x-amz-tagging-directive", directive)
	}
	return rec, nil
}

// copySealing decides the copy's encryption; the source's context is dropped.
func (s *Server) copySealing(r *request, from source, o store.Object) (sealed, error) {
	how, err := s.sealing(r)
	if err != nil {
		return how, err
	}
	same := from.address == r.address && from.version == ""
	if same && !how.explicit && r.Header.Get("X-Amz-Metadata-Directive") != "REPLACE" && !r.has("X-Amz-Storage-Class") &&
		!r.has("X-Amz-Website-Redirect-Location") && r.fault(StorePlain) == nil {
		return how, badRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if s.personality.PlainCopiesStayBare && o.Encryption.Mode == store.Plain && how.Mode == store.SSEKMS {
		return sealed{}, nil
	}
	return how, nil
}
