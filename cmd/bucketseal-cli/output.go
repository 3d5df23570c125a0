package main

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// What is printed is made of names, rules and answers that others wrote. A
// terminal obeys the control characters in them, and a reader is misled by
// characters that turn the direction of writing: none reaches the output.

// console is the program's standard output or error. Whatever is written comes
// out without characters that a terminal obeys: each is written as \u009b, which
// JSON reads back as the same character. Line ends and tabs pass: those inside a
// value are [printable]'s to escape.
//
// The first write that fails is kept, and told to broken; what follows is
// dropped.
type console struct {
	to     io.Writer
	broken func(error)
	line   *statusLine // stays below what is written; nil for none

	mu     sync.Mutex
	begun  []byte // of a character whose end has not come yet
	failed error
}

func newConsole(to io.Writer, broken func(error)) *console {
	return &console{to: to, broken: broken}
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return 0, c.failed
	}
	text := append(c.begun, p...)
	whole := len(text) - len(unfinished(text))
	c.begun = append([]byte(nil), text[whole:]...)
	var err error
	c.line.above(func() { _, err = io.WriteString(c.to, escaped(string(text[:whole]), "\n\t")) })
	if err != nil {
		c.failed = err
		c.broken(err)
		return 0, err
	}
	return len(p), nil
}

// err is the first write that failed.
func (c *console) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// unfinished is the beginning of a character at the end of b.
func unfinished(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return nil
			}
			return b[i:]
		}
	}
	return nil
}

// printable shows a value within a line: what a terminal would obey, and what
// would begin another line, is written as an escape.
func printable(s string) string { return escaped(s, "") }

// escaped writes what a terminal obeys, but for the characters of keep, so that
// it is seen instead.
func escaped(s, keep string) string {
	if showsAsIs(s, keep) {
		return s // as nearly everything does
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !isObeyed(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// showsAsIs reports whether nothing in a text is obeyed.
func showsAsIs(s, keep string) bool {
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b >= ' ' && b < 0x7f || b < ' ' && strings.IndexByte(keep, b) >= 0:
			i++
			continue
		case b < utf8.RuneSelf:
			return false
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || isObeyed(r) {
			return false
		}
		i += size
	}
	return true
}

// isObeyed reports whether a terminal does something at a character instead of
// showing it: controls, the ends of lines and paragraphs, what turns or isolates
// the direction of writing, what annotates.
func isObeyed(r rune) bool {
	if r > 0x9f && r < 0x061c || r > 0x2069 && r < 0xfff9 {
		return false // where most letters are
	}
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r >= 0xfff9 && r <= 0xfffb
}

// printf is fmt.Fprintf for lines with values in them: whatever is text among
// args is made printable first. That a console could not be written is kept
// there.
func printf(w io.Writer, format string, args ...any) {
	for i, a := range args {
		switch v := a.(type) {
		case error:
			args[i] = printable(v.Error())
		case fmt.Stringer:
			args[i] = printable(v.String())
		default:
			if t := reflect.ValueOf(a); t.Kind() == reflect.String {
				args[i] = printable(t.String())
			}
		}
	}
	_, _ = fmt.Fprintf(w, format, args...)
}

// isClosed reports whether the reader of the output went away: it knows that it
// did not read everything.
func isClosed(err error) bool { return errors.Is(err, syscall.EPIPE) }
