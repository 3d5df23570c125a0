package explain

import (
	"slices"
	"strings"
)

// A Message is an error as people read it.
type Message struct {
	Title   string     // what happened, in plain words
	Body    string     // where, and what is known of why
	Hints   []string   // what to do, one sentence each; never empty
	Facts   []Property // name and value of what is known, each to be copied
	Details string     // for support: the server's own words, code, status, request id
}

// Text is the whole message as plain text, for the clipboard.
func (m Message) Text() string {
	parts := []string{m.Title}
	if m.Body != "" {
		parts = append(parts, m.Body)
	}
	for _, f := range m.Facts {
		parts = append(parts, f.String())
	}
	parts = append(parts, m.Hints...)
	if m.Details != "" {
		parts = append(parts, m.Details)
	}
	return strings.Join(parts, "\n")
}

// A Property is a name and its value.
type Property struct {
	Name, Value string
	Role        Role
}

// String is the property on one line.
func (p Property) String() string { return p.Name + ": " + p.Value }

// NonEmpty leaves out the properties of which nothing is told.
func NonEmpty(rows []Property) []Property {
	return slices.DeleteFunc(rows, func(p Property) bool { return p.Value == "" })
}

// A Line is a line of a summary.
type Line struct {
	Text string
	Role Role
	More []string // what it is about, at most maxLines of it
}
