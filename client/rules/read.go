package rules

import (
	"bytes"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/strictjson"
)

// Version is the newest version of a list of rules on disk. A new field in a
// rule, or a new meaning of an old one, raises it. Version 1 calls accounts by
// their names, version 2 refers to them by their ids; exported files call them by
// their names and stay at version 1.
const Version = 2

// A NewerError says that a newer Bucketseal wrote a list of rules. It is not
// read at all: half of it would be understood.
type NewerError struct{ Version int }

func (e *NewerError) Error() string { return e.Text().String() }

// Text is what it says, for another language.
func (e *NewerError) Text() client.Text {
	return client.Say("the file has version %d and this program reads up to %d: update Bucketseal", e.Version, Version)
}

// Read reads a list of rules as it is on disk, in rules.json and in exported
// files. It is strict, since a list that is half understood encrypts wrongly:
// every field must be one it knows, spelt exactly so and there once; the list
// itself must be there; nothing may follow it. A byte order mark and any line
// ends are fine. What is wrong is named with its line.
//
// The rules are not checked: one that fails its Check refuses what it matches.
func Read(b []byte) ([]Rule, error) {
	all, version, err := read(b, false)
	if version == 1 {
		for i := range all {
			all[i].Account = client.RefOfVersion1(all[i].Account.Name)
		}
	}
	return all, err
}

// read is Read with accounts as they are written, and takes the lines of "rules
// list --json" too where asked.
func read(b []byte, lines bool) (all []Rule, version int, err error) {
	if len(bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))) == 0 {
		return nil, 0, client.Say("the file is empty, which is no list of rules: put back a good copy; a list without rules is written {\"version\":1,\"rules\":[]}").Err()
	}
	r, err := strictjson.New(b, client.Say("a list of rules"))
	if err != nil {
		return nil, 0, err
	}
	var number any
	if lines && r.Peek("number", &number) {
		all, err = readLines(r)
		return all, 0, err
	}
	if r.Peek("version", &version) && version > Version {
		return nil, 0, &NewerError{version}
	}
	if all, err = readList(r); err == nil {
		err = r.End()
	}
	if err != nil {
		return nil, 0, err
	}
	return all, version, nil
}

// readList reads {"version":1,"rules":[...]}, with or without its "format".
func readList(r *strictjson.Reader) ([]Rule, error) {
	var all inOrder
	there, err := r.Object(client.Say("the file"), client.Say("a list of rules"), strictjson.Fields{
		"format": strictjson.Func(readFormat), "version": strictjson.Func(readVersion), "rules": &all,
	})
	switch {
	case err != nil:
		return nil, err
	case len(there) == 0:
		return nil, client.Say("the file is not a list of rules: it has neither \"version\" nor \"rules\"").Err()
	case !there["version"]:
		return nil, client.Say("it has no \"version\": write \"version\": 1 beside \"rules\"").Err()
	case !there["rules"]:
		return nil, client.Say("it has no \"rules\": without its list the file would mean that nothing is encrypted; a list without rules is written \"rules\": []").Err()
	}
	return all.rules, nil
}

func readFormat(r *strictjson.Reader, what client.Text) error {
	var s string
	err := r.Value(&s, what)
	if err == nil && s != exchangeFormat {
		err = r.Fault(client.Say("the file is not a list of rules exported by Bucketseal: its \"format\" is %q", s))
	}
	return err
}

func readVersion(r *strictjson.Reader, what client.Text) error {
	var n int
	err := r.Value(&n, what)
	if err == nil && n < 1 {
		err = r.Fault(client.Say("the file has version %d, which there is not: write %d", n, exchangeVersion))
	}
	return err
}

// readLines reads one rule after the other.
func readLines(r *strictjson.Reader) ([]Rule, error) {
	var all inOrder
	for r.More() {
		before := all.last
		if err := all.next(r); err != nil {
			return nil, err
		}
		if all.last == before { // it had no number, or it would be higher
			return nil, r.Fault(client.Say("rule %d has no \"number\", which every line of \"rules list --json\" has", len(all.rules)))
		}
	}
	return all.rules, nil
}

// inOrder are rules as they are read. It refuses those whose numbers say that they
// were in another order: the first that matches wins.
type inOrder struct {
	rules []Rule
	last  int // the number that was read last
}

// ReadStrictly reads "rules".
func (all *inOrder) ReadStrictly(r *strictjson.Reader, _ client.Text) error {
	all.rules = []Rule{}
	return r.List(client.Say("\"rules\""), func(int) error { return all.next(r) })
}

// next reads one rule.
func (all *inOrder) next(r *strictjson.Reader) error {
	var w written
	if err := r.Value(&w, client.Say("rule %d", len(all.rules)+1)); err != nil {
		return err
	}
	if w.Number != nil {
		if *w.Number <= all.last {
			return r.Fault(client.Say("rule number %d stands below number %d: put the rules into their order, or leave the numbers out", *w.Number, all.last))
		}
		all.last = *w.Number
	}
	all.rules = append(all.rules, w.Rule)
	return nil
}

// written is a rule as it is written: as Export does, or with what "rules list
// --json" says beside.
type written struct {
	Rule
	Disabled       *bool `json:"disabled"`
	Enabled        *bool `json:"enabled"`
	Number         *int  `json:"number"`
	ShadowedBy     int   `json:"shadowedBy"`
	UnknownAccount bool  `json:"unknownAccount"`
}

// ReadStrictly reads one rule.
func (w *written) ReadStrictly(r *strictjson.Reader, what client.Text) error {
	if _, err := r.Object(what, client.Say("a rule"), strictjson.FieldsOf(w)); err != nil {
		return err
	}
	switch {
	case w.Enabled != nil && w.Disabled != nil:
		return r.Fault(client.Say("%s says both \"enabled\" and \"disabled\": keep one of them", what))
	case w.Number != nil && *w.Number < 1:
		return r.Fault(client.Say("%s has the number %d: they begin with 1", what, *w.Number))
	}
	w.Rule.Disabled = w.Disabled != nil && *w.Disabled || w.Enabled != nil && !*w.Enabled
	return nil
}
