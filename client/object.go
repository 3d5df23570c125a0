package client

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Bucket is one bucket of an account.
type Bucket struct {
	Name    string
	Created time.Time // zero where the server does not say
	Region  string    // "" where the server does not say
}

// NullVersion is the version id of what was written while a bucket kept no
// versions. Unlike every other it names whatever was written so last.
const NullVersion = "null"

// An Object is an object, or a folder of a listing, as the server reports it.
// Fields a call cannot know are zero; Encryption says itself whether it was
// told.
type Object struct {
	At           Location
	IsFolder     bool // a common prefix of a listing: At.Key ends in "/", nothing else is set
	VersionID    string
	Latest       bool      // of a listing of versions: it is the current one
	DeleteMarker bool      // of a listing of versions: it is none, but hides those before it
	Size         int64     // bytes of plaintext, NotTold where the server does not say
	Modified     time.Time // zero where the server does not say
	ETag         string    // without quotes and weakness; "" where the server does not say; never a content hash
	StorageClass string    // "" is STANDARD
	ContentType  string
	Encryption   Reported
	Checksums    []Checksum        // as stored by the server, of the plaintext
	Metadata     map[string]string // x-amz-meta-*, names in lower case
	Headers      map[string][]string
	RequestID    string
}

// System is the system-defined metadata that the writer of an object chooses, beside
// its type; "" is unsaid.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#SysMetadata
type System struct {
	CacheControl       string `json:"cacheControl,omitempty"`
	ContentDisposition string `json:"contentDisposition,omitempty"`
	ContentEncoding    string `json:"contentEncoding,omitempty"`
	ContentLanguage    string `json:"contentLanguage,omitempty"`
	Expires            string `json:"expires,omitempty"`         // a date as HTTP writes it, or whatever stands in its place
	WebsiteRedirect    string `json:"websiteRedirect,omitempty"` // a path, or an address
	StorageClass       string `json:"storageClass,omitempty"`    // "" is STANDARD
}

// The headers of the system-defined metadata, and the fields they are kept in.
func (s *System) fields() map[string]*string {
	return map[string]*string{
		"Cache-Control": &s.CacheControl, "Content-Disposition": &s.ContentDisposition, "Content-Encoding": &s.ContentEncoding,
		"Content-Language": &s.ContentLanguage, "Expires": &s.Expires,
		"X-Amz-Website-Redirect-Location": &s.WebsiteRedirect, "X-Amz-Storage-Class": &s.StorageClass,
	}
}

// Headers are the headers that say it, by their canonical names.
func (s System) Headers() map[string]string {
	h := map[string]string{}
	for name, field := range s.fields() {
		if *field != "" {
			h[name] = *field
		}
	}
	return h
}

// Set puts a header into its field, "" for unsaid, and reports whether there is one. The
// name is canonical. STANDARD, which is every object's storage class that says none, is
// unsaid too.
func (s *System) Set(header, value string) bool {
	field := s.fields()[header]
	if field == nil {
		return false
	}
	if *field = value; field == &s.StorageClass && value == "STANDARD" {
		*field = ""
	}
	return true
}

// System is what the answer about an object says of its system-defined metadata. Of
// a listing it knows the storage class alone.
func (o Object) System() System {
	var s System
	for name, field := range s.fields() {
		if v := o.Headers[name]; len(v) > 0 {
			*field = v[0]
		}
	}
	s.StorageClass = o.StorageClass
	return s
}

// HasContext reports whether the answer about an object shows that it was encrypted
// with a context, which AWS never shows and MinIO does.
func (o Object) HasContext() bool {
	return len(o.Headers["X-Amz-Server-Side-Encryption-Context"]) > 0
}

// KeepsVersions reports whether the object is in a bucket that keeps versions, or kept
// them when it was written: what is written under its name leaves it there.
func (o Object) KeepsVersions() bool { return o.VersionID != "" && o.VersionID != NullVersion }

// IsLocked reports whether an object lock keeps the object, as it was looked at, from being
// removed: a retention, whether or not it is over, or a hold.
func (o Object) IsLocked() bool {
	return len(o.Headers["X-Amz-Object-Lock-Mode"]) > 0 || slices.Contains(o.Headers["X-Amz-Object-Lock-Legal-Hold"], "ON")
}

