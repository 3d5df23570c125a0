package s3store

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// listingIn reads the document of a listing. A field that cannot be read is not
// told; whether there is more is never guessed.
func listingIn(a *answer) (listed, error) {
	l, err := scanListing(a.raw)
	if err != nil {
		return listed{}, a.unread(err)
	}
	return l, nil
}

// scanListing reads a document of ListObjects, ListObjectsV2 or ListObjectVersions.
func scanListing(raw []byte) (listed, error) {
	r := listingReader{scanner: scanner{raw: raw}}
	r.expect(len(raw) / shortestEntry)
	if err := r.root(); err != nil {
		return listed{}, err
	}
	r.settle()
	if r.truncated == "" && !r.told {
		r.listed.truncated = r.listed.next != ""
		return r.listed, nil
	}
	var err error
	if r.listed.truncated, err = strconv.ParseBool(r.truncated); err != nil {
		return listed{}, client.Say("%s: %q is neither true nor false", "IsTruncated", r.truncated).Err()
	}
	return r.listed, nil
}

// A listingReader makes entries of a document. The names of a page lie one behind
// the other in one piece of memory, and nothing else of the document is kept.
type listingReader struct {
	scanner
	listed    listed
	told      bool   // whether there is more
	truncated string // in which words

	names   []byte
	entries []nameSpans // of objects, as many as listed has
	folders []span
}

type nameSpans struct{ key, etag, version span }

// shortestEntry is about as much as the least that servers write of an object, in bytes.
const shortestEntry = 150

// expect makes room for so many entries.
func (r *listingReader) expect(n int) {
	n = min(n, client.MaxEntries)
	r.entries, r.listed.objects = make([]nameSpans, 0, n), make([]listedObject, 0, n)
}

func (r *listingReader) root() error {
	for {
		kind, _, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case kind == opens:
			return r.inside(inListing)
		}
	}
}

// The elements that hold others.
type holder int

const (
	inListing holder = iota
	inEntry
	inFolder
	unknown
)

// inside reads an element to its end, and each that is in it.
func (r *listingReader) inside(h holder) error {
	for {
		kind, name, err := r.next()
		switch {
		case err != nil || kind == ends:
			return err
		case kind == chars:
			continue
		}
		switch h {
		case inListing:
			err = r.field(name)
		case inEntry:
			err = r.entry(name)
		case inFolder:
			err = r.prefix(name)
		default:
			err = r.inside(unknown)
		}
		if err != nil {
			return err
		}
	}
}

// value is the text of an element, without that of elements in it. It is valid until
// the next piece is read, unless it came in several.
func (r *listingReader) value() (text []byte, err error) {
	for parts := 0; ; {
		kind, what, err := r.next()
		switch {
		case err != nil:
			return nil, err
		case kind == ends:
			return text, nil
		case kind == opens:
			text = bytes.Clone(text)
			if err := r.inside(unknown); err != nil {
				return nil, err
			}
			parts++
		case parts == 0 && len(text) == 0:
			text = what
			if r.piecemeal() {
				text = bytes.Clone(text)
			}
			parts++
		default:
			text = append(bytes.Clone(text), what...)
		}
	}
}

// piecemeal reports whether something else than the end of the element is next.
func (r *listingReader) piecemeal() bool { return !bytes.HasPrefix(r.raw[r.at:], []byte("</")) }

func (r *listingReader) string(to *string) error {
	text, err := r.value()
	*to = string(text)
	return err
}

// field reads an element of the listing itself.
func (r *listingReader) field(name []byte) error {
	switch string(name) {
	case "Contents":
		return r.object(listedObject{})
	case "Version":
		return r.object(listedObject{versioned: true})
	case "DeleteMarker":
		return r.object(listedObject{versioned: true, marker: true})
	case "CommonPrefixes":
		return r.folder()
	case "EncodingType":
		var way string
		err := r.string(&way)
		r.listed.encoded = way == string(types.EncodingTypeUrl)
		return err
	case "IsTruncated":
		r.told = true
		return r.string(&r.truncated)
	case "Prefix":
		return r.string(&r.listed.echo.prefix)
	case "StartAfter":
		return r.string(&r.listed.echo.start)
	case "KeyMarker":
		return r.string(&r.listed.keyMarker)
	case "ContinuationToken":
		return r.string(&r.listed.echo.token)
	case "VersionIdMarker":
		return r.string(&r.listed.echo.version)
	case "NextContinuationToken":
		return r.string(&r.listed.next)
	case "NextMarker", "NextKeyMarker":
		return r.string(&r.listed.nextName)
	case "NextVersionIdMarker":
		return r.string(&r.listed.nextVersion)
	}
	return r.inside(unknown)
}

