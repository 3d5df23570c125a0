package transfer

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A JobReader reads jobs that Halves wrote, one after the other: what many have in
// common it reads once. The zero value is ready; it belongs to one goroutine.
type JobReader struct {
	last      Job
	treatment client.Treatment
	written   []byte // as that was
}

// Read reads a job. What stands there in another way than Halves write it is left
// to encoding/json.
func (d *JobReader) Read(b []byte) (j Job, err error) {
	s := jsonScanner{b: b}
	d.job(&s, &j)
	if s.odd || len(s.b) > 0 {
		j = Job{}
		err = json.Unmarshal(b, &j)
	}
	d.last = j
	return j, err
}

func (d *JobReader) job(s *jsonScanner, j *Job) {
	for name := range s.members {
		switch string(name) {
		case "id":
			j.ID = s.text("")
		case "op":
			j.Op = Op(s.text(string(d.last.Op)))
		case "from":
			s.place(&j.From, &d.last.From)
		case "to":
			s.place(&j.To, &d.last.To)
		case "treatment":
			d.treat(s, &j.Treatment)
		case "contentType":
			j.ContentType = s.text(d.last.ContentType)
		case "expect":
			s.expect(&j.Expect)
		case "overwrite":
			j.Overwrite = Overwrite(s.text(string(d.last.Overwrite)))
		case "over":
			j.Over = new(Expect)
			s.expect(j.Over)
		case "acceptStale":
			j.AcceptStale = s.truth()
		case "priority":
			j.Priority = int(s.number())
		default: // metadata among others
			s.odd = true
		}
	}
}

// treat reads a treatment, unless it is the one that was read last.
func (d *JobReader) treat(s *jsonScanner, t *client.Treatment) {
	if n := len(d.written); n > 0 && bytes.HasPrefix(s.b, d.written) {
		*t, s.b = d.treatment, s.b[n:]
		return
	}
	raw := s.object()
	if s.odd || json.Unmarshal(raw, t) != nil {
		s.odd = true
		return
	}
	d.treatment, d.written = *t, append(d.written[:0], raw...)
}

func (s *jsonScanner) place(p, last *Place) {
	for name := range s.members {
		switch string(name) {
		case "path":
			p.Path = s.text("")
		case "root":
			p.Root = s.text(last.Root)
		case "name":
			p.Name = s.text("")
		case "unsized":
			p.Unsized = s.truth()
		case "account":
			p.Account = s.text(last.Account)
		case "at":
			s.location(&p.At, &last.At)
		default:
			s.odd = true
		}
	}
}

func (s *jsonScanner) location(at, last *client.Location) {
	for name := range s.members {
		switch string(name) {
		case "bucket":
			at.Bucket = s.text(last.Bucket)
		case "key":
			at.Key = s.text("")
		default:
			s.odd = true
		}
	}
}

func (s *jsonScanner) expect(e *Expect) {
	for name := range s.members {
		switch string(name) {
		case "size":
			e.Size = s.number()
		case "etag":
			e.ETag = s.text("")
		case "modified":
			e.Modified = s.moment()
		case "identity":
			e.Identity = s.text("")
		default:
			s.odd = true
		}
	}
}

// A jsonScanner reads JSON as it is written without blanks and escapes, from its
// beginning on. Anything else is odd: then nothing that was read counts.
type jsonScanner struct {
	b   []byte // what was not read
	odd bool
}

// members yields the names of an object's members; whoever is told reads the value.
func (s *jsonScanner) members(yield func(name []byte) bool) {
	s.must('{')
	for first := true; !s.odd && !s.is('}'); first = false {
		if !first {
			s.must(',')
		}
		name := s.string()
		if s.must(':'); s.odd || !yield(name) {
			return
		}
	}
}

func (s *jsonScanner) must(c byte) { s.odd = !s.is(c) || s.odd }

// is takes a character, where it is the next.
func (s *jsonScanner) is(c byte) bool {
	if len(s.b) == 0 || s.b[0] != c {
		return false
	}
	s.b = s.b[1:]
	return true
}

func (s *jsonScanner) string() (content []byte) {
	if !s.is('"') {
		s.odd = true
		return nil
	}
	end := bytes.IndexByte(s.b, '"')
	if end < 0 || bytes.IndexByte(s.b[:end], '\\') >= 0 || !utf8.Valid(s.b[:end]) {
		s.odd = true
		return nil
	}
	content, s.b = s.b[:end], s.b[end+1:]
	return content
}

// text is a string; where it is one that there is already, that one.
func (s *jsonScanner) text(known string) string {
	if b := s.string(); string(b) != known {
		return string(b)
	}
	return known
}

func (s *jsonScanner) number() int64 {
	end := 0
	for end < len(s.b) && (s.b[end] == '-' || '0' <= s.b[end] && s.b[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(s.b[:end]), 10, 64)
	s.odd = s.odd || err != nil
	s.b = s.b[end:]
	return n
}

func (s *jsonScanner) truth() bool {
	rest, is := bytes.CutPrefix(s.b, []byte("true"))
	s.b, s.odd = rest, s.odd || !is
	return is
}

func (s *jsonScanner) moment() (t time.Time) {
	err := t.UnmarshalText(s.string())
	s.odd = s.odd || err != nil
	return t
}

// object is all of one.
func (s *jsonScanner) object() []byte {
	all, depth := s.b, 0
	for !s.odd && len(s.b) > 0 {
		switch s.b[0] {
		case '"':
			s.string()
			continue
		case '{':
			depth++
		case '}':
			depth--
		}
		if s.b = s.b[1:]; depth == 0 {
			return all[:len(all)-len(s.b)]
		}
	}
	s.odd = true
	return nil
}
