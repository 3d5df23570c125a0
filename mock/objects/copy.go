package objects

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// openSource judges conditions and keys, and opens the object to copy from.
func (s *Service) openSource(r *wire.Request, from wire.Source) (*store.Reader, error) {
	reader, err := s.Store.Open(r.Context(), store.ReadRequest{Bucket: from.Bucket, Key: from.Key, VersionID: from.Version, Judge: func(o store.Object) (key seal.CustomerKey, err error) {
		if err := s.sourceConditions(r, o); err != nil {
			return key, err
		}
		opener := s3.HeaderCopySource
		if r.Op == "UploadPartCopy" && s.Personality.Copies.OwnKey {
			opener = s3.HeaderCustomer
		}
		if key, err = s.SSE.ReadKey(r, opener, o.Encryption); err != nil {
			return key, err
		}
		if r.Op == "CopyObject" && s.Personality.NoEncryptedSource && o.Encryption.Mode != store.Plain {
			return key, s3.NotImplemented("x-amz-copy-source")
		}
		if err := s.archived(o); err != nil {
			return key, err
		}
		return key, s.Access.MayDecrypt(r, o.Encryption)
	}})
	return reader, ofSource(s.readRefusal(err))
}

// sourceConditions judges what a copy says of its source.
func (s *Service) sourceConditions(r *wire.Request, o store.Object) error {
	how := s.Personality.Copies
	switch {
	case r.Op == "UploadPartCopy" && how.PartsOfAnything:
		return nil
	case how.ConditionsAs != "":
		return readConditions(r.Header, how.ConditionsAs, o)
	}
	return readConditions(r.Header, "X-Amz-Copy-Source-", o)
}

// targetConditions are what a copy says of its target, as far as the server looks at it.
func (s *Service) targetConditions(r *wire.Request) (match, noneMatch string) {
	if s.Personality.Copies.OverAnything {
		return "", ""
	}
	return r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
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
func (s *Service) elements(c store.Checksums, crc64nvme string) ([]checksumElement, string) {
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

func (s *Service) copyObject(w http.ResponseWriter, r *wire.Request) error {
	from, err := wire.SourceOf(r)
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
	rec.headers[sse.EchoHeader] = how.Echo
	if s.spoils(reader.Object, how) {
		rec.headers[spoiledHeader] = "true"
	}
	match, noneMatch := s.targetConditions(r)
	body := s.computing(io.LimitReader(reader.Range(0, reader.Size()), reader.Size()), reader.Size(), algorithm)
	o, err := s.Store.Put(r.Context(), store.PutRequest{
		Bucket: r.Bucket, Key: r.Key, Body: body, Size: body.size, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		IfMatch: match, IfNoneMatch: noneMatch,
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	if !s.Personality.Copies.NoVersion {
		wire.SetWrittenVersion(w.Header(), o)
	}
	setSource(w.Header(), from, reader.Object)
	s.SSE.SetMultipartHeaders(w.Header(), sse.Report(o.Encryption, o.Headers), how.ShowContext)
	doc := copyResult{XMLName: xml.Name{Local: "CopyObjectResult"}, Xmlns: s3.Namespace, LastModified: s3.Timestamp(o.Modified), ETag: s3.QuoteETag(o.ETag)}
	doc.Sums, doc.ChecksumType = s.elements(o.Checksums, o.CRC64NVME)
	return wire.WriteXML(w, doc)
}

// spoiledHeader marks an object that nobody can read; it never leaves the server.
const spoiledHeader = "Mock-Spoiled"

func (s *Service) spoils(from store.Object, how sse.Sealed) bool {
	inherited := !how.Explicit
	return s.Personality.Copies.Spoil && len(from.Encryption.Context) > 1 && (inherited || how.Mode == store.SSEKMS && len(how.Context) == 0)
}

// computing is a body that nobody announced anything about.
func (s *Service) computing(from io.Reader, size int64, algorithm sigv4.Algorithm) *content {
	c := &content{Reader: from, size: size}
	if algorithm != "" && !s.Personality.NoChecksums {
		c.algorithm, c.sum = algorithm, algorithm.New()
		c.Reader = io.TeeReader(from, c.sum)
	}
	return c
}

func unsupportedAlgorithm() error {
	return s3.BadRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]")
}

// askedAlgorithm is the one that a copy asks for, empty for none.
func askedAlgorithm(r *wire.Request) (sigv4.Algorithm, error) {
	asked := r.Header.Get("X-Amz-Checksum-Algorithm")
	a, ok := sigv4.AlgorithmOf("x-amz-checksum-" + asked)
	if asked != "" && !ok {
		return "", unsupportedAlgorithm()
	}
	return a, nil
}

// copyAlgorithm is the one asked for, else that of the source.
func copyAlgorithm(r *wire.Request, o store.Object) (sigv4.Algorithm, error) {
	if a, err := askedAlgorithm(r); err != nil || a != "" {
		return a, err
	}
	for name := range o.Checksums.Values {
		return sigv4.Algorithm(name), nil
	}
	return "", nil
}

// copiedRecord follows the metadata and tagging directives.
func (s *Service) copiedRecord(r *wire.Request, o store.Object) (record, error) {
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
		if s.Personality.Copies.LoseExpires {
			delete(rec.headers, "Expires")
		}
		delete(rec.headers, "X-Amz-Storage-Class") // the copy's class is asked for anew
		if class != "" {
			rec.headers["X-Amz-Storage-Class"] = class
		}
		rec.metadata = o.UserMetadata
	default:
		return rec, s3.BadArgument("Unknown metadata directive.", "x-amz-metadata-directive", directive)
	}
	switch directive := r.Header.Get("X-Amz-Tagging-Directive"); directive {
	case "REPLACE":
	case "", "COPY":
		rec.tags = o.Tags
	default:
		return rec, s3.BadArgument("Unknown tagging directive.", "x-amz-tagging-directive", directive)
	}
	if s.Personality.Copies.LoseTags && (directive == "REPLACE" || r.Header.Get("X-Amz-Tagging-Directive") == "REPLACE") {
		rec.tags = nil
	}
	return rec, nil
}

// copySealing decides the copy's encryption; the source's context is dropped.
func (s *Service) copySealing(r *wire.Request, from wire.Source, o store.Object) (sse.Sealed, error) {
	how, err := s.SSE.ForWrite(r)
	if err != nil {
		return how, err
	}
	same := from.Address == r.Address && from.Version == ""
	if same && !how.Explicit && r.Header.Get("X-Amz-Metadata-Directive") != "REPLACE" && !r.Has("X-Amz-Storage-Class") &&
		!r.Has("X-Amz-Website-Redirect-Location") && r.Fault(faults.StorePlain) == nil {
		return how, s3.BadRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if s.Personality.PlainCopiesStayBare && o.Encryption.Mode == store.Plain && how.Mode == store.SSEKMS {
		return sse.Sealed{}, nil
	}
	return how, nil
}

// setSource tells which version was copied.
func setSource(h http.Header, from wire.Source, o store.Object) {
	if o.Versioned || from.Version != "" {
		h.Set("X-Amz-Copy-Source-Version-Id", o.VersionID)
	}
}

// ofSource gives a version that cannot be copied the answer of copies.
func ofSource(err error) error {
	var marker *store.DeleteMarkerError
	if errors.As(err, &marker) && marker.Named {
		return s3.BadRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
	}
	var invalid *store.InvalidVersionIDError
	if errors.As(err, &invalid) {
		return s3.BadArgument("Invalid version id specified", "x-amz-copy-source", invalid.VersionID)
	}
	return err
}
