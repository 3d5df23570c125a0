package listing

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// places are what was met at the places of names. Places are taken for the same where
// what comes before is alike but for its digits and letters: months end with 12 in each
// year, and each folder is called level- and something. What they say are guesses.
type places map[string]*place

type place struct {
	met  []rune // characters that stand there, in order, some of them
	end  rune   // the highest behind which names went on elsewhere; 0 where none did
	none rune   // from this on nothing was found once; 0 where that was not asked

	behind  string // the beginning before it, of several the first
	several bool
}

const (
	mostPlaces = 4096 // are remembered
	mostMet    = 64   // characters of each
	mostDeep   = 64   // characters of a name are looked at
)

// at is what is known of a place, by what comes before it.
func (all places) at(like, q string) *place {
	p := all[like]
	switch {
	case p != nil:
		p.several = p.several || p.behind != q
	case len(all) < mostPlaces:
		p = &place{behind: q}
		all[like] = p
	default:
		p = &place{} // is forgotten
	}
	return p
}

// each visits the places of a name, with the character that stands there.
func (all places) each(name string, visit func(at int, x rune, p *place)) {
	like, seen := []byte(name), 0
	for at, x := range name {
		if seen++; seen > mostDeep || x == utf8.RuneError {
			return
		}
		if at == 0 {
			continue
		}
		last := like[at-1]
		visit(at, x, all.at(string(like[:at]), name[:at]))
		if like[at-1] = kindOf(last); like[at-1] != last {
			visit(at, x, all.at(string(like[:at]), name[:at]))
		}
	}
}

// kindOf stands for a digit or a letter, and is itself for all others.
func kindOf(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return '\x00'
	case c >= 'a' && c <= 'z':
		return '\x01'
	case c >= 'A' && c <= 'Z':
		return '\x02'
	}
	return c
}

// alike is what comes before a place as far as it counts, with its last character and
// without.
func alike(q string) (but, whole string) {
	like := []byte(q)
	for i, c := range like[:max(0, len(like)-1)] {
		like[i] = kindOf(c)
	}
	but = string(like)
	if n := len(like); n > 0 {
		like[n-1] = kindOf(like[n-1])
	}
	return but, string(like)
}

// learn notes what a page shows that begins behind a name: the characters of its
// first and its last name and, where names that came one behind the other differ early, how
// the first of the two ended.
func (all places) learn(names []client.Object) {
	if len(names) == 0 {
		return
	}
	const most = 8
	earliest := -1
	for i := 1; i < len(names); i++ {
		if n := shared(names[i-1].At.Key, names[i].At.Key); earliest < 0 || n < earliest {
			earliest = n
		}
	}
	for i, seen := 1, 0; i < len(names) && seen < most; i++ {
		a := names[i-1].At.Key
		if n := shared(a, names[i].At.Key); n <= earliest+1 {
			all.each(a, func(at int, x rune, p *place) {
				if at > n {
					p.end = max(p.end, x)
				}
			})
			seen++
		}
	}
	for _, name := range []string{names[0].At.Key, names[len(names)-1].At.Key} {
		all.each(name, func(_ int, x rune, p *place) {
			if i, found := slices.BinarySearch(p.met, x); !found && len(p.met) < mostMet {
				p.met = slices.Insert(p.met, i, x)
			}
		})
	}
}

// inVain notes that a guess led to what comes behind it: the first name behind is
// another, or there is none.
func (all places) inVain(guess, first string) {
	base, isLast := strings.CutSuffix(guess, last)
	x, size := utf8.DecodeLastRuneInString(base)
	at := len(base) - size
	if shared(base, first) >= at || x == utf8.RuneError {
		return
	}
	if isLast {
		x++
	}
	but, _ := alike(base[:at])
	all.at(but, base[:at]).none = x
}

// known are the characters that were met behind q, and in places taken for the same; until
// is the one from which on nothing is to be expected, 0 where that is not known.
func (l *lister) known(q string) (met []rune, until rune) {
	met = l.samples.at(q)
	but, _ := alike(q)
	p := l.places[but]
	if p == nil {
		return met, 0
	}
	met = append(met, p.met...)
	if p.end > 0 {
		met = append(met, p.end)
	}
	slices.Sort(met)
	met = slices.Compact(met)
	highest := met[len(met)-1]
	switch {
	case p.end > 0 && (p.none <= highest || p.end+1 == p.none):
		return met, highest + 1
	case p.none > highest:
		return met, p.none
	}
	return met, 0
}

// isFixed reports whether x stands behind whatever is made like q.
func (l *lister) isFixed(q string, x rune) bool {
	_, whole := alike(q)
	p := l.places[whole]
	return p != nil && p.several && len(p.met) == 1 && p.met[0] == x && p.end <= x
}
