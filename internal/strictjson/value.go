package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A Value reads itself, where its type does not tell what is right.
type Value interface {
	// ReadStrictly reads one value; what names it in errors.
	ReadStrictly(r *Reader, what client.Text) error
}

// Func is a Value that is read by a function.
type Func func(r *Reader, what client.Text) error

// ReadStrictly calls the function.
func (f Func) ReadStrictly(r *Reader, what client.Text) error { return f(r, what) }

// Fields are what an object may hold: by the exact name, where the value goes, as
// Value takes it.
type Fields map[string]any

// FieldsOf are the fields of a struct by their names in JSON. Those of an embedded
// struct are among them, unless the outer one has the same.
func FieldsOf(pointer any) Fields {
	fields, v := Fields{}, reflect.ValueOf(pointer).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		at := v.Field(i).Addr().Interface()
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			inner := FieldsOf(at)
			maps.Copy(inner, fields)
			fields = inner
		case name != "" && name != "-":
			fields[name] = at
		}
	}
	return fields
}

// Value reads the next value into a pointer to a struct, slice, map by names,
// string, int, bool, to a pointer to one of them, into a [Value] or a reference to
// an account.
func (r *Reader) Value(into any, what client.Text) error {
	switch own := into.(type) {
	case Value:
		return own.ReadStrictly(r, what)
	case *client.AccountRef:
		return r.account(own, what)
	case *client.BucketNames:
		var names []string
		err := r.Value(&names, what)
		*own = client.NewBucketNames(names...)
		return err
	}
	v := reflect.ValueOf(into).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.Value(v.Interface(), what)
	case reflect.Struct:
		_, err := r.Object(what, client.Say("an object"), FieldsOf(into))
		return err
	case reflect.Map:
		return r.pairs(v, what)
	case reflect.Slice:
		return r.slice(v, what)
	case reflect.String:
		s, err := r.string(what)
		v.SetString(s)
		return err
	case reflect.Bool:
		on, err := r.flag(what)
		v.SetBool(on)
		return err
	case reflect.Int:
		n, err := r.number(what)
		v.SetInt(int64(n))
		return err
	}
	panic(fmt.Sprintf("strictjson: nothing is read into a %T", into))
}

// account reads a reference to an account: an object, or a name alone.
func (r *Reader) account(into *client.AccountRef, what client.Text) error {
	*into = client.AccountRef{}
	if !bytes.HasPrefix(bytes.TrimLeft(r.text[r.dec.InputOffset():], ":, \t\r\n"), []byte("{")) {
		return r.Value(&into.Name, what)
	}
	_, err := r.Object(what, client.Say("an account"), FieldsOf(into))
	if err == nil && into.Name == "" { // without it, whom the id means is lost with the accounts
		err = r.Fault(client.Say("%s has no \"name\": leave the field out where all accounts are meant", what))
	}
	return err
}

// Object reads an object whose fields are all known and there once, and reports
// which were there. kind is what it should be, for errors: "a rule".
func (r *Reader) Object(what, kind client.Text, known Fields) (there map[string]bool, err error) {
	return r.each(what, kind, func(name string, of client.Text) error {
		into, ok := known[name]
		if !ok {
			return r.Fault(client.Say("%s has a field %q, which is none of: %s", what, name, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		}
		return r.Value(into, of)
	})
}

// List reads a list; item is called for each value of it, counted from 1.
func (r *Reader) List(what client.Text, item func(n int) error) error {
	if err := r.enter('[', what, client.Say("a list")); err != nil {
		return err
	}
	for n := 1; r.More(); n++ {
		if err := item(n); err != nil {
			return err
		}
	}
	return r.leave()
}

func (r *Reader) slice(into reflect.Value, what client.Text) error {
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	return r.List(what, func(n int) error {
		item := reflect.New(into.Type().Elem())
		err := r.Value(item.Interface(), client.Say("%s, number %d", what, n))
		into.Set(reflect.Append(into, item.Elem()))
		return err
	})
}

// pairs reads an object of any names. One without any leaves the map nil.
func (r *Reader) pairs(into reflect.Value, what client.Text) error {
	_, err := r.each(what, client.Say("an object of names and values"), func(name string, of client.Text) error {
		item := reflect.New(into.Type().Elem())
		if err := r.Value(item.Interface(), of); err != nil {
			return err
		}
		if into.IsNil() {
			into.Set(reflect.MakeMap(into.Type()))
		}
		into.SetMapIndex(reflect.ValueOf(name), item.Elem())
		return nil
	})
	return err
}

// each reads an object field by field.
func (r *Reader) each(what, kind client.Text, read func(name string, of client.Text) error) (there map[string]bool, err error) {
	if err := r.enter('{', what, kind); err != nil {
		return nil, err
	}
	there = map[string]bool{}
	for r.More() {
		name, err := r.string(client.Say("a name in %s", what))
		if err != nil {
			return nil, err
		}
		if there[name] {
			return nil, r.Fault(client.Say("%s has the field %q twice: keep one of them", what, name))
		}
		there[name] = true
		if err := read(name, client.Say("%q of %s", name, what)); err != nil {
			return nil, err
		}
	}
	return there, r.leave()
}

// enter reads an opening bracket.
func (r *Reader) enter(bracket json.Delim, what, kind client.Text) error {
	t, err := r.dec.Token()
	if err == nil && t != bracket {
		err = r.Fault(client.Say("%s is not %s", what, kind))
	}
	return err
}

// leave reads the closing one.
func (r *Reader) leave() error {
	_, err := r.dec.Token()
	return err
}

// string reads a text. Half of a surrogate pair, which the decoder replaces, would
// make another name of it.
func (r *Reader) string(what client.Text) (string, error) {
	before := r.dec.InputOffset()
	t, err := r.dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", r.Fault(client.Say("%s is not text in quotes; leave the field out where there is nothing to say", what))
	}
	written := strings.ToLower(string(r.text[before:r.dec.InputOffset()]))
	if n := strings.Count(s, string(utf8.RuneError)); n > strings.Count(written, string(utf8.RuneError))+strings.Count(written, `\ufffd`) {
		return "", r.Fault(client.Say("%s holds half a character: write it out", what))
	}
	return s, nil
}

func (r *Reader) flag(what client.Text) (bool, error) {
	t, err := r.dec.Token()
	on, ok := t.(bool)
	if err == nil && !ok {
		err = r.Fault(client.Say("%s is neither true nor false", what))
	}
	return on, err
}

func (r *Reader) number(what client.Text) (int, error) {
	t, err := r.dec.Token()
	if err != nil {
		return 0, err
	}
	written, _ := t.(json.Number)
	n, err := strconv.Atoi(string(written))
	if err != nil {
		return 0, r.Fault(client.Say("%s is no whole number", what))
	}
	return n, nil
}
