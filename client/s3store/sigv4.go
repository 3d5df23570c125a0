package s3store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bucketseal/bucketseal/client"
)

// A signable is a request as far as a signature of AWS Signature Version 4 covers
// it. All its headers are signed.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
type signable struct {
	method, host string
	path, query  string // as they are sent: escaped, and canonical
	headers      headers
	size         int64 // of the body, in bytes
	payload      string
}

const (
	sigV4     = "AWS4-HMAC-SHA256"
	stampForm = "20060102T150405Z"
	dayForm   = "20060102"
)

// A signingKey signs for one day, region and service. Its scope may be known;
// the key itself is printed nowhere.
type signingKey struct {
	accessKey string
	secret    client.Secret // from which it was derived
	day       string
	scope     string    // as the signature names it
	hashes    sync.Pool // of *mac
}

// A mac is an HMAC under the key, that can be used again and again.
type mac struct{ hash.Hash }

// String is all that is printed of it.
func (*signingKey) String() string { return "signing key" }

// GoString is what %#v prints.
func (k *signingKey) GoString() string { return k.String() }

// keyFor derives the key of a day.
func keyFor(as aws.Credentials, day, region, service string) *signingKey {
	key := []byte("AWS4" + as.SecretAccessKey)
	for _, of := range []string{day, region, service, "aws4_request"} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(of)) // a hash never fails
		key = h.Sum(nil)
	}
	k := &signingKey{
		accessKey: as.AccessKeyID, secret: client.NewSecret(as.SecretAccessKey), day: day,
		scope: day + "/" + region + "/" + service + "/aws4_request",
	}
	k.hashes.New = func() any { return &mac{hmac.New(sha256.New, key)} }
	return k
}

// key is the one that requests to an address are signed with at a moment; the last
// one is kept.
func (a *address) key(as aws.Credentials, day string) *signingKey {
	k := a.lastKey.Load()
	if k == nil || k.day != day || k.accessKey != as.AccessKeyID || k.secret.Reveal() != as.SecretAccessKey {
		k = keyFor(as, day, a.region, a.service)
		a.lastKey.Store(k)
	}
	return k
}

// work is what signing writes on.
type work struct {
	text   []byte
	sorted headers
}

var works = sync.Pool{New: func() any { return &work{text: make([]byte, 0, 2<<10), sorted: make(headers, 0, 24)} }}

// sign is the value of Authorization. stamp is the moment, as X-Amz-Date has it.
func (k *signingKey) sign(r signable, stamp string) string {
	w := works.Get().(*work) //nolint:forcetypeassert // nothing else is in it
	defer works.Put(w)
	w.order(r)
	w.canonical(r)
	sum := sha256.Sum256(w.text)

	w.text = append(append(append(append(append(w.text[:0], sigV4+"\n"...), stamp...), '\n'), k.scope...), '\n')
	w.text = hex.AppendEncode(w.text, sum[:])
	h := k.hashes.Get().(*mac) //nolint:forcetypeassert // nothing else is in it
	h.Reset()
	h.Write(w.text)
	signature := h.Sum(sum[:0])
	k.hashes.Put(h)

	w.text = append(append(append(w.text[:0], sigV4+" Credential="...), k.accessKey...), '/')
	w.text = append(append(w.text, k.scope...), ", SignedHeaders="...)
	w.names()
	w.text = append(w.text, ", Signature="...)
	w.text = hex.AppendEncode(w.text, signature)
	return string(w.text)
}

// order sorts what is signed, by its names in lower case.
func (w *work) order(r signable) {
	w.sorted = append(append(w.sorted[:0], header{"Host", r.host}), r.headers...)
	if r.size > 0 {
		w.sorted = append(w.sorted, header{"Content-Length", strconv.FormatInt(r.size, 10)})
	}
	slices.SortFunc(w.sorted, func(a, b header) int { return compareFold(a.name, b.name) })
}

// canonical writes the canonical request.
func (w *work) canonical(r signable) {
	w.text = append(append(append(append(append(append(w.text[:0], r.method...), '\n'), r.path...), '\n'), r.query...), '\n')
	for _, h := range w.sorted {
		w.text = append(appendLower(w.text, h.name), ':')
		w.text = append(appendTidy(w.text, h.value), '\n')
	}
	w.text = append(w.text, '\n')
	w.names()
	w.text = append(append(w.text, '\n'), r.payload...)
}

// names writes those of the headers that are signed.
func (w *work) names() {
	for i, h := range w.sorted {
		if i > 0 {
			w.text = append(w.text, ';')
		}
		w.text = appendLower(w.text, h.name)
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func appendLower(out []byte, name string) []byte {
	for i := range len(name) {
		out = append(out, lower(name[i]))
	}
	return out
}

// compareFold compares names as if in lower case. They are ASCII, as all names of
// headers.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

// appendTidy writes a value without blanks at its ends, and with one blank for
// several.
func appendTidy(out []byte, value string) []byte {
	value = strings.TrimSpace(value)
	for {
		i := strings.Index(value, "  ")
		if i < 0 {
			return append(out, value...)
		}
		out = append(out, value[:i+1]...)
		value = strings.TrimLeft(value[i:], " ")
	}
}

// stampOf is a moment as X-Amz-Date has it.
func stampOf(at time.Time) string { return at.UTC().Format(stampForm) }
