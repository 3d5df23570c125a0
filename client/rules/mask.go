package rules

import "strings"

// A mask is what a rule's name fields hold: "*" stands for any run of
// characters, also none and also across "/", "?" for exactly one character,
// everything else for itself, upper and lower case apart. The empty mask
// matches every name. There is no escape: a name that really holds "*" is
// matched by "?" or "*".

// Match reports whether the whole name fits the mask. It takes time in the
// order of len(mask) * len(name) at worst.
func Match(mask, name string) bool {
	if mask == "" {
		return true
	}
	m, n := []rune(mask), []rune(name)
	i, j := 0, 0         // where we are in m and n
	star, from := -1, -1 // the last "*" and where its run ends for now
	for j < len(n) {
		switch {
		case i < len(m) && m[i] == '*':
			star, from = i, j
			i++
		case i < len(m) && (m[i] == '?' || m[i] == n[j]):
			i++
			j++
		case star >= 0: // let the last "*" take one character more
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(m) && m[i] == '*' {
		i++
	}
	return i == len(m)
}

// covers reports whether every name that fits the mask b fits the mask a too.
// It answers false, never wrongly true, when the masks are too intricate to
// decide.
func covers(a, b string) bool {
	if a == "" {
		a = "*"
	}
	if b == "" {
		b = "*"
	}
	if a == "*" || a == b {
		return true
	}
	if refuted(a, b) {
		return false
	}
	ma, mb := []rune(a), []rune(b)
	// Names are walked over the characters that occur in either mask and one
	// that occurs in neither: no other distinction matters.
	const other = rune(-1)
	alphabet := map[rune]bool{other: true}
	for _, r := range append(append([]rune{}, ma...), mb...) {
		if r != '*' && r != '?' {
			alphabet[r] = true
		}
	}
	type pair struct{ a, b string } // sets of mask positions reached, as bytes
	start := pair{string(closure(ma, []rune{0})), string(closure(mb, []rune{0}))}
	seen, todo := map[pair]bool{start: true}, []pair{start}
	work := 0
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if accepts(mb, p.b) && !accepts(ma, p.a) {
			return false // a name that fits b and not a
		}
		for r := range alphabet {
			if work += len(ma) + len(mb); work > coversLimit {
				return false
			}
			next := pair{string(step(ma, []rune(p.a), r)), string(step(mb, []rune(p.b), r))}
			if next.b == "" || seen[next] {
				continue
			}
			seen[next] = true
			todo = append(todo, next)
		}
	}
	return true
}

// coversLimit bounds the positions covers looks at for one pair of masks, some
// milliseconds: a list of rules has thousands of pairs, and shows them all.
const coversLimit = 200_000

// refuted reports whether one of the plainest names that fit b does not fit a,
// which settles most pairs at once.
func refuted(a, b string) bool {
	for _, run := range []string{"", "\x00", "\x00\x00"} { // what no mask names
		if !Match(a, strings.NewReplacer("*", run, "?", "\x00").Replace(b)) {
			return true
		}
	}
	return false
}

// closure adds the positions that "*" lets one reach without a character.
// Positions are sorted and unique.
func closure(m, at []rune) []rune {
	in := make([]bool, len(m)+1)
	for _, p := range at {
		in[p] = true
	}
	var out []rune
	for p := range in {
		if !in[p] {
			continue
		}
		out = append(out, rune(p))
		if p < len(m) && m[p] == '*' {
			in[p+1] = true
		}
	}
	return out
}

// step is where one may be after one more character.
func step(m, at []rune, r rune) []rune {
	var next []rune
	for _, p := range at {
		if int(p) >= len(m) {
			continue
		}
		switch m[p] {
		case '*':
			next = append(next, p)
		case '?', r:
			next = append(next, p+1)
		}
	}
	return closure(m, next)
}

func accepts(m []rune, set string) bool {
	at := []rune(set)
	return len(at) > 0 && int(at[len(at)-1]) == len(m)
}
