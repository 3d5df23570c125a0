package transfer

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"unicode/utf8"
)

// How an object key becomes a path that this system can hold, and back.
//
// Names stay as they are, in any script, wherever they can. What the system
// cannot hold is written as %XX, the byte in hexadecimal. That is everywhere: the
// names . and .., NUL, bytes that are not UTF-8, and what would be taken for a
// temporary file of ours. On Windows it is also < > : " | ? * \, control
// characters, a dot or blank at the end, the first letter of a device name, the ~
// of what could be a short name; on macOS the colon. A component in which
// anything is written so has its % written so too, and so has one that would
// else be read back as another. Marks do the rest, each % and a character that
// is no hexadecimal digit:
//
//	%_     a component without a name: the key had "//", or began or ended in "/"
//	%+     a component too long for a file name goes on below this folder
//	%file  a file whose name a folder has too
//	%-2    the second of the names that some systems take for one
//
// The windows rules: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
const (
	markEmpty = "%_"
	markMore  = "%+"
	markFile  = "%file"
	markTwin  = "%-"
)

const (
	longestName = 255 // bytes; most file systems take no more
	pieceOfName = 200 // bytes of a long name in one folder, marks not counted
)

// A system is an operating system by the names its files can have; the value is
// that of GOOS.
type system string

const (
	windows system = "windows"
	darwin  system = "darwin"
	here           = system(runtime.GOOS)
)

// escape makes a component legal but for its length. No two components become
// the same: one that is written as it is does not look like another's escape.
func (s system) escape(c string) string {
	if c == "" {
		return markEmpty
	}
	if !s.cannotHold(c) && !s.looksEscaped(c) {
		return c
	}
	return s.encode(c)
}

// cannotHold reports whether a component must be written otherwise.
func (s system) cannotHold(c string) bool {
	if c == "." || c == ".." || len(c) > longestName || IsPart(c) {
		return true
	}
	if s == windows && (strings.HasSuffix(c, ".") || strings.HasSuffix(c, " ") || isDevice(c) || isShort(c)) {
		return true
	}
	for i, r := range c {
		if s.mustEncode(r, c[i:]) {
			return true
		}
	}
	return false
}

// mustEncode judges the character r, with which rest begins.
func (s system) mustEncode(r rune, rest string) bool {
	if r == utf8.RuneError {
		_, size := utf8.DecodeRuneInString(rest)
		return size == 1
	}
	switch s {
	case windows:
		return r < 0x20 || r == 0x7f || strings.ContainsRune(`<>:"|?*\`, r)
	case darwin:
		return r == 0 || r == ':'
	}
	return r == 0
}

// looksEscaped reports whether a component carries a mark, or is what encode
// makes of another.
func (s system) looksEscaped(c string) bool {
	if !strings.Contains(c, "%") {
		return false
	}
	if c == markEmpty || strings.HasPrefix(c, markMore) || strings.HasSuffix(c, markMore) || strings.HasSuffix(c, markFile) || twinMark.MatchString(c) {
		return true
	}
	decoded, ok := decode(c)
	return ok && s.encode(decoded) == c
}

// encode writes as %XX what the system cannot hold, and every %.
func (s system) encode(c string) string {
	first := IsPart(c) || s == windows && isDevice(c)
	dots := s == windows || c == "." || c == ".."
	short := s == windows && isShort(c)
	var b strings.Builder
	for i := 0; i < len(c); {
		r, size := utf8.DecodeRuneInString(c[i:])
		last := i+size == len(c)
		if r == '%' || s.mustEncode(r, c[i:]) || i == 0 && first || last && r == '.' && dots || last && r == ' ' && s == windows || short && r == '~' {
			for _, x := range []byte(c[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", x)
			}
		} else {
			b.WriteString(c[i : i+size])
		}
		i += size
	}
	return b.String()
}

// isDevice reports whether Windows takes the name for a device, whatever its
// extension and case.
func isDevice(s string) bool {
	base, _, _ := strings.Cut(s, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	rest, ok := strings.CutPrefix(base, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(base, "LPT")
	}
	return ok && utf8.RuneCountInString(rest) == 1 && strings.Contains("0123456789¹²³", rest)
}

// isShort reports the form of the 8.3 names Windows gives long ones: creating
// LONGNA~1.TXT could open another object's file.
func isShort(s string) bool { return strings.Contains(s, "~") && shortName.MatchString(s) }

var shortName = regexp.MustCompile(`^[^.]{0,6}~[0-9]{1,6}(\.[^.]{0,3})?$`)

// splitLong spreads a name that is too long over folders.
func splitLong(s string) string {
	if len(s) <= longestName {
		return s
	}
	var b strings.Builder
	for len(s) > pieceOfName {
		n := cutEscaped(s, pieceOfName)
		b.WriteString(s[:n] + markMore + "/" + markMore)
		s = s[n:]
	}
	return b.String() + s
}

// cutEscaped is where to cut, at most at n: between characters, and not within
// an escape or a mark.
func cutEscaped(s string, n int) int {
	n = len(cut(s, n))
	if i := strings.LastIndexByte(s[:n], '%'); i > n-len(markFile) && i > 0 {
		return i
	}
	return n
}
