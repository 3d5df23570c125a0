package transfer

import (
	"math"
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
func Names(keys []string) []string { return here.names(keys, nil) }

// NamesBeside is Names where files and folders are there already that keep their names:
// none of them is met, and what goes into a folder that is there goes into that. beside
// is that of KeyOf; keys are none of those that have a file.
func NamesBeside(keys []string, beside func(folder string) []string) []string {
	return here.names(keys, beside)
}

func (s system) names(keys []string, beside func(string) []string) []string {
	root := newFolder(s, "", beside)
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
		if f.folders[base] != nil || f.there[base] != "" {
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
	// What is there already.
	beside func(string) []string // nil for nothing
	there  map[string]string     // folders, by how the key spells them: the name below the root
	files  map[string]struct{}
}

func newFolder(on system, path string, beside func(string) []string) *folder {
	f := &folder{on: on, path: path, folders: map[string]*folder{}, taken: map[string]int{}, beside: beside}
	if beside != nil {
		f.meet()
	}
	return f
}

// meet takes in what is there already.
func (f *folder) meet() {
	f.there, f.files = map[string]string{}, map[string]struct{}{}
	for _, n := range allBeside(strings.TrimSuffix(f.path, "/"), f.beside) {
		base, isFolder := strings.CutSuffix(n, "/")
		stem, times := base, 1
		if at := twinMark.FindStringIndex(base); at != nil {
			stem = base[:at[0]]
			if n, err := strconv.Atoi(base[at[0]+len(markTwin):]); err == nil && n < math.MaxInt32 { // else it is no mark of ours
				times = n
			}
		}
		folded := foldName(stem)
		f.taken[folded] = max(f.taken[folded], times)
		if !isFolder {
			f.files[base] = struct{}{}
		} else {
			path := f.path + splitLong(base) + "/"
			key, _ := strings.CutSuffix(f.on.keyOf(path+"-", f.beside), "/-")
			f.there[key[strings.LastIndexByte(key, '/')+1:]] = path
		}
	}
}

func (f *folder) enter(component string) *folder {
	if sub := f.folders[component]; sub != nil {
		return sub
	}
	path := f.there[component]
	if path == "" {
		name := f.on.escape(component)
		if _, isFile := f.files[name]; !isFile { // else the file is in the way, and a mark would not lead back
			name = f.claim(name)
		}
		path = f.path + splitLong(name) + "/"
	}
	sub := newFolder(f.on, path, f.beside)
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
