package s3store

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5; nothing is secured by it
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// ask sends one DeleteObjects for a part and notes what became of each.
func (d *deletion) ask(ctx context.Context, part []int) error {
	s, q := d.store, d.request(part)
	a, err := unchecked(s, q.header.has(headerCRC32),
		func() (*answer, error) { return s.send(ctx, q) },
		func() { q.header.put(headerCRC32, nil) })
	var out deletions
	if err == nil {
		out, err = deletionsIn(a)
	}
	if err != nil {
		return err
	}
	id := requestID(a.header)
	said := s.said(q, out, id)
	for _, i := range part {
		err, told := said.of(d.name(i))
		if !told {
			err = &client.Error{Op: q.op, Kind: client.KindContradiction, At: d.was[i].At, RequestID: id, Said: client.Say("the server did not say what became of it")}
		}
		d.results[i] = err
	}
	return nil
}

// outcomes are what an answer says became of each version and, the failures first, of
// whatever has the key.
type outcomes struct {
	version map[name]error
	key     map[string]error
}

func (o *outcomes) of(n name) (err error, told bool) { //nolint:revive // an outcome may be an error, and is no failure of this
	if err, told = o.version[n]; !told && (n.version == "" || n.version == client.NullVersion) {
		err, told = o.key[n.key]
	}
	return err, told
}

func (o *outcomes) note(n name, err error) {
	o.version[n] = err
	if o.key[n.key] == nil {
		o.key[n.key] = err
	}
}

// said is what an answer says became of each object.
func (s *Store) said(q *request, out deletions, id string) *outcomes {
	said := &outcomes{map[name]error{}, map[string]error{}}
	for _, x := range out.Deleted {
		said.note(name{x.Key, x.VersionID}, nil)
	}
	for _, e := range out.Errors {
		c := call{op: q.op, at: client.Location{Bucket: q.at.Bucket, Key: e.Key}}
		f := failure{call: c, https: s.https, code: e.Code, message: e.Message}
		err := &client.Error{Op: c.op, Kind: f.classify(), At: c.at, Code: f.code, Message: f.message, RequestID: id}
		switch err.Kind {
		case client.KindNotFound:
			said.note(name{e.Key, e.VersionID}, nil)
			continue
		case client.KindPrecondition:
			err.Message, err.Said = "", client.Say("another object has taken its place")
		}
		said.note(name{e.Key, e.VersionID}, s.clean(err))
	}
	return said
}

const headerCRC32 = "X-Amz-Checksum-Crc32"

// request removes a part. Its document goes with a checksum, without which AWS takes
// none, and elsewhere with Content-MD5, which older services want.
func (d *deletion) request(part []int) *request {
	s := d.store
	var raw bytes.Buffer
	raw.WriteString(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for _, i := range part {
		raw.WriteString("<Object>")
		element(&raw, "ETag", d.condition(i))
		element(&raw, "Key", d.was[i].At.Key)
		element(&raw, "VersionId", d.was[i].VersionID)
		raw.WriteString("</Object>")
	}
	raw.WriteString("</Delete>")
	q := &request{call: d.call(), method: http.MethodPost, query: "delete=", header: headers{{"Content-Type", "application/xml"}}, tries: s.waiting}
	if d.once {
		q.tries = unrepeated
	}
	q.document(raw.Bytes())
	if !s.digests.refused.Load() {
		sum := crc32.ChecksumIEEE(raw.Bytes())
		q.header.set(headerCRC32, base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum)))
	}
	if !s.atAWS {
		sum := md5.Sum(raw.Bytes()) //nolint:gosec // Content-MD5
		q.header.set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	return q
}

// condition is the ETag that an object has to have, "" for any. A version is what it is.
func (d *deletion) condition(i int) string {
	o := &d.was[i]
	switch {
	case o.ETag == "" || d.plain || o.VersionID != "" && o.VersionID != client.NullVersion:
		return ""
	case d.bare:
		return o.ETag
	}
	return *d.store.etags.written(o.ETag)
}

// element writes an element of a document, none where there is nothing to say.
func element(to *bytes.Buffer, tag, value string) {
	if value == "" {
		return
	}
	to.WriteString("<" + tag + ">")
	var text strings.Builder
	_ = xml.EscapeText(&text, []byte(value)) // a builder takes everything
	_, _ = lineEnds.WriteString(to, text.String())
	to.WriteString("</" + tag + ">")
}

// lineEnds are characters that XML 1.1 has for line ends: a parser of that age
// would make another key of them.
var lineEnds = strings.NewReplacer("\u0085", "&#x85;", "\u2028", "&#x2028;")

// deletions are what an answer says became of each object.
type deletions struct {
	Deleted []struct {
		Key       string
		VersionID string `xml:"VersionId"`
	}
	Errors []struct {
		Key, Code, Message string
		VersionID          string `xml:"VersionId"`
	} `xml:"Error"`
}

func deletionsIn(a *answer) (out deletions, err error) {
	if err := xml.NewDecoder(bytes.NewReader(a.raw)).Decode(&out); err != nil { //nolint:gosec // into strings alone
		return out, a.unread(err)
	}
	return out, nil
}
