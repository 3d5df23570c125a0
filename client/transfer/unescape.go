package transfer

import (
	"regexp"
	"slices"
	"strings"
)

// KeyOf is the key of a file of this machine: name is its path below the folder
// that goes up, with slashes. What a download of ours has escaped, and only that,
// becomes what it was; every other name is taken as it is, whatever it looks
// like. beside gives the names of all that is in a folder below the same root,
// "" for the root, those of folders with "/" at their end: a mark means something
// only beside what it marks off.
func KeyOf(name string, beside func(folder string) []string) string { return here.keyOf(name, beside) }

func (s system) keyOf(name string, beside func(folder string) []string) string {
	parts := strings.Split(name, "/")
	var key []string
	for i := 0; i < len(parts); {
		if whole, n := joinLong(parts[i:]); n > 1 {
			i += n
			key = append(key, s.unescape(withoutMarks(whole, i == len(parts))))
			continue
		}
		if p := parts[i]; strings.Contains(p, "%") {
			siblings := func() []string { return allBeside(strings.Join(parts[:i], "/"), beside) }
			key = append(key, s.unmark(p, i == len(parts)-1, siblings))
		} else {
			key = append(key, p)
		}
		i++
	}
	return strings.Join(key, "/")
}

// GoesOn reports whether a folder is called like one over which a name is spread that is
// too long for a file, GoesOnFrom whether what is in it may be more of that name.
func GoesOn(folder string) bool { return strings.HasSuffix(folder, markMore) }

// GoesOnFrom is beside GoesOn.
func GoesOnFrom(name string) bool { return strings.HasPrefix(name, markMore) }

// joinLong puts together what splitLong has spread over n folders; n is 1 where
// it has not.
func joinLong(parts []string) (whole string, n int) {
	going := true
	for going && n < len(parts) {
		p := parts[n]
		if n > 0 {
			if !strings.HasPrefix(p, markMore) {
				return "", 1
			}
			p = p[len(markMore):]
		}
		p, going = strings.CutSuffix(p, markMore)
		whole += p
		n++
	}
	if going || splitLong(whole) != strings.Join(parts[:n], "/") {
		return "", 1
	}
	return whole, n
}

// allBeside are the names in a folder, and those too long for one that splitLong has
// spread from it over others.
func allBeside(folder string, beside func(string) []string) []string {
	names := beside(folder)
	for _, n := range names {
		if strings.HasSuffix(n, markMore+"/") {
			names = append(names, longNames(folder, []string{strings.TrimSuffix(n, "/")}, beside)...)
		}
	}
	return names
}

// longNames are the names that begin in a folder with these parts.
func longNames(folder string, parts []string, beside func(string) []string) (names []string) {
	for _, n := range beside(strings.TrimPrefix(folder+"/"+strings.Join(parts, "/"), "/")) {
		part, isFolder := strings.CutSuffix(n, "/")
		all := append(slices.Clone(parts), part)
		switch {
		case !strings.HasPrefix(part, markMore): // nothing of ours
		case isFolder && strings.HasSuffix(part, markMore):
			names = append(names, longNames(folder, all, beside)...)
		default:
			if whole, cut := joinLong(all); cut == len(all) {
				names = append(names, whole+n[len(part):])
			}
		}
	}
	return names
}

// unmark takes off the marks of a component where they were ours to set, and
// unescapes it.
func (s system) unmark(p string, isFile bool, siblings func() []string) string {
	stem := p
	if at := twinMark.FindStringIndex(p); at != nil {
		stem = p[:at[0]]
		if !hasTwin(p, stem, siblings()) {
			return p
		}
	}
	if name, marked := strings.CutSuffix(stem, markFile); marked && isFile {
		if !hasFolder(name, siblings()) {
			return p
		}
		stem = name
	}
	if key := s.unescape(stem); key != stem || s.escape(stem) == stem {
		return key
	}
	return p
}

// withoutMarks takes the marks off a long component: only a download of ours
// spreads a name over folders.
func withoutMarks(whole string, isFile bool) string {
	if at := twinMark.FindStringIndex(whole); at != nil {
		whole = whole[:at[0]]
	}
	if isFile {
		whole = strings.TrimSuffix(whole, markFile)
	}
	return whole
}

// hasTwin reports whether a name beside p is one that some system takes for its
// stem.
func hasTwin(p, stem string, siblings []string) bool {
	found := false
	for _, n := range siblings {
		n = strings.TrimSuffix(n, "/")
		if n == p {
			continue
		}
		if at := twinMark.FindStringIndex(n); n == stem || at != nil && n[:at[0]] == stem {
			return false // then the mark would tell apart what is the same
		}
		found = found || foldName(n) == foldName(stem)
	}
	return found
}

// hasFolder reports whether a name beside the file called name can be the
// folder's of that name.
func hasFolder(name string, siblings []string) bool {
	for _, n := range siblings {
		n, isFolder := strings.CutSuffix(n, "/")
		if !isFolder {
			continue
		}
		if at := twinMark.FindStringIndex(n); at != nil {
			n = n[:at[0]]
		}
		if foldName(n) == foldName(name) {
			return true
		}
	}
	return false
}

var twinMark = regexp.MustCompile(markTwin + `[0-9]+$`)

// unescape is the component that escape has written so, and c itself where it
// has written none so.
func (s system) unescape(c string) string {
	if c == markEmpty {
		return ""
	}
	if key, ok := decode(c); ok && s.escape(key) == c {
		return key
	}
	return c
}

// decode reads every %XX; ok is false where a % is followed by anything else.
func decode(c string) (decoded string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(c); i++ {
		if c[i] != '%' {
			b.WriteByte(c[i])
			continue
		}
		if i+2 >= len(c) {
			return "", false
		}
		hi, lo := strings.IndexByte(hexDigits, c[i+1]), strings.IndexByte(hexDigits, c[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), true
}

const hexDigits = "0123456789ABCDEF"
