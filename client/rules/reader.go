package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A reader walks JSON that is known to be well formed, and knows its line.
// encoding/json alone would not do: it takes fields in any case, the last of
// two, and null for anything.
type reader struct {
	text  []byte
	dec   *json.Decoder
	value string // what is being read, for errors: "kmsKey" of rule 2
}

// fields are what an object may hold: each reads its value.
type fields map[string]func() error

func newReader(b []byte) *reader {
	r := &reader{text: b, dec: json.NewDecoder(bytes.NewReader(b))}
	r.dec.UseNumber()
	return r
}

// lineOf counts lines from 1.
func lineOf(b []byte, offset int) int {
	offset = max(0, min(offset, len(b)))
	return 1 + bytes.Count(b[:offset], []byte("\n"))
}

// fault is an error at the place that was read last.
func (r *reader) fault(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", lineOf(r.text, int(r.dec.InputOffset())), fmt.Sprintf(format, args...))
}

func (r *reader) more() bool { return r.dec.More() }

// enter reads an opening bracket.
func (r *reader) enter(bracket json.Delim, what, kind string) error {
	t, err := r.dec.Token()
	if err == nil && t != bracket {
		err = r.fault("%s is not %s", what, kind)
	}
	return err
}

// leave reads the closing one.
func (r *reader) leave() error {
	_, err := r.dec.Token()
	return err
}

// object reads an object whose fields are all known and there once.
func (r *reader) object(what, kind string, known fields) error {
	names := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
	return r.each(what, kind, func(name string) error {
		read, ok := known[name]
		if !ok {
			return r.fault("%s has a field %q, which is none of: %s", what, name, names)
		}
		return read()
	})
}

// each reads an object field by field.
func (r *reader) each(what, kind string, read func(name string) error) error {
	if err := r.enter('{', what, kind); err != nil {
		return err
	}
	for seen := map[string]bool{}; r.more(); {
		r.value = "a name in " + what
		name, err := r.string()
		if err != nil {
			return err
		}
		if seen[name] {
			return r.fault("%s has the field %q twice: keep one of them", what, name)
		}
		seen[name], r.value = true, fmt.Sprintf("%q of %s", name, what)
		if err := read(name); err != nil {
			return err
		}
	}
	return r.leave()
}

// pairs reads an object of texts.
func (r *reader) pairs() (map[string]string, error) {
	what := r.value
	pairs := map[string]string{}
	err := r.each(what, "an object of names and texts", func(name string) (err error) {
		pairs[name], err = r.string()
		return err
	})
	if len(pairs) == 0 {
		return nil, err
	}
	return pairs, err
}

func (r *reader) into(s *string) func() error {
	return func() (err error) { *s, err = r.string(); return err }
}

// string reads a text. Half of a surrogate pair, which the decoder replaces,
// would make another name of it.
func (r *reader) string() (string, error) {
	before := r.dec.InputOffset()
	t, err := r.dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", r.fault("%s is not text in quotes; leave the field out where there is nothing to say", r.value)
	}
	written := strings.ToLower(string(r.text[before:r.dec.InputOffset()]))
	if n := strings.Count(s, string(utf8.RuneError)); n > strings.Count(written, string(utf8.RuneError))+strings.Count(written, `\ufffd`) {
		return "", r.fault("%s holds half a character: write it out", r.value)
	}
	return s, nil
}

func (r *reader) flag() (bool, error) {
	t, err := r.dec.Token()
	on, ok := t.(bool)
	if err == nil && !ok {
		err = r.fault("%s is neither true nor false", r.value)
	}
	return on, err
}

func (r *reader) number() (int, error) {
	t, err := r.dec.Token()
	if err != nil {
		return 0, err
	}
	written, _ := t.(json.Number)
	n, err := strconv.Atoi(string(written))
	if err != nil {
		return 0, r.fault("%s is no whole number", r.value)
	}
	return n, nil
}
