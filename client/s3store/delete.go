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
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes objects of one bucket, a thousand with one request. Keys that
// XML cannot write, and all keys where the server has no DeleteObjects, are
// removed one by one.
func (s *Store) Delete(ctx context.Context, at []client.Location) ([]error, error) {
	results := make([]error, len(at))
	var batch []int // indexes into at
	for _, l := range at {
		c := call{op: "DeleteObjects", at: l}
		if err := l.CheckKey(); err != nil {
			return nil, s.refuse(c, client.KindInvalid, err)
		}
		if l.Bucket != at[0].Bucket {
			return nil, s.refuse(c, client.KindInvalid, client.Say("objects of %s and %s cannot be removed with one call", at[0].Bucket, l.Bucket).Err())
		}
	}
	for i, l := range at {
		if !writableInXML(l.Key) {
			results[i] = s.deleteOne(ctx, l)
			continue
		}
		batch = append(batch, i)
	}
	for start := 0; start < len(batch); start += client.MaxEntries {
		part := batch[start:min(start+client.MaxEntries, len(batch))]
		err := s.deletePatiently(ctx, at, part, results)
		if client.KindOf(err) == client.KindUnsupported {
			err = nil
			for _, i := range part {
				results[i] = s.deleteOne(ctx, at[i])
			}
		}
		switch {
		case err != nil && start == 0 && len(batch) == len(at):
			return nil, err
		case err != nil:
			for _, i := range part {
				results[i] = err
			}
		}
	}
	return results, nil
}

// deletePatiently is deleteMany, and again for the objects that the server asks
// to come back with: it may throttle each by itself, in an answer of success.
func (s *Store) deletePatiently(ctx context.Context, at []client.Location, part []int, results []error) error {
	if err := s.deleteMany(ctx, at, part, results); err != nil {
		return err
	}
	for try := 1; try < throttledTries; try++ {
		part = slices.DeleteFunc(slices.Clone(part), func(i int) bool { return client.KindOf(results[i]) != client.KindThrottled })
		if len(part) == 0 || s.waiting.pause(ctx, try) != nil {
			return nil //nolint:nilerr // each object's result says what became of it
		}
		if err := s.deleteMany(ctx, at, part, results); err != nil {
			for _, i := range part {
				results[i] = err
			}
			return nil
		}
	}
	return nil
}

// deleteMany removes at[i] for each i in part and notes what became of it.
func (s *Store) deleteMany(ctx context.Context, at []client.Location, part []int, results []error) error {
	bucket := at[0].Bucket
	q := s.deletes(bucket, at, part)
	a, err := unchecked(s, q.header.has(headerCRC32),
		func() (*answer, error) { return s.send(ctx, q) },
		func() { q.header.put(headerCRC32, nil) })
	var out deletions
	if err == nil {
		out, err = deletionsIn(a)
	}
	if err != nil {
		return s.fail(q.call, err)
	}
	id := requestID(a.header)
	said := map[string]error{}
	for _, key := range out.Deleted {
		said[key] = nil
	}
	for _, e := range out.Errors {
		c := call{op: q.op, at: client.Location{Bucket: bucket, Key: e.Key}}
		f := failure{call: c, https: s.https, code: e.Code, message: e.Message}
		kind := f.classify()
		if kind == client.KindNotFound {
			said[c.at.Key] = nil
			continue
		}
		said[c.at.Key] = s.clean(&client.Error{Op: c.op, Kind: kind, At: c.at, Code: f.code, Message: f.message, RequestID: id})
	}
	for _, i := range part {
		err, told := said[at[i].Key]
		if !told {
			err = &client.Error{Op: "DeleteObjects", Kind: client.KindContradiction, At: at[i], RequestID: id, Said: client.Say("the server did not say what became of it")}
		}
		results[i] = err
	}
	return nil
}

const headerCRC32 = "X-Amz-Checksum-Crc32"

// deletes removes at[i] for each i in part with one request. Its document goes with
// a checksum, without which AWS takes none, and elsewhere with Content-MD5, which
// older services want.
func (s *Store) deletes(bucket string, at []client.Location, part []int) *request {
	var raw bytes.Buffer
	raw.WriteString(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for _, i := range part {
		raw.WriteString("<Object><Key>")
		var key strings.Builder
		_ = xml.EscapeText(&key, []byte(at[i].Key)) // a builder takes everything
		_, _ = lineEnds.WriteString(&raw, key.String())
		raw.WriteString("</Key></Object>")
	}
	raw.WriteString("</Delete>")
	q := &request{
		call: call{op: "DeleteObjects", at: client.Location{Bucket: bucket}}, method: http.MethodPost, query: "delete=",
		header: headers{{"Content-Type", "application/xml"}}, tries: s.waiting,
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

// lineEnds are characters that XML 1.1 has for line ends: a parser of that age
// would make another key of them.
var lineEnds = strings.NewReplacer("\u0085", "&#x85;", "\u2028", "&#x2028;")

// deletions are what an answer says became of each object.
type deletions struct {
	Deleted []string `xml:"Deleted>Key"`
	Errors  []struct {
		Key, Code, Message string
	} `xml:"Error"`
}

func deletionsIn(a *answer) (out deletions, err error) {
	if err := xml.NewDecoder(bytes.NewReader(a.raw)).Decode(&out); err != nil { //nolint:gosec // into strings alone
		return out, a.unread(err)
	}
	return out, nil
}

func (s *Store) deleteOne(ctx context.Context, at client.Location) error {
	c := call{op: "DeleteObject", at: at}
	out, err := s.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &at.Bucket, Key: &at.Key})
	if err != nil {
		return unlessGone(s.fail(c, err))
	}
	return s.vouch(ctx, c, answerOf(out.ResultMetadata))
}

// writableInXML reports whether XML 1.0 has a way to write a key. The SDK would
// put another character in its place, and another object would be removed.
// https://www.w3.org/TR/xml/#charsets
func writableInXML(key string) bool {
	for _, r := range key {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return true
}
