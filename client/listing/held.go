package listing

import (
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A held page waits for its turn. It is kept in what a listing says of an object, in one
// piece of memory: of a name what is another than in the one before it, of an ETag that is
// an MD5 its bytes. That is some 50 to 80 bytes an object, where a client.Object takes 500.
type held struct {
	bucket  string
	packed  []byte
	count   int             // of objects
	text    int             // bytes of their names and ETags
	objects []client.Object // in place of packed, where more was said
}

// What of an object is told by a bit.
const (
	isLatest = 1 << iota
	isMarker
	sameClass // as of the object before it
	anMD5     // the ETag is one, in lower case
	noDate
)

// hold keeps a page.
func hold(page []client.Object) held {
	h := held{bucket: page[0].At.Bucket, count: len(page), packed: make([]byte, 0, 64*len(page))}
	last := &client.Object{}
	for i := range page {
		if saysMore(&page[i]) {
			return held{objects: page}
		}
		h.pack(&page[i], last)
		last = &page[i]
	}
	h.packed = append(make([]byte, 0, len(h.packed)), h.packed...)
	return h
}

func (h *held) pack(o, last *client.Object) {
	var raw [16]byte
	flags := bit(isLatest, o.Latest) | bit(isMarker, o.DeleteMarker) | bit(sameClass, o.StorageClass == last.StorageClass) |
		bit(anMD5, md5In(o.ETag, &raw)) | bit(noDate, o.Modified.IsZero())
	n := shared(last.At.Key, o.At.Key)
	h.packed = binary.AppendUvarint(append(h.packed, flags), uint64(n))
	h.write(o.At.Key[n:])
	h.write(o.VersionID)
	if flags&anMD5 != 0 {
		h.packed = append(h.packed, raw[:]...)
	} else {
		h.write(o.ETag)
	}
	if flags&sameClass == 0 {
		h.write(o.StorageClass)
	}
	h.packed = binary.AppendVarint(h.packed, o.Size)
	if flags&noDate == 0 {
		h.packed = binary.AppendVarint(h.packed, o.Modified.Unix())
		h.packed = binary.AppendUvarint(h.packed, uint64(o.Modified.Nanosecond()))
	}
	h.text += len(o.At.Key) + len(o.ETag)
}

func bit(b byte, is bool) byte {
	if is {
		return b
	}
	return 0
}

// md5In reads an ETag that is an MD5 as servers write it.
func md5In(etag string, raw *[16]byte) bool {
	if len(etag) != 2*len(raw) {
		return false
	}
	for i := range len(etag) {
		if c := etag[i]; c < '0' || c > '9' && c < 'a' || c > 'f' {
			return false
		}
	}
	_, err := hex.Decode(raw[:], []byte(etag))
	return err == nil
}

func (h *held) write(s string) {
	h.packed = append(binary.AppendUvarint(h.packed, uint64(len(s))), s...)
}

// saysMore reports whether an object says more than a listing does.
func saysMore(o *client.Object) bool {
	return o.IsFolder || o.ContentType != "" || o.Encryption != (client.Reported{}) || o.RequestID != "" ||
		len(o.Checksums) > 0 || len(o.Metadata) > 0 || len(o.Headers) > 0 || !o.Modified.IsZero() && o.Modified.Location() != time.UTC
}

// page is what was held.
func (h held) page() []client.Object {
	if h.objects != nil {
		return h.objects
	}
	page := make([]client.Object, h.count)
	r := reader{packed: h.packed, text: make([]byte, 0, h.text)}
	ends := make([][2]int, h.count) // of name and ETag in the text
	var name [2]int
	for i := range page {
		o := &page[i]
		flags := r.bytes(1)[0]
		from, n := len(r.text), int(r.number())
		r.text = append(r.text, r.text[name[0]:name[0]+n]...)
		r.text = append(r.text, r.string()...)
		name = [2]int{from, len(r.text)}
		o.At.Bucket, o.Latest, o.DeleteMarker = h.bucket, flags&isLatest != 0, flags&isMarker != 0
		o.VersionID = string(r.string())
		if flags&anMD5 != 0 {
			r.text = hex.AppendEncode(r.text, r.bytes(16))
		} else {
			r.text = append(r.text, r.string()...)
		}
		ends[i] = [2]int{name[1], len(r.text)}
		switch {
		case flags&sameClass == 0:
			o.StorageClass = string(r.string())
		case i > 0:
			o.StorageClass = page[i-1].StorageClass
		}
		o.Size = r.signed()
		if flags&noDate == 0 {
			o.Modified = time.Unix(r.signed(), int64(r.number())).UTC()
		}
	}
	text, from := string(r.text), 0
	for i, end := range ends {
		page[i].At.Key, page[i].ETag = text[from:end[0]], text[end[0]:end[1]]
		from = end[1]
	}
	return page
}

// A reader reads what pack wrote.
type reader struct{ packed, text []byte }

func (r *reader) bytes(n int) (b []byte) {
	b, r.packed = r.packed[:n], r.packed[n:]
	return b
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.packed)
	r.packed = r.packed[n:]
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.packed)
	r.packed = r.packed[n:]
	return v
}

func (r *reader) string() []byte { return r.bytes(int(r.number())) }
