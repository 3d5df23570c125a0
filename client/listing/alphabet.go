package listing

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// samples are some of the names that came, in order, each once.
type samples []string

func (s *samples) add(name string) {
	if i, found := slices.BinarySearch(*s, name); !found {
		*s = slices.Insert(*s, i, name)
	}
}

// at are the characters that were met behind q, in order.
func (s samples) at(q string) (met []rune) {
	for from := q; ; {
		i, _ := slices.BinarySearch(s, from)
		if i < len(s) && s[i] == q {
			i++
		}
		if i >= len(s) || !strings.HasPrefix(s[i], q) {
			return met
		}
		r, size := utf8.DecodeRuneInString(s[i][len(q):])
		if r == utf8.RuneError || r == utf8.MaxRune || len(met) > 0 && r <= met[len(met)-1] {
			return met
		}
		met = append(met, r)
		from = s[i][:len(q)+size] + last
	}
}

// An alphabet is what may stand somewhere in a name: spans of characters, in order.
type alphabet [][2]rune

// alphabetOf are the characters that stand beside those that were met.
func alphabetOf(met []rune) (a alphabet) {
	beyondF := slices.ContainsFunc(met, func(r rune) bool { return r > 'f' && r <= 'z' || r > 'F' && r <= 'Z' })
	for _, r := range met {
		if span := besides(r, beyondF); !slices.Contains(a, span) {
			a = append(a, span)
		}
	}
	slices.SortFunc(a, func(x, y [2]rune) int { return int(x[0] - y[0]) })
	for i := 1; i < len(a); i++ {
		a[i][0] = max(a[i][0], a[i-1][1]+1) // what two spans share counts once
	}
	return slices.DeleteFunc(a, func(s [2]rune) bool { return s[0] > s[1] })
}

// blocks are spans of letters of which names rarely have only one.
// https://www.unicode.org/Public/UNIDATA/Blocks.txt
var blocks = alphabet{
	{0x00C0, 0x024F},
	{0x0370, 0x03FF},
	{0x0400, 0x04FF},
	{0x0590, 0x05FF},
	{0x0600, 0x06FF},
	{0x0900, 0x097F},
	{0x0E00, 0x0E7F},
	{0x3040, 0x309F},
	{0x30A0, 0x30FF},
	{0x3400, 0x4DBF},
	{0x4E00, 0x9FFF},
	{0xAC00, 0xD7A3},
	{0x1F300, 0x1FAFF},
}

func besides(r rune, beyondF bool) [2]rune {
	switch {
	case r >= '0' && r <= '9':
		return [2]rune{'0', '9'}
	case r >= 'a' && r <= 'f' && !beyondF:
		return [2]rune{'a', 'f'}
	case r >= 'a' && r <= 'z':
		return [2]rune{'a', 'z'}
	case r >= 'A' && r <= 'F' && !beyondF:
		return [2]rune{'A', 'F'}
	case r >= 'A' && r <= 'Z':
		return [2]rune{'A', 'Z'}
	}
	for _, b := range blocks {
		if r >= b[0] && r <= b[1] {
			return b
		}
	}
	if r >= utf8.RuneSelf && r < 0xD800 || r >= 0xE000 {
		return [2]rune{r &^ 0xFF, min(r|0xFF, utf8.MaxRune)} // whatever is written in it
	}
	return [2]rune{r, r}
}

// between is what of an alphabet lies behind one character and before another, 0 for
// no such.
func (a alphabet) between(x, limit rune) (b alphabet) {
	for _, s := range a {
		s[0] = max(s[0], x+1)
		if limit > 0 {
			s[1] = min(s[1], limit-1)
		}
		if s[0] <= s[1] {
			b = append(b, s)
		}
	}
	return b
}

func (a alphabet) size() (n int) {
	for _, s := range a {
		n += int(s[1]-s[0]) + 1
	}
	return n
}

func (a alphabet) nth(n int) rune {
	for _, s := range a {
		if size := int(s[1]-s[0]) + 1; n >= size {
			n -= size
			continue
		}
		return s[0] + rune(n)
	}
	return 0
}
