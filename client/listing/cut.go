package listing

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// last is a character that no name has where another could be: what begins as something
// does lies before that and last.
const last = "\U0010FFFF"

// cut cuts a part in two and gives the one behind, nil where nothing is to be cut.
func (l *lister) cut() *part {
	for !l.whole {
		most, left := l.longest()
		if most == nil || most.left < l.worth(left) || !l.budget.allows(left) {
			return nil
		}
		most.uncut = 0
		if at := l.point(most); at > most.last && (most.end == "" || at < most.end) && len(at) <= client.MaxKeyBytes {
			l.budget.cuts++
			l.budget.open++
			behind := &part{begin: at, last: at, end: most.end, top: most.top, next: most.next}
			most.end, most.top, most.next = at, "", behind
			return behind
		}
	}
	return nil
}

// longest is the part to be cut next, of those a page of which came since the last cut:
// the one of which most seems to be left. left is how many pages seem to be left of all.
func (l *lister) longest() (most *part, left float64) {
	for p := l.first; p != nil; p = p.next {
		if p.over || p.sure || p.from == "" {
			continue
		}
		if !math.IsInf(p.left, 1) {
			left += p.left
		}
		if p.uncut > 0 && (most == nil || p.left > most.left) {
			most = p
		}
	}
	return most, left
}

// worth is how many pages have to be left of a part for it to be cut: a share of what is
// left of all, since no more than that comes at once, and the one that takes longest
// counts.
func (l *lister) worth(left float64) float64 {
	return max(worthIt, left/float64(l.atOnce))
}

// point is a name at which a part is worth cutting, "" for none. It looks at the
// characters of the last name that came, the first ones first, since a cut there cuts
// off most. Where the names that came differ, a character half way is taken; where they
// are all alike, it is asked whether there are any that are not.
func (l *lister) point(p *part) string {
	if !utf8.ValidString(p.last) {
		return ""
	}
	top := p.top
	if top == "" {
		top = p.end
	}
	deepest := shared(p.from, p.last) // further back lies less than a page
	var alike []int                   // ends of the characters that no name differs at
	for at, x := range p.last {
		if at < len(l.under.Key) {
			continue
		}
		if at > deepest {
			break
		}
		q, end := p.last[:at], at+utf8.RuneLen(x)
		limit := limitAt(top, q)
		if limit == x {
			continue // nothing else lies there
		}
		if l.isFixed(q, x) {
			continue
		}
		known, until := l.known(q)
		if limit == 0 && len(known) < 2 {
			if at < deepest {
				alike = append(alike, end)
			}
			continue
		}
		if len(alike) > 0 {
			break
		}
		beyond := limit
		if until > x && (limit == 0 || until < limit) {
			if until == x+1 {
				continue // where names are made alike, nothing comes behind it
			}
			beyond = until
		}
		between := alphabetOf(known).between(x, beyond)
		switch n := between.size(); {
		case at < deepest && limit == 0 && n > 0 && n < 8 && x >= known[len(known)-1],
			at < deepest && p.top != "" && limit != 0 && p.top == q+string(limit):
			return p.last[:end] + last // is there anything at all behind what is known, or behind what was too far?
		case at == deepest && n < 4:
			return "" // a page, or less
		case n > 0:
			return q + string(between.nth(n/2))
		case at < deepest && (limit == 0 || len(top) > at+utf8.RuneLen(limit)):
			return p.last[:end] + last
		}
	}
	if len(alike) > 0 {
		return p.last[:alike[len(alike)/2]] + last
	}
	return ""
}

// worthIt is how many pages have to be left of a part for it to be cut at all.
const worthIt = 5

// guess guesses how many pages are left of a part, from how far those went that came,
// and from how far the last one did: it may have come to where names lie close.
func (l *lister) guess(p *part) float64 {
	top := p.top
	if top == "" {
		top = p.end
	}
	if top == "" {
		return math.Inf(1)
	}
	q := p.first[:shared(p.first, top)]
	from, now, end := l.far(p.first, q), l.far(p.last, q), l.far(top, q)
	if now <= from {
		return float64(p.pages) * 1000
	}
	left := float64(p.pages) * (end - now) / (now - from)
	if last := l.far(p.from, q); last < now {
		left = max(left, (end-now)/(now-last)/2)
	}
	return left
}

// far is how far a name goes among those that begin with q, 0 to 1, as if all that may
// stand behind it were there.
func (l *lister) far(name, q string) (f float64) {
	step, seen := 1.0, 0
	for at, x := range name {
		switch {
		case at < len(q):
			continue
		case x == utf8.MaxRune:
			return f + step
		case x == utf8.RuneError:
			return f
		case l.isFixed(name[:at], x):
			continue
		}
		known, until := l.known(name[:at])
		if until > 0 && x >= until {
			return f + step
		}
		all := alphabetOf(append(known, x)).between(-1, until)
		n := float64(all.size())
		f += step * (n - float64(all.between(x-1, 0).size())) / n
		if step /= n; n > 1 {
			seen++
		}
		if seen == enough {
			return f
		}
	}
	return f
}

// enough characters tell how far a name goes.
const enough = 5

// limitAt is the character before which those lie that come behind q in a part, 0 where
// there is none.
func limitAt(top, q string) rune {
	rest, below := strings.CutPrefix(top, q)
	if !below || rest == "" || strings.HasPrefix(rest, last) {
		return 0
	}
	limit, _ := utf8.DecodeRuneInString(rest)
	return limit
}

// shared is how long the beginning is that two names share, in bytes.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}
