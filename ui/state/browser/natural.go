package browser

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// natural compares names as people order them: numbers by their value, letters whatever
// their case. Names that differ otherwise are never equal.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if isDigit(x[0]) && isDigit(y[0]) {
			m, n := digits(x), digits(y)
			if c := compareNumbers(x[:m], y[:n]); c != 0 {
				return c
			}
			x, y = x[m:], y[n:]
			continue
		}
		r, m := fold(x)
		s, n := fold(y)
		if r != s {
			return cmp.Compare(r, s)
		}
		x, y = x[m:], y[n:]
	}
	if c := cmp.Compare(len(x), len(y)); c != 0 { // the one that ends first
		return c
	}
	return strings.Compare(a, b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits is how many digits a text begins with.
func digits(text string) (n int) {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// compareNumbers compares digits by the number they are, however many.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// fold is the first character of a text in small letters, and its length in bytes.
func fold(text string) (rune, int) {
	if c := text[0]; c < utf8.RuneSelf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return rune(c), 1
	}
	r, n := utf8.DecodeRuneInString(text)
	return unicode.ToLower(r), n
}
