package widgets

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// ellipsis marks a text that was cut.
const ellipsis = "…"

// fitter cuts texts to a width. Measuring a text costs some 20 µs and a page of
// new names would need hundreds of measures; so it remembers the width of each
// rune and adds, and measures whole texts only when the sum is too close to tell.
type fitter struct {
	size   float32
	font   [2]fyne.Resource
	widths [2]map[rune]float32
}

// use prepares for a text size and the fonts of the theme (regular, bold); it
// forgets what it knew if they changed.
func (f *fitter) use(size float32, regular, bold fyne.Resource) {
	fonts := [2]fyne.Resource{regular, bold}
	if f.widths[0] != nil && f.size == size && f.font == fonts {
		return
	}
	f.size, f.font = size, fonts
	f.widths = [2]map[rune]float32{{}, {}}
}

func (f *fitter) rune(r rune, bold bool) float32 {
	known := f.widths[weight(bold)]
	w, ok := known[r]
	if !ok {
		w = f.measure(string(r), bold)
		known[r] = w
	}
	return w
}

func (f *fitter) measure(text string, bold bool) float32 {
	return fyne.MeasureText(text, f.size, fyne.TextStyle{Bold: bold}).Width
}

// fit returns text as it is if it is no wider than width, else its beginning
// and an ellipsis. cut tells which.
func (f *fitter) fit(text string, width float32, bold bool) (shown string, cut bool) {
	text = Printable(text)
	if text == "" || width <= 0 {
		return "", text != ""
	}
	dots := f.rune('…', bold)
	var sum float32
	keep := 0 // bytes that fit before an ellipsis
	for i, r := range text {
		sum += f.rune(r, bold)
		if sum <= width-dots {
			keep = i + utf8.RuneLen(r)
		}
		if sum > width*1.1+8 { // too wide even if kerning brings it closer
			return text[:keep] + ellipsis, true
		}
	}
	if sum <= width || f.measure(text, bold) <= width {
		return text, false
	}
	return text[:keep] + ellipsis, true
}

// cell fits the text of a cell.
func (f *fitter) cell(c Cell, width float32) (shown string, cut bool) {
	if shown, cut = f.fit(c.Text, width, c.Bold); !cut {
		return shown, false
	}
	text := Printable(c.Text)
	switch {
	case c.Middle:
		return f.fitMiddle(text, width, c.Bold), true
	case c.Key:
		key := strings.LastIndexByte(text, ' ') + 1
		if room := width - f.width(text[:key], c.Bold); room >= leastKey && len(text)-key >= keyBytes {
			return text[:key] + f.fitMiddle(text[key:], room, c.Bold), true
		}
	}
	return shown, true
}

// A last word of so many bytes is a key, which is cut in its middle where there is so
// much room for it in pixels.
const (
	keyBytes         = 12
	leastKey float32 = 48
)

// headShare is how much of the room the beginning of a text gets that is cut in the
// middle.
const headShare = 0.6

// fitMiddle is the beginning and the end of a text that is wider than width, around an
// ellipsis: names begin alike and end in what tells them apart.
func (f *fitter) fitMiddle(text string, width float32, bold bool) string {
	room := width - f.rune('…', bold)
	head, left := 0, room*headShare
	for i, r := range text {
		if left -= f.rune(r, bold); left < 0 {
			break
		}
		head = i + utf8.RuneLen(r)
	}
	left = room
	for _, r := range text[:head] {
		left -= f.rune(r, bold)
	}
	tail := len(text)
	for at := tail; at > head; {
		r, n := utf8.DecodeLastRuneInString(text[:at])
		if left -= f.rune(r, bold); left < 0 {
			break
		}
		if at -= n; !unicode.Is(unicode.Mn, r) { // a mark stays with its letter
			tail = at
		}
	}
	return text[:head] + ellipsis + text[tail:]
}

// width is the width of text in pixels, rounded up by kerning at most.
func (f *fitter) width(text string, bold bool) float32 {
	var sum float32
	for _, r := range Printable(text) {
		sum += f.rune(r, bold)
	}
	return sum
}

// Printable is text for one line of the screen: control characters, line
// separators and the invisible characters which reorder text (a name could
// pose as another) are shown as escapes such as \n or \u202e, bytes that are
// not UTF-8 as \xff.
func Printable(text string) string {
	if !strings.ContainsFunc(text, hidden) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case hidden(r) && r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// hidden tells whether r would be invisible or change how its line is read.
func hidden(r rune) bool {
	switch {
	case r < 0x20 || r == 0x7f:
		return true
	case r < 0x80:
		return false
	case r == 0x200d || r == 0x200c: // joiners belong to emoji and some scripts
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029
}

func weight(bold bool) int {
	if bold {
		return 1
	}
	return 0
}
