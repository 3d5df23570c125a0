package s3store

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// plainText are the bytes that mean themselves wherever they stand. A ">" does only
// where no "]]" is before it, and a line feed only where no carriage return is.
var plainText = func() (t [256]bool) {
	for b := ' '; b < utf8.RuneSelf; b++ {
		t[b] = b != '<' && b != '&' && b != ']' && b != '>' && b != '\''
	}
	t['\t'], t['\n'], t['"'] = true, true, true
	return t
}()

// characters read text up to the next tag, or what stands in quotes and the quote
// behind it. quote is 0 for text.
func (s *scanner) characters(quote byte) ([]byte, error) {
	from := s.at
	s.plain(quote)
	switch {
	case s.at < len(s.raw) && quote == 0 && s.raw[s.at] == '<', s.at == len(s.raw) && quote == 0:
		return s.raw[from:s.at], nil
	case s.at < len(s.raw) && quote != 0 && s.raw[s.at] == quote:
		s.at++
		return s.raw[from : s.at-1], nil
	}
	return s.escaped(from, quote)
}

// plain passes bytes that mean themselves.
func (s *scanner) plain(quote byte) {
	for s.at < len(s.raw) && plainText[s.raw[s.at]] && (s.raw[s.at] != quote) {
		s.at++
	}
}

// escaped reads text that is written otherwise than it is meant, or may not be
// written so. What was passed since from means itself.
func (s *scanner) escaped(from int, quote byte) ([]byte, error) {
	s.text = append(s.text[:0], s.raw[from:s.at]...)
	since := from // of what "]]>" and line ends are looked for in
	for s.at < len(s.raw) {
		b := s.raw[s.at]
		switch {
		case b == '<' && quote != 0:
			return nil, s.wrong("unescaped < inside quoted string")
		case b == '<':
			return s.checked(s.text)
		case quote != 0 && b == quote:
			s.at++
			return s.checked(s.text)
		case b == '>' && quote == 0 && s.at-since >= 2 && s.raw[s.at-1] == ']' && s.raw[s.at-2] == ']':
			return nil, s.wrong("unescaped ]]> not in CDATA section")
		case b == '&':
			meant, err := s.reference()
			if err != nil {
				return nil, err
			}
			s.text = utf8.AppendRune(s.text, meant)
			since = s.at
		default:
			s.text = withByte(s.text, s.raw[since:s.at], b)
			s.at++
		}
		if b == '\r' {
			continue // a line feed behind it is none
		}
		run := s.at
		s.plain(quote)
		s.text = append(s.text, s.raw[run:s.at]...)
	}
	if quote != 0 {
		return nil, s.early()
	}
	return s.checked(s.text)
}

// withByte adds a byte, a carriage return and what it stands with as a line feed.
func withByte(text, before []byte, b byte) []byte {
	switch {
	case b == '\r':
		return append(text, '\n')
	case b == '\n' && bytes.HasSuffix(before, []byte("\r")):
		return text
	}
	return append(text, b)
}

func (s *scanner) cdata() ([]byte, error) {
	end := bytes.Index(s.raw[s.at:], []byte("]]>"))
	if end < 0 {
		s.at = len(s.raw)
		return nil, s.wrong("unexpected EOF in CDATA section")
	}
	inside := s.raw[s.at : s.at+end]
	s.at += end + 3
	if bytes.IndexByte(inside, '\r') < 0 {
		return s.checked(inside)
	}
	s.text = s.text[:0]
	for i, b := range inside {
		s.text = withByte(s.text, inside[:i], b)
	}
	return s.checked(s.text)
}

// reference reads what stands for a character.
func (s *scanner) reference() (rune, error) {
	rest := s.raw[s.at+1:]
	end := bytes.IndexByte(rest[:min(len(rest), longestReference)], ';')
	if end < 0 {
		return 0, s.wrong("invalid character entity (no semicolon)")
	}
	name := rest[:end]
	meant, known := entities[string(name)]
	if !known && len(name) > 1 && name[0] == '#' {
		meant, known = numbered(name[1:])
	}
	if !known {
		return 0, s.wrong("invalid character entity &" + string(name) + ";")
	}
	s.at += 1 + end + 1
	return meant, nil
}

// longestReference is how far the end of a reference is looked for. A number may
// have zeros before it; nobody writes so many.
const longestReference = 1 << 10

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "apos": '\'', "quot": '"'}

// numbered is the character with a number, which is written with digits only.
func numbered(digits []byte) (rune, bool) {
	base := 10
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(string(digits), base, 64)
	if err != nil || n > unicode.MaxRune {
		return 0, false
	}
	return rune(n), true
}

// checked refuses what no text of XML has.
// https://www.w3.org/TR/xml/#charsets
func (s *scanner) checked(text []byte) ([]byte, error) {
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, s.wrong("invalid UTF-8")
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0xD800 && r < 0xE000, r == 0xFFFE, r == 0xFFFF:
			return nil, s.wrong(fmt.Sprintf("illegal character code %U", r))
		}
		rest = rest[size:]
	}
	return text, nil
}
