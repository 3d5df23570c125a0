package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// strictly reads JSON into v and takes nothing that it would understand by
// half: a field that v has not, or in another spelling, one that is there
// twice, null, bytes that are no UTF-8. encoding/json would pass all of them
// by, and an account whose "endpoint" is misspelt would be one at AWS. what
// names the value in errors.
func strictly(b []byte, v any, what string) error {
	if !utf8.Valid(b) {
		return errors.New("it is no UTF-8: save the file as UTF-8")
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return known(json.NewDecoder(bytes.NewReader(b)), reflect.TypeOf(v).Elem(), what)
}

// known walks over a value that t was read from.
func known(d *json.Decoder, t reflect.Type, what string) error {
	token, err := d.Token()
	switch {
	case err != nil:
		return err
	case token == nil:
		return fmt.Errorf("%s is null: leave the field out where there is nothing to say", what)
	case token == json.Delim('['):
		for n := 1; d.More(); n++ {
			if err := known(d, t.Elem(), fmt.Sprintf("%s, number %d", what, n)); err != nil {
				return err
			}
		}
	case token == json.Delim('{'):
		return knownFields(d, t, what)
	default:
		return nil
	}
	_, err = d.Token() // the closing bracket
	return err
}

// knownFields walks over the rest of an object.
func knownFields(d *json.Decoder, t reflect.Type, what string) error {
	for seen := map[string]bool{}; d.More(); {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // nothing else can stand there
		of, err := fieldOf(t, name, what)
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%s has the field %q twice: keep one of them", what, name)
		}
		seen[name] = true
		if err := known(d, of, fmt.Sprintf("%q of %s", name, what)); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// fieldOf is the type of a value by its name, in a struct or a map.
func fieldOf(t reflect.Type, name, what string) (reflect.Type, error) {
	if t.Kind() != reflect.Struct {
		return t.Elem(), nil
	}
	fields := fieldsOf(t)
	if of := fields[name]; of != nil {
		return of, nil
	}
	return nil, fmt.Errorf("%s has a field %q, which is none of: %s", what, name, namesOf(fields))
}

// fieldsOf are the fields of a struct by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func namesOf(fields map[string]reflect.Type) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
