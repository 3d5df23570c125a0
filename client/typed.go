package client

import (
	"strings"
	"unicode"
)

// What people paste brings along what they do not see: the line end of a file,
// the mark Notepad puts at its beginning, the blank of a table's cell. Around a
// value it is taken away; within one nobody knows what was meant, and it is
// refused at its place.

// invisible reports whether a character shows nothing: blanks of all kinds, line
// ends, marks of width zero and of byte order, other control characters.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// trimmed is s without invisible characters around it.
func trimmed(s string) string { return strings.TrimFunc(s, invisible) }

func trimmedSecret(s Secret) Secret {
	if s.IsZero() {
		return Secret{}
	}
	if t := trimmed(s.Reveal()); t != s.Reveal() {
		return NewSecret(t)
	}
	return s
}

// checkVisible refuses invisible characters within a value, plain blanks where
// they are not allowed, and what is no text. It never quotes the value.
func checkVisible(field Text, s string, blanks bool) error {
	at := 0
	for _, r := range s {
		at++
		switch {
		case r == ' ' && blanks:
		case r == unicode.ReplacementChar:
			return wrong(field, Say("character %d cannot be read: paste it again as plain text", at))
		case invisible(r):
			return wrong(field, Say("character %d is %v: paste it again without it", at, nameOf(r)))
		}
	}
	return nil
}

// checkASCII is checkVisible for what travels in a header as it is.
func checkASCII(field Text, s string) error {
	if err := checkVisible(field, s, false); err != nil {
		return err
	}
	at := 0
	for _, r := range s {
		if at++; r > unicode.MaxASCII {
			return wrong(field, Say("character %d is none that it can have: paste it again as plain text", at))
		}
	}
	return nil
}

// nameOf is what people call an invisible character.
func nameOf(r rune) Text {
	switch r {
	case '\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f':
		return Say("a line end")
	case '\t':
		return Say("a tab")
	case '\ufeff':
		return Say("a byte order mark")
	}
	if unicode.IsSpace(r) {
		return Say("a blank")
	}
	return Say("one that cannot be seen")
}
