// Package strictjson reads JSON which people and other programs may have touched,
// and takes nothing that it would understand by half: a field that is not known,
// or in another spelling; one that is there twice; null; bytes that are no UTF-8;
// half a character. encoding/json passes all of them by, and then a rule encrypts
// another file than it was written for, and an account whose "endpoint" is
// misspelt is one at AWS.
//
// What is wrong is said with its line and its place, as Texts.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A Reader walks over the values of a file from its beginning.
type Reader struct {
	text  []byte
	first json.RawMessage // the first document
	dec   *json.Decoder
}

// New begins to read a file. kind is what it should be, for errors: "a list of
// rules". It refuses what is no text in UTF-8, with or without a byte order mark,
// and what is not well-formed JSON to its end: one document, or several after
// each other.
func New(b []byte, kind client.Text) (*Reader, error) {
	b, err := plain(b, kind)
	if err != nil {
		return nil, err
	}
	r := &Reader{text: b, dec: json.NewDecoder(bytes.NewReader(b))}
	r.dec.UseNumber()
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var one json.RawMessage
		err := d.Decode(&one)
		var wrong *json.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case errors.As(err, &wrong):
			return nil, client.Say("line %d: the file is not %s: it is no JSON (%v)", lineOf(b, int(wrong.Offset)-1), kind, err).Err()
		case err != nil:
			return nil, client.Say("line %d: the file is not %s: it ends too early (%v)", lineOf(b, len(b)), kind, err).Err()
		}
		if r.first == nil {
			r.first = one
		}
	}
}

// plain is the file without its byte order mark. JSON is UTF-8; a decoder would
// replace other bytes silently, and masks would match other names.
func plain(b []byte, kind client.Text) ([]byte, error) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.IndexByte(b, 0) >= 0 {
		return nil, client.Say("the file is UTF-16, as Notepad's \"Unicode\" and PowerShell's > write it: save it as UTF-8").Err()
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for i := 0; i < len(b); {
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			return nil, client.Say("line %d: this is no UTF-8: save the file as UTF-8", lineOf(b, i)).Err()
		}
		i += n
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, client.Say("the file is empty, which is not %s: put back a good copy", kind).Err()
	}
	return b, nil
}

// lineOf counts lines from 1.
func lineOf(b []byte, offset int) int {
	offset = max(0, min(offset, len(b)))
	return 1 + bytes.Count(b[:offset], []byte("\n"))
}

// Peek reads one field of the first document before anything else is read, as
// loosely as encoding/json does: it is for finding out what the file is. False
// says that there is no such field, or not of v's kind.
func (r *Reader) Peek(name string, v any) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(r.first, &fields) == nil && fields[name] != nil && json.Unmarshal(fields[name], v) == nil
}

// More reports whether something follows: in the list that is being read, else in
// the file.
func (r *Reader) More() bool { return r.dec.More() }

// End refuses what follows the list that was read.
func (r *Reader) End() error {
	if r.More() {
		return r.Fault(client.Say("something follows the list: remove it"))
	}
	return nil
}

// Fault is an error at the line that was read last.
func (r *Reader) Fault(what client.Text) error {
	return client.Say("line %d: %v", lineOf(r.text, int(r.dec.InputOffset())), what).Err()
}
