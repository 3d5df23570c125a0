package transfer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// How an object key becomes a path that is legal on every system, and back.
//
// Ordinary names stay as they are, in any script. What some system cannot hold
// is written as %XX, the byte in hexadecimal: % itself, < > : " | ? * \,
// control characters, bytes that are not UTF-8, a dot or blank at the end, the
// first letter of a device name of Windows, the ~ of what could be a short name
// of Windows. Marks do the rest, each % and a character that is no hexadecimal
// digit:
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

// EscapeKey is the path, relative and with slashes, under which an object is
// kept. It is a name for one object: names for several that must not meet come
// from Names.
func EscapeKey(key string) (string, error) {
	if key == "" {
		return "", errors.New("no object is named")
	}
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = splitLong(escapeComponent(p))
	}
	return strings.Join(parts, "/"), nil
}

// escapeComponent makes a component legal but for its length.
func escapeComponent(s string) string {
	if s == "" {
		return markEmpty
	}
	device, short := isDevice(s), strings.Contains(s, "~") && shortName.MatchString(s)
	if !device && !short && isOrdinary(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		last := i+size == len(s)
		if mustEscape(r, size) || (last && (r == '.' || r == ' ')) || (device && i == 0) || (short && r == '~') {
			for _, c := range []byte(s[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

func isOrdinary(s string) bool {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, " ") {
		return false
	}
	for _, r := range s {
		if r == utf8.RuneError || mustEscape(r, 0) { // U+FFFD itself takes the long way
			return false
		}
	}
	return true
}

func mustEscape(r rune, size int) bool {
	return r < 0x20 || r == 0x7f || (r == utf8.RuneError && size == 1) || strings.ContainsRune(`%<>:"|?*\`, r)
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

// shortName is the form of the 8.3 names Windows gives long ones: creating
// LONGNA~1.TXT could open another object's file.
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

// UnescapeName is the key whose escaped name this is. A name this program did
// not make may be refused.
func UnescapeName(name string) (key string, err error) {
	var parts []string
	going := false // a long component goes on
	for p := range strings.SplitSeq(name, "/") {
		rest, isMore := strings.CutPrefix(p, markMore)
		if isMore != going {
			return "", fmt.Errorf("%q is no escaped name: a long component is torn apart", name)
		}
		p, going = strings.CutSuffix(rest, markMore)
		if isMore {
			parts[len(parts)-1] += p
		} else {
			parts = append(parts, p)
		}
	}
	if going {
		return "", fmt.Errorf("%q is no escaped name: a long component ends early", name)
	}
	for i, p := range parts {
		if parts[i], err = unescapeComponent(p); err != nil {
			return "", fmt.Errorf("%q is no escaped name: %w", name, err)
		}
	}
	return strings.Join(parts, "/"), nil
}

var twinMark = regexp.MustCompile(markTwin + `[0-9]+$`)

func unescapeComponent(s string) (string, error) {
	if at := twinMark.FindStringIndex(s); at != nil {
		s = s[:at[0]]
	}
	s = strings.TrimSuffix(s, markFile)
	if s == markEmpty {
		return "", nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errors.New("an escape is cut off")
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if hi < 0 || lo < 0 {
			return "", fmt.Errorf("%q is no escape", s[i:i+3])
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), nil
}

const hexDigits = "0123456789ABCDEF"
