package transfer

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Names are the paths, relative and with slashes, for a set of objects that are
// downloaded into one folder, in the order of the keys. They are legal on this
// system and none can take another's place: not where A.txt and
// a.txt, or two spellings of é, are one name, and not where one object is called
// what is a folder for another. The first of such twins keeps its plain name. A
// key given twice gets two names. KeyOf leads back from each.
func Names(keys []string) []string { return here.names(keys) }

func (s system) names(keys []string) []string {
	root := newFolder(s)
	places := make([]*folder, len(keys)) // where each file goes
	for i, k := range keys {
		places[i] = root
		for parts := strings.Split(k, "/"); len(parts) > 1; parts = parts[1:] {
			places[i] = places[i].enter(parts[0])
		}
	}
	// Folders have their names before files, so that they keep plain ones: many
	// objects are below them.
	names := make([]string, len(keys))
	for i, k := range keys {
		base := k[strings.LastIndexByte(k, '/')+1:]
		f := places[i]
		name := s.escape(base)
		if f.folders[base] != nil {
			name += markFile
		}
		names[i] = f.path + splitLong(f.claim(name))
	}
	return names
}

// A folder is where names must not meet.
type folder struct {
	on      system
	path    string // "" or ending in "/"
	folders map[string]*folder
	taken   map[string]int // folded name: how often
}

func newFolder(on system) *folder {
	return &folder{on: on, folders: map[string]*folder{}, taken: map[string]int{}}
}

func (f *folder) enter(component string) *folder {
	if sub := f.folders[component]; sub != nil {
		return sub
	}
	sub := newFolder(f.on)
	sub.path = f.path + splitLong(f.claim(f.on.escape(component))) + "/"
	f.folders[component] = sub
	return sub
}

// claim makes a name this folder's own: plain for the first, marked for what
// some systems take for the same. Marks cannot be met by plain names, in which
// % is always escaped.
func (f *folder) claim(name string) string {
	folded := foldName(name)
	f.taken[folded]++
	if n := f.taken[folded]; n > 1 {
		return name + markTwin + strconv.Itoa(n)
	}
	return name
}

// foldName is the same for names that some file system takes for one: case is
// folded in full (as ext4 and APFS do), spellings of one character are made one
// (HFS+, APFS), characters that show nothing are left out (ext4). It rather
// takes two for one than the other way.
func foldName(name string) string {
	if isPlain(name) {
		return strings.ToLower(name)
	}
	upper := strings.Map(func(r rune) rune { // ı and ſ are I and S to some
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFD.String(name))
	return norm.NFD.String(cases.Fold().String(norm.NFD.String(upper)))
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