// NotTold is the size of an object whose size the server did not say. It is
// never shown as a number, and never taken for an empty object.
const NotTold int64 = -1

// SizeTold reports whether the server said how large the object is.
func (o Object) SizeTold() bool { return o.Size >= 0 }

// Bytes is the size for sums: what is not told adds nothing.
func (o Object) Bytes() int64 { return max(0, o.Size) }

// SameETag reports whether two ETags name the same content: some servers write
// them in upper case here and in lower case there.
func SameETag(a, b string) bool { return strings.EqualFold(a, b) }

// Checksum is a checksum of an object's plaintext.
type Checksum struct {
	Algorithm ChecksumAlgorithm `json:"algorithm"`
	Value     string            `json:"value"`               // base64, as S3 writes it
	Composite bool              `json:"composite,omitempty"` // of a multipart object: a checksum of checksums, no content hash
}

// ChecksumAlgorithm is named as S3 names it.
type ChecksumAlgorithm string

// CRC64NVME is the one this program computes: always of the full object, also
// for multipart uploads.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
const CRC64NVME ChecksumAlgorithm = "CRC64NVME"

// MetaChecksum is the metadata name (x-amz-meta-...) under which an upload
// keeps its own CRC64NVME, for servers that store no checksums.
const MetaChecksum = "bucketseal-crc64nvme"

// SHA256 is the checksum that an upload of one request may have in its place.
const SHA256 ChecksumAlgorithm = "SHA256"

// MetaSHA256 is the metadata name under which an upload leaves the SHA-256 of its file
// in hexadecimal, as S3 Browser does.
const MetaSHA256 = "sha256"

// FullChecksum finds a checksum of the whole content: the server's own, or
// the one an upload of ours left in the metadata. ok is false when the object
// has none.
func (o Object) FullChecksum() (sum Checksum, ok bool) {
	if sum, ok := o.StoredChecksum(); ok {
		return sum, true
	}
	if v := o.Metadata[MetaChecksum]; v != "" {
		return Checksum{Algorithm: CRC64NVME, Value: v}, true
	}
	return Checksum{}, false
}

// StoredChecksum is the server's own CRC64NVME of the whole content; ok is false when
// it names none.
func (o Object) StoredChecksum() (sum Checksum, ok bool) {
	for _, c := range o.Checksums {
		if c.Algorithm == CRC64NVME && !c.Composite {
			return c, true
		}
	}
	return Checksum{}, false
}

// MetaModified is the metadata name under which an upload keeps the date of its file,
// as rclone does: seconds since 1970 with the nanoseconds as decimals.
// https://rclone.org/s3/#modification-times
const MetaModified = "mtime"

// FormatModified writes a date for MetaModified, without zeros at its end.
func FormatModified(t time.Time) string {
	seconds, nanos := t.Unix(), int64(t.Nanosecond())
	sign := ""
	if seconds < 0 {
		sign = "-"
		if seconds = -seconds; nanos > 0 {
			seconds, nanos = seconds-1, int64(time.Second)-nanos
		}
	}
	if nanos == 0 {
		return sign + strconv.FormatInt(seconds, 10)
	}
	return sign + strconv.FormatInt(seconds, 10) + "." + strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
}

// FileModified is the date of the file that an object was made of, as far as an upload
// left it in the metadata; ok is false where none did, or where it is no date.
func (o Object) FileModified() (t time.Time, ok bool) {
	v := o.Metadata[MetaModified]
	whole, decimals, _ := strings.Cut(v, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(decimals) > 9 || seconds < oldestDate || seconds > youngestDate {
		return time.Time{}, false
	}
	nanos, err := strconv.ParseUint((decimals + "000000000")[:9], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if strings.HasPrefix(v, "-") {
		return time.Unix(seconds, -int64(nanos)), true
	}
	return time.Unix(seconds, int64(nanos)), true
}

// From 1677 to 2262: beyond, a date is none that systems can be told in nanoseconds, and
// what they took it for would be another one.
const (
	oldestDate   = math.MinInt64/int64(time.Second) + 1
	youngestDate = math.MaxInt64/int64(time.Second) - 1
)