func (r *listingReader) folder() error {
	r.folders = append(r.folders, span{})
	return r.inside(inFolder)
}

func (r *listingReader) prefix(name []byte) error {
	if string(name) != "Prefix" {
		return r.inside(unknown)
	}
	return r.named(&r.folders[len(r.folders)-1])
}

// named keeps a name.
func (r *listingReader) named(to *span) error {
	text, err := r.value()
	to.from = len(r.names)
	r.names = append(r.names, text...)
	to.to = len(r.names)
	return err
}

// object reads an entry, which is so far what its element says.
func (r *listingReader) object(o listedObject) error {
	o.size = client.NotTold
	r.listed.objects = append(r.listed.objects, o)
	r.entries = append(r.entries, nameSpans{})
	return r.inside(inEntry)
}

// entry reads a field of the last entry.
func (r *listingReader) entry(name []byte) error {
	o, names := &r.listed.objects[len(r.listed.objects)-1], &r.entries[len(r.entries)-1]
	switch string(name) {
	case "Key":
		return r.named(&names.key)
	case "ETag":
		return r.named(&names.etag)
	case "VersionId":
		if o.versioned {
			return r.named(&names.version)
		}
		return r.inside(unknown)
	case "LastModified", "Size", "StorageClass", "IsLatest":
	default:
		return r.inside(unknown)
	}
	field := name[1] // name is gone when the value is read
	text, err := r.value()
	if err != nil {
		return err
	}
	switch field {
	case 'a':
		o.modified = dateIn(text)
	case 'i':
		o.size = listedSize(text)
	case 't':
		o.class = classIn(text)
	default:
		o.latest = o.versioned && bytes.EqualFold(bytes.TrimSpace(text), []byte("true"))
	}
	return nil
}

// classIn is a storage class; nearly all are one.
func classIn(text []byte) string {
	const usual = string(types.StorageClassStandard)
	if string(text) == usual {
		return usual
	}
	return string(text)
}

// settle gives the entries their names.
func (r *listingReader) settle() {
	names := string(r.names)
	of := func(s span) string { return names[s.from:s.to] }
	for i := range r.entries {
		o := &r.listed.objects[i]
		o.key, o.etag, o.version = of(r.entries[i].key), of(r.entries[i].etag), of(r.entries[i].version)
	}
	for _, f := range r.folders {
		r.listed.folders = append(r.listed.folders, of(f))
	}
}

// listedSize is a size in bytes as it is written, NotTold where it cannot be read.
func listedSize(text []byte) int64 {
	if n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64); err == nil {
		return plausible(n)
	}
	return client.NotTold
}

// dateIn reads a date; that of S3 itself, 2006-01-02T15:04:05.000Z, without going
// through the forms that there are.
func dateIn(text []byte) time.Time {
	const form = "0000-00-00T00:00:00.000Z"
	if len(text) != len(form) {
		return parseDate(string(text))
	}
	var fields [7]int
	n := 0
	for i, b := range text {
		switch {
		case form[i] != '0' && b == form[i]:
			n++
		case form[i] == '0' && b >= '0' && b <= '9':
			fields[n] = 10*fields[n] + int(b-'0')
		default:
			return parseDate(string(text))
		}
	}
	year, month, day := fields[0], fields[1], fields[2]
	t := time.Date(year, time.Month(month), day, fields[3], fields[4], fields[5], fields[6]*int(time.Millisecond), time.UTC)
	if year <= 1 || t.Day() != day || int(t.Month()) != month || fields[3] > 23 || fields[4] > 59 || fields[5] > 59 {
		return parseDate(string(text))
	}
	return t
}
