package settings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/strictjson"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// version is the version of all files. Version 1 called accounts by their names
// where version 2 refers to them by their ids. Each file is read in either, beside
// others in either, and written in version 2 by its next change.
const version = 2

// A document says how one file is read and written. T is what the caller sees.
type document[T any] struct {
	file  File
	field string // the one field beside "version"
	empty func() T
	read  func([]byte) (T, error) // reads the whole file; nil: by its fields
	first func([]byte) (T, error) // reads the whole file of version 1; nil: as the newest
	check func(T) (T, error)      // nil: anything that decodes is read
	// lenient lets fields pass by that are not known, as a newer program's. Where a
	// field that was not understood could send something to the wrong place, no
	// file is read by half.
	lenient bool
}

// load reads the file. On error T is empty, so that preferences can go on.
func (d document[T]) load(s *Store) (T, error) {
	if err := s.check(d.file); err != nil {
		return d.empty(), err
	}
	b, err := durable.Read(s.Path(d.file))
	if err == nil && b == nil {
		err = s.gone(d.file)
	}
	if err != nil {
		return d.empty(), err
	}
	return d.decode(s, b)
}

// update is load, change and write under the lock. anew lets a file that is
// gone begin as an empty one. Where there is no file and nothing to say, none
// is made.
func (d document[T]) update(s *Store, anew bool, change func(T) (T, error)) error {
	return s.locked(d.file, func(old []byte) ([]byte, error) {
		gone := s.gone(d.file)
		if old == nil && gone != nil && !anew {
			return nil, gone
		}
		now, err := d.decode(s, old)
		if err != nil {
			return nil, err
		}
		next, err := change(now)
		if err != nil {
			return nil, err
		}
		b, err := d.encode(next)
		if blank, _ := d.blank(); err == nil && old == nil && gone == nil && bytes.Equal(b, blank) {
			return nil, nil
		}
		return b, err
	})
}

// blank is the file with nothing in it.
func (d document[T]) blank() ([]byte, error) { return d.encode(d.empty()) }

func (d document[T]) decode(s *Store, b []byte) (T, error) {
	if b == nil {
		return d.empty(), nil
	}
	v, err := d.parse(s.Path(d.file), b)
	var newer *NewerError
	var newerRules *rules.NewerError
	switch {
	case err == nil:
		return v, nil
	case errors.As(err, &newerRules):
		return d.empty(), &NewerError{Path: s.Path(d.file), Version: newerRules.Version, Known: rules.Version}
	case errors.As(err, &newer):
		return d.empty(), err
	}
	return d.empty(), s.files.Damaged(s.Path(d.file), b, err)
}

func (d document[T]) parse(path string, b []byte) (T, error) {
	v := d.empty()
	if d.read != nil {
		return d.read(b)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // Notepad's mark
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return v, client.Say("it is not the JSON this program writes: %v", err).Err()
	}
	switch {
	case head.Version > version:
		return v, &NewerError{Path: path, Version: head.Version, Known: version}
	case head.Version < 1:
		return v, client.Say(`it has no "version"`).Err()
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return v, err
	}
	body, ok := fields[d.field]
	if !ok || string(bytes.TrimSpace(body)) == "null" {
		// An absent list is no empty list: with a misspelt name all rules
		// would be off.
		return v, client.Say("it has no %q", d.field).Err()
	}
	v, err := d.take(head.Version, b, body)
	if err != nil || d.check == nil {
		return v, err
	}
	return d.check(v)
}

// take reads the body of a file.
func (d document[T]) take(version int, whole, body []byte) (T, error) {
	if version == 1 && d.first != nil {
		return d.first(whole)
	}
	v := d.empty()
	if !d.lenient {
		err := strictBody(whole, d.field, &v)
		return v, err
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, client.Say("%s: %v", d.field, err).Err()
	}
	return v, nil
}

// strictBody reads what is in a field of a file that has nothing else beside its
// version.
func strictBody(whole []byte, field string, into any) error {
	r, err := strictjson.New(whole, client.Say("a file of this program"))
	if err != nil {
		return err
	}
	var version int // it was looked at
	_, err = r.Object(client.Say("the file"), client.Say("a file of this program"), strictjson.Fields{"version": &version, field: into})
	return cmp.Or(err, r.End())
}

func (d document[T]) encode(v T) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	e.SetIndent("  ", "  ")
	if err := e.Encode(v); err != nil {
		return nil, client.Say("write %s: %v", d.file, err).Err()
	}
	return fmt.Appendf(nil, "{\n  \"version\": %d,\n  %q: %s\n}\n", version, d.field, bytes.TrimSpace(body.Bytes())), nil
}
