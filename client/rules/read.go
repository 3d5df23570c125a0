package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Version is the version of a written list of rules. A new field in a rule, or
// a new meaning of an old one, raises it.
const Version = 1

// A NewerError says that a newer Bucketseal wrote a list of rules. It is not
// read at all: half of it would be understood.
type NewerError struct{ Version int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the file has version %d and this program reads up to %d: update Bucketseal", e.Version, Version)
}

// Read reads a list of rules as it lies on disk, in rules.json and in exported
// files. It is strict, since a list that is half understood encrypts wrongly:
// every field must be one it knows, spelt exactly so and there once; the list
// itself must be there; nothing may follow it. A byte order mark and any line
// ends are fine. What is wrong is named with its line.
//
// The rules are not checked: one that fails its Check refuses what it matches.
func Read(b []byte) ([]Rule, error) { return read(b, false) }

// read is Read, and takes the lines of "rules list --json" too where asked.
func read(b []byte, lines bool) ([]Rule, error) {
	b, err := text(b)
	if err != nil {
		return nil, err
	}
	documents, err := syntax(b)
	if err != nil {
		return nil, err
	}
	r := newReader(b)
	if lines && isLine(documents[0]) {
		return r.lines()
	}
	if v := versionOf(documents[0]); v > Version {
		return nil, &NewerError{v}
	}
	all, err := r.list()
	if err == nil && r.more() {
		err = r.fault("something follows the list: remove it")
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// text is the file without its byte order mark. JSON is UTF-8; a decoder would
// replace other bytes silently, and masks would match other names.
func text(b []byte) ([]byte, error) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.IndexByte(b, 0) >= 0 {
		return nil, errors.New("the file is UTF-16, as Notepad's \"Unicode\" and PowerShell's > write it: save it as UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for i := 0; i < len(b); {
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			return nil, fmt.Errorf("line %d: this is no UTF-8: save the file as UTF-8", lineOf(b, i))
		}
		i += n
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, errors.New("the file is empty, which is no list of rules: put back a good copy; a list without rules is written {\"version\":1,\"rules\":[]}")
	}
	return b, nil
}

// syntax splits the file into its JSON documents; there is at least one.
func syntax(b []byte) (documents []json.RawMessage, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	for {
		var one json.RawMessage
		err := dec.Decode(&one)
		var wrong *json.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			return documents, nil
		case errors.As(err, &wrong):
			return nil, fmt.Errorf("line %d: the file is not a list of rules: it is no JSON (%w)", lineOf(b, int(wrong.Offset)-1), err)
		case err != nil:
			return nil, fmt.Errorf("line %d: the file is not a list of rules: it ends too early (%w)", lineOf(b, len(b)), err)
		}
		documents = append(documents, one)
	}
}

// isLine reports whether a document is a line of "rules list --json".
func isLine(document []byte) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(document, &fields) == nil && fields["number"] != nil
}

// versionOf is the version of a list, 0 where it is not told.
func versionOf(document []byte) (version int) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(document, &fields) == nil {
		_ = json.Unmarshal(fields["version"], &version) // the reader says what is wrong with it
	}
	return version
}

// list reads {"version":1,"rules":[...]}, with or without its "format".
func (r *reader) list() (all []Rule, err error) {
	var version, format, list bool
	err = r.object("the file", "a list of rules", fields{
		"format": func() (err error) {
			var s string
			if s, err = r.string(); err == nil && s != exchangeFormat {
				err = r.fault("the file is not a list of rules exported by Bucketseal: its \"format\" is %q", s)
			}
			format = true
			return err
		},
		"version": func() error {
			n, err := r.number()
			if err == nil && n != Version {
				err = r.fault("the file has version %d, which there is not: write %d", n, Version)
			}
			version = true
			return err
		},
		"rules": func() (err error) {
			list = true
			all, err = r.rules()
			return err
		},
	})
	switch {
	case err != nil:
		return nil, err
	case !list && !version && !format:
		return nil, errors.New("the file is not a list of rules: it has neither \"version\" nor \"rules\"")
	case !version:
		return nil, errors.New("it has no \"version\": write \"version\": 1 beside \"rules\"")
	case !list:
		return nil, errors.New("it has no \"rules\": without its list the file would mean that nothing is encrypted; a list without rules is written \"rules\": []")
	}
	return all, nil
}

func (r *reader) rules() ([]Rule, error) {
	if err := r.enter('[', "\"rules\"", "a list"); err != nil {
		return nil, err
	}
	all := []Rule{}
	for last := 0; r.more(); {
		rule, number, err := r.rule(len(all) + 1)
		if err != nil {
			return nil, err
		}
		if last, err = r.inOrder(last, number); err != nil {
			return nil, err
		}
		all = append(all, rule)
	}
	return all, r.leave()
}

// lines reads one rule after the other.
func (r *reader) lines() ([]Rule, error) {
	var all []Rule
	for last := 0; r.more(); {
		rule, number, err := r.rule(len(all) + 1)
		if err == nil && number == 0 {
			err = r.fault("rule %d has no \"number\", which every line of \"rules list --json\" has", len(all)+1)
		}
		if err == nil {
			last, err = r.inOrder(last, number)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, rule)
	}
	return all, nil
}

// inOrder refuses rules whose numbers say that they stood in another order:
// the first that matches wins.
func (r *reader) inOrder(last, number int) (int, error) {
	if number == 0 {
		return last, nil
	}
	if number <= last {
		return 0, r.fault("rule number %d stands below number %d: put the rules into their order, or leave the numbers out", number, last)
	}
	return number, nil
}

// rule reads one rule; number is what its "number" says, 0 without one.
func (r *reader) rule(place int) (rule Rule, number int, err error) {
	var enabled, disabled bool
	what := fmt.Sprintf("rule %d", place)
	err = r.object(what, "a rule", fields{
		"id":             r.into(&rule.ID),
		"account":        r.into(&rule.Account),
		"bucket":         r.into(&rule.Bucket),
		"key":            r.into(&rule.Key),
		"type":           r.into((*string)(&rule.Type)),
		"kmsKey":         r.into((*string)(&rule.KMSKey)),
		"customerKeyMD5": r.into(&rule.CustomerKeyMD5),
		"bucketKey":      func() (err error) { rule.BucketKey, err = r.flag(); return err },
		"context":        func() (err error) { rule.Context, err = r.pairs(); return err },
		"disabled":       func() (err error) { disabled = true; rule.Disabled, err = r.flag(); return err },
		"enabled": func() error {
			on, err := r.flag()
			enabled, rule.Disabled = true, !on
			return err
		},
		// What "rules list --json" says beside.
		"number": func() (err error) {
			if number, err = r.number(); err == nil && number < 1 {
				err = r.fault("%s has the number %d: they begin with 1", what, number)
			}
			return err
		},
		"shadowedBy":     func() error { _, err := r.number(); return err },
		"unknownAccount": func() error { _, err := r.flag(); return err },
	})
	if err == nil && enabled && disabled {
		err = r.fault("%s says both \"enabled\" and \"disabled\": keep one of them", what)
	}
	return rule, number, err
}
