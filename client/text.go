package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// A Text is a sentence and the values in it, apart, so that it can be said in
// any language, compared and stored: Say("rule %d matches and cannot be used: %v",
// 3, why). The Form is English, with the verbs of package fmt, and is what a
// translation is found by. A value may be a Text itself, or an error that is one
// (see [TextOf]); it is then said in the same language.
//
// A Text is stored as {"form": ..., "args": [...]}. What it is read back as says
// the same; of the values only strings, whole numbers, fractions, truths and
// Texts keep their kind, every other becomes the string it was said as.
type Text struct {
	Form string
	Args []any
}

// Say is the text of a form and its values. A test reads the source for every
// form, so it is written out at the call.
func Say(form string, args ...any) Text {
	if false {
		_ = fmt.Sprintf(form, args...) // makes go vet compare the verbs with the values at each call
	}
	return Text{form, args}
}

// Verbatim is a text of words that are of no language of ours: a name, what a
// system or a server said.
func Verbatim(words string) Text {
	if words == "" {
		return Text{}
	}
	return Text{"%s", []any{words}}
}

// IsZero reports whether nothing is said.
func (t Text) IsZero() bool { return t.Form == "" }

// Equal reports whether two texts say the same in every language.
func (t Text) Equal(other Text) bool { return t.Form == other.Form && t.String() == other.String() }

// String is the text in English.
func (t Text) String() string { return t.In(func(form string) string { return form }) }

// In is the text in the language into which translate brings each form. Without
// values a form is taken as it is, but for "%%".
func (t Text) In(translate func(form string) string) string {
	if t.Form == "" {
		return ""
	}
	form := translate(t.Form)
	if len(t.Args) == 0 {
		return strings.ReplaceAll(form, "%%", "%")
	}
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		args[i] = a
		if inner, ok := asText(a); ok {
			args[i] = inner.In(translate)
		}
	}
	return fmt.Sprintf(form, args...)
}

// Err is the text as an error. The errors among its values are its causes, for
// errors.Is and errors.As; nil when nothing is said.
func (t Text) Err() error {
	if t.IsZero() {
		return nil
	}
	return &textError{t}
}

// TextOf is what an error says: the text it is made of, each of several joined
// ones on a line of its own, and the words as they are of every other error. One
// that wraps a text in English of its own is such another: it says more than the
// text. Zero for nil.
func TextOf(err error) Text {
	if err == nil {
		return Text{}
	}
	if t, ok := asText(err); ok {
		return t
	}
	return Verbatim(err.Error())
}

type textError struct{ text Text }

func (e *textError) Error() string { return e.text.String() }
func (e *textError) Text() Text    { return e.text }

func (e *textError) Unwrap() []error {
	return e.text.causes()
}

// causes are the errors among the values of a text and of the texts in it.
func (t Text) causes() (all []error) {
	for _, a := range t.Args {
		switch a := a.(type) {
		case error:
			all = append(all, a)
		case Text:
			all = append(all, a.causes()...)
		}
	}
	return all
}

// asText is a value that is itself a text.
func asText(v any) (Text, bool) {
	switch v := v.(type) {
	case Text:
		return v, true
	case interface{ Text() Text }: // and nothing around it: that says more
		return v.Text(), true
	case interface{ Unwrap() []error }:
		return joined(v.Unwrap(), fmt.Sprint(v))
	}
	return Text{}, false
}

// joined is the text of what errors.Join made, which says nothing beside its
// errors.
func joined(all []error, words string) (Text, bool) {
	var t Text
	var lines []string
	for _, err := range all {
		t.Args, lines = append(t.Args, err), append(lines, err.Error())
	}
	if len(all) == 0 || strings.Join(lines, "\n") != words {
		return Text{}, false
	}
	if one, ok := asText(all[0]); ok && len(all) == 1 {
		return one, true
	}
	t.Form = strings.Repeat("\n%v", len(all))[1:]
	return t, true
}

// storedText is how a Text is written.
type storedText struct {
	Form string `json:"form"`
	Args []any  `json:"args,omitempty"`
}

// MarshalJSON writes {"form": ..., "args": [...]}.
func (t Text) MarshalJSON() ([]byte, error) {
	s := storedText{Form: t.Form}
	for _, a := range t.Args {
		s.Args = append(s.Args, storable(a))
	}
	return json.Marshal(s)
}

// storable is a value as it is written; what has words of its own is written as
// these.
func storable(v any) any {
	if t, ok := asText(v); ok {
		return t
	}
	switch v.(type) {
	case fmt.Stringer, error:
		return fmt.Sprint(v)
	}
	switch r := reflect.ValueOf(v); {
	case r.Kind() == reflect.Bool:
		return r.Bool()
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return r.Uint()
	case r.CanFloat():
		return fraction(r.Float())
	}
	return fmt.Sprint(v)
}

// fraction is a number that is read back as no whole one.
func fraction(f float64) any {
	digits := strconv.FormatFloat(f, 'g', -1, 64)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return digits // JSON has no such number
	case !strings.ContainsAny(digits, fractional):
		digits += ".0"
	}
	return json.Number(digits)
}

// fractional are the characters that only numbers with fractions have.
const fractional = ".e"

// UnmarshalJSON reads what MarshalJSON wrote, and a plain string as a text
// without values.
func (t *Text) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '"' {
		var words string
		err := json.Unmarshal(b, &words)
		*t = Verbatim(words)
		return err
	}
	var s struct {
		Form string            `json:"form"`
		Args []json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Text{Form: s.Form}
	for _, raw := range s.Args {
		v, err := readValue(raw)
		if err != nil {
			return Say("a value of the text %q: %v", s.Form, err).Err()
		}
		t.Args = append(t.Args, v)
	}
	return nil
}

func readValue(raw json.RawMessage) (any, error) {
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' {
		var t Text
		err := json.Unmarshal(raw, &t)
		return t, err
	}
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		var v any
		err := json.Unmarshal(raw, &v)
		return v, err
	}
	digits := string(raw)
	if whole, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return whole, nil
	}
	if whole, err := strconv.ParseUint(digits, 10, 64); err == nil {
		return whole, nil
	}
	return strconv.ParseFloat(digits, 64)
}
