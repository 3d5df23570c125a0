package mock

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

type completePart struct {
	PartNumber *int
	ETag       string
	Others     []checksumElement `xml:",any"`
}

// sums are the checksums that the client names for a part.
func (p completePart) sums() map[sigv4.Algorithm]string {
	all := map[sigv4.Algorithm]string{}
	for _, e := range p.Others {
		short, ok := strings.CutPrefix(e.XMLName.Local, "Checksum")
		if a, known := sigv4.AlgorithmOf("x-amz-checksum-" + short); ok && known && e.Value != "" {
			all[a] = e.Value
		}
	}
	return all
}

// check refuses what no stored part can make right.
func (p completePart) check() error {
	sums := p.sums()
	var text strings.Builder
	valid := len(sums) <= 1
	for _, a := range sigv4.Algorithms() {
		if value, ok := sums[a]; ok {
			text.WriteString(string(a) + ":" + value + ";")
			valid = valid && a.WellFormed(value)
		}
	}
	switch {
	case p.ETag == "" || p.PartNumber == nil:
		return malformedXML()
	case *p.PartNumber < 1:
		return badArgument("PartNumber must be >= 1", "PartNumber", strconv.Itoa(*p.PartNumber))
	case *p.PartNumber > store.MaxPartNumber:
		return store.ErrPartNumber
	case !valid:
		return badArgument("Invalid Base64 or multiple checksums present in request", "Checksum", text.String())
	}
	return nil
}

func (s *Server) completeUpload(w *writer, r *request) error {
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

func (s *Server) tellCompletion(w *writer, r *request, o store.Object) error {
	setWritten(w.Header(), o)
	told := tellObject(o.Encryption, o.Headers)
	if told.Mode != store.SSEC { // the matrix has no customer headers here
		setEncryption(w.Header(), told, false)
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

// judgeParts compares what the client says of the parts and of the whole with
// what was stored, and gives the object's checksums.
func (s *Server) judgeParts(r *request, u store.Upload, named []completePart, stored []store.Part, crc64nvme string) (store.Checksums, error) {
	if s.personality.NoChecksums {
		return store.Checksums{}, nil
	}
	size := int64(0)
	for i, p := range stored {
		size += p.Size
		if own := sigv4.Algorithm(u.ChecksumAlgorithm); u.ChecksumType == composite && named[i].sums()[own] == "" {
			return store.Checksums{}, badRequest(fmt.Sprintf("The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.", strings.ToLower(string(own)), p.Number))
		}
		for algorithm, want := range named[i].sums() {
			got, kept := p.Checksums.Values[string(algorithm)]
			if algorithm == sigv4.CRC64NVME {
				got, kept = p.CRC64NVME, true
			}
			switch {
			case !kept && u.ChecksumAlgorithm != "":
				return store.Checksums{}, refuse(http.StatusBadRequest, "BadDigest", fmt.Sprintf("The %s you specified for part %d did not match what we received.", strings.ToLower(string(algorithm)), p.Number))
			case want != got:
				return store.Checksums{}, store.ErrInvalidPart
			}
		}
	}
	if want := r.Header.Get("X-Amz-Mp-Object-Size"); want != "" && want != strconv.FormatInt(size, 10) {
		return store.Checksums{}, badRequest(fmt.Sprintf("The provided 'x-amz-mp-object-size' header value %s does not match what was computed: %d", want, size))
	}
	algorithm, kind := sigv4.Algorithm(u.ChecksumAlgorithm), u.ChecksumType
	if algorithm == "" {
		algorithm, kind = sigv4.CRC64NVME, fullObject
	}
	if asked := strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type")); asked != "" && asked != kind {
		return store.Checksums{}, badRequest("The upload was created using the " + kind + " checksum mode. The complete request must use the same checksum mode.")
	}
	value, err := wholeSum(algorithm, kind, stored, crc64nvme)
	if err != nil {
		return store.Checksums{}, err
	}
	for _, a := range sigv4.Algorithms() {
		want := r.Header.Get(a.Header())
		if want == "" {
			continue
		}
		if a != algorithm {
			return store.Checksums{}, badRequest("Checksum Type mismatch occurred, expected checksum Type: " + strings.ToLower(string(algorithm)) + ", actual checksum Type: " + strings.ToLower(string(a)))
		}
		if bare, _, _ := strings.Cut(value, "-"); want != value && want != bare {
			return store.Checksums{}, a.Mismatch()
		}
	}
	return store.Checksums{Values: map[string]string{string(algorithm): value}, Type: kind}, nil
}

var ofParts = regexp.MustCompile(`-[0-9]+$`)

// finalHeaders judges the form of what a completion announces of the whole.
func finalHeaders(r *request) error {
	found := 0
	for _, a := range sigv4.Algorithms() {
		if value := r.Header.Get(a.Header()); value != "" {
			found++
			if !a.WellFormed(ofParts.ReplaceAllString(value, "")) {
				return badRequest("Value for " + a.Header() + " header is invalid.")
			}
		}
	}
	if found > 1 {
		return badRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
	}
	if kind := strings.ToUpper(r.Header.Get("X-Amz-Checksum-Type")); kind != "" && kind != fullObject && kind != composite {
		return badChecksumType()
	}
	value := r.Header.Get("X-Amz-Mp-Object-Size")
	switch n, err := strconv.ParseInt(value, 10, 64); {
	case value == "":
		return nil
	case err != nil:
		return badRequest("Value for x-amz-mp-object-size header is invalid: '" + value + "'")
	case n < 0:
		return badRequest("Value for x-amz-mp-object-size header is less than zero: '" + value + "'")
	}
	return nil
}

// wholeSum makes the object's checksum of those of its parts.
func wholeSum(algorithm sigv4.Algorithm, kind string, parts []store.Part, crc64nvme string) (string, error) {
	if algorithm == sigv4.CRC64NVME {
		return crc64nvme, nil
	}
	all, whole := algorithm.New(), uint32(0)
	for i, p := range parts {
		raw, err := base64.StdEncoding.DecodeString(p.Checksums.Values[string(algorithm)])
		if err != nil || len(raw) != algorithm.New().Size() {
			return "", fmt.Errorf("part %d has no %s", p.Number, algorithm)
		}
		if kind == composite {
			all.Write(raw)
			continue
		}
		poly := uint32(crc32.IEEE)
		if algorithm == sigv4.CRC32C {
			poly = crc32.Castagnoli
		}
		sum := binary.BigEndian.Uint32(raw)
		if i == 0 {
			whole = sum
		} else {
			whole = store.CombineCRC32(poly, whole, sum, p.Size)
		}
	}
	if kind == composite {
		return base64.StdEncoding.EncodeToString(all.Sum(nil)) + "-" + strconv.Itoa(len(parts)), nil
	}
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, whole)), nil
}
