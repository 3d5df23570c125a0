package transfer

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// A jsonWriter appends JSON. Its methods do nothing more after the first error.
type jsonWriter struct {
	b   []byte
	err error
}

// begin and end are the braces of an object.
func (w *jsonWriter) begin() { w.b = append(w.b, '{') }
func (w *jsonWriter) end()   { w.b = append(w.b, '}') }

// name is that of the next member of an object.
func (w *jsonWriter) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

func (w *jsonWriter) text(name, s string) {
	w.name(name)
	w.string(s)
}

// said is text, unless there is none.
func (w *jsonWriter) said(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

func (w *jsonWriter) number(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

// counted is number, unless it is 0.
func (w *jsonWriter) counted(name string, n int64) {
	if n != 0 {
		w.number(name, n)
	}
}

// truth is written where it is true.
func (w *jsonWriter) truth(name string, is bool) {
	if is {
		w.name(name)
		w.b = append(w.b, "true"...)
	}
}

// moment is a time, unless it is zero.
func (w *jsonWriter) moment(name string, t time.Time) {
	if t.IsZero() || w.err != nil {
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b, w.err = t.AppendText(w.b)
	w.b = append(w.b, '"')
}

// value is anything, as encoding/json writes it.
func (w *jsonWriter) value(name string, v any) {
	w.name(name)
	w.any(v)
}

func (w *jsonWriter) any(v any) {
	b, err := json.Marshal(v)
	if w.err == nil {
		w.err = err
	}
	w.b = append(w.b, b...)
}

func (w *jsonWriter) string(s string) {
	if !standsAsItIs(s) {
		w.any(s)
		return
	}
	w.b = append(append(append(w.b, '"'), s...), '"')
}

// standsAsItIs reports whether a string stands in JSON as it is.
func standsAsItIs(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}
