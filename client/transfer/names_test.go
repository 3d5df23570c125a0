package transfer

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestOrdinaryNamesStayAsTheyAre(t *testing.T) {
	for _, key := range []string{
		"a.txt", "reports/2026/März 1.csv", "臺灣/國網中心/資料 一.tar.gz", ".bashrc", "a/.hidden/b", "console.log",
		"common.txt", "com10", "nullable", "naïve – “quoted”.md", "a b", "-rf", "~user", "x~", "emoji 🧬.png",
		strings.Repeat("n", 255), strings.Repeat("資", 85),
	} {
		for _, s := range systems {
			assert.Equal(t, key, s.escapeKey(key), "%s", s)
		}
	}
}

// escapeKey is the name of an object that is downloaded alone.
func (s system) escapeKey(key string) string { return s.names([]string{key}, nil)[0] }

// systems are one of each kind of names.
var systems = []system{windows, darwin, "linux"}

// alone is the folder of a name that has nothing beside it.
func alone(string) []string { return nil }

// What Linux can hold is not written otherwise, unless it would be read back as
// another name.
func TestLinuxKeepsWhatLinuxCanHold(t *testing.T) {
	for key, want := range map[string]string{
		"2026-01-01T10:00:00Z.log": "2026-01-01T10:00:00Z.log", "100%.txt": "100%.txt", "what?.txt": "what?.txt", "aux.c": "aux.c",
		`C:\x<>"|*`: `C:\x<>"|*`, "ends.": "ends.", "ends ": "ends ", "CON": "CON", "PROGRA~1.TXT": "PROGRA~1.TXT", "line\nbreak": "line\nbreak",
		"a%3Fb": "a%3Fb", "%": "%", "50%-off": "50%-off", "a%2e": "a%2e",
		"../x": ".%2E/x", ".": "%2E", "a//b": "a/%_/b", "photos/": "photos/%_", "nul\x00%": "nul%00%25", "bad\xffutf8": "bad%FFutf8",
		".f.ABCDEFG2.bucketseal-part": "%2Ef.ABCDEFG2.bucketseal-part",
		"%2E":                         "%252E", "a%25b": "a%2525b", "a%file": "a%25file", "a%-2": "a%25-2", "%_": "%25_", "%+a": "%25+a",
	} {
		got := system("linux").escapeKey(key)
		assert.Equal(t, want, got, "%q", key)
		assert.Equal(t, key, system("linux").keyOf(got, alone))
	}
	assert.Equal(t, "a%3Ab", darwin.escape("a:b"))
	assert.Equal(t, "a:b", darwin.keyOf("a%3Ab", alone))
}

// A file may be called like an escape and be none: nobody's download has
// written it so.
func TestAFileThatLooksEscapedKeepsItsName(t *testing.T) {
	nothing := []string{
		"a%3Fb", "100%25.txt", "100%", "a%2", "a%zz", "a%2e", "a%41", "%61bc", "a%+", "%+a", "a%+/b", "a/%+b", "a%+/%+b", "%file%41%",
		"report%file", "sale%-20", "a%-2", "x%_", "%_x", "%file", "%-2",
	}
	for _, name := range nothing {
		assert.Equal(t, name, system("linux").keyOf(name, alone), "%q", name)
	}
	beside := func(names ...string) func(string) []string { return func(string) []string { return names } }
	assert.Equal(t, "a", here.keyOf("a%-2", beside("A", "a%-2")), "the twin that is marked off is there")
	assert.Equal(t, "a%-2", here.keyOf("a%-2", beside("a", "a%-2")), "it would be told apart from itself")
	assert.Equal(t, "a%-2", here.keyOf("a%-2", beside("b", "a%-2")))
	assert.Equal(t, "a", here.keyOf("a%file", beside("a/", "a%file")))
	assert.Equal(t, "a%file", here.keyOf("a%file", beside("a", "a%file")), "a file is no folder")
	assert.Equal(t, "a%-2", here.keyOf("a%-2", beside("A", "a%-2", "a%-3")), "both would be a")
	assert.Equal(t, "a", here.keyOf("a%file", beside("A/", "a%-2/", "a%file")))
	assert.Equal(t, "a%file/b", here.keyOf("a%file/b", beside("a/", "a%file/")), "a folder is never marked as a file")
	assert.Equal(t, "a%zz", here.keyOf("a%zz%file", beside("a%zz/", "a%zz%file")))
	assert.Equal(t, "100%", here.keyOf("100%%file", beside("100%/", "100%%file")))
	assert.Equal(t, "x/a%-2", here.keyOf("x/a%-2", func(folder string) []string {
		assert.Equal(t, "x", folder)
		return nil
	}))
}

func TestHostileKeysBecomeLegalNames(t *testing.T) {
	for key, want := range map[string]string{
		"../x":            ".%2E/x",
		"..":              ".%2E",
		".":               "%2E",
		"./x":             "%2E/x",
		"/etc/x":          "%_/etc/x",
		"a//b":            "a/%_/b",
		"photos/":         "photos/%_",
		`C:\x`:            "C%3A%5Cx",
		`..\..\x`:         `..%5C..%5Cx`,
		"ends.":           "ends%2E",
		"ends ":           "ends%20",
		"dots...":         "dots..%2E",
		"CON":             "%43ON",
		"con.txt":         "%63on.txt",
		"x/LPT¹.a.b":      "x/%4CPT¹.a.b",
		"NUL .txt":        "%4EUL .txt",
		"aux":             "%61ux",
		"COM0":            "%43OM0",
		"conin$":          "%63onin$",
		"100%.txt":        "100%.txt",
		"100%:":           "100%25%3A",
		"a%file":          "a%25file",
		"line\nbreak":     "line%0Abreak",
		"nul\x00":         "nul%00",
		"del\x7f":         "del%7F",
		"bad\xffutf8":     "bad%FFutf8",
		`<>:"|?*`:         "%3C%3E%3A%22%7C%3F%2A",
		"PROGRA~1.TXT":    "PROGRA%7E1.TXT",
		"CON./nul.tar.gz": "%43ON%2E/%6Eul.tar.gz",
	} {
		got := windows.escapeKey(key)
		assert.Equal(t, want, got, "%q", key)
		assert.Equal(t, key, windows.keyOf(got, alone))
	}
}

func TestTwinsGetNamesOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		why        string
		keys, want []string
	}{
		{"case", []string{"A.txt", "a.txt", "b"}, []string{"A.txt", "a.txt%-2", "b"}},
		{"three", []string{"x", "X", "x"}, []string{"x", "X%-2", "x%-3"}},
		{"case of folders", []string{"A/x", "a/x", "A/y"}, []string{"A/x", "a%-2/x", "A/y"}},
		{"file and folder", []string{"a", "a/b"}, []string{"a%file", "a/b"}},
		{"folder first", []string{"a/b", "a", "a"}, []string{"a/b", "a%file", "a%file%-2"}},
		{"file and folder of another case", []string{"A", "a/b"}, []string{"A%-2", "a/b"}},
		{"a key that looks marked", []string{"a", "a/b", "a%file"}, []string{"a%file", "a/b", "a%25file"}},
		{"spellings of é", []string{"caf\u00e9", "cafe\u0301"}, []string{"caf\u00e9", "cafe\u0301%-2"}},
		{"full folding", []string{"Straße", "STRASSE"}, []string{"Straße", "STRASSE%-2"}},
		{"dotless i", []string{"ı", "I"}, []string{"ı", "I%-2"}},
		{"invisible", []string{"a\u200bb", "ab"}, []string{"a\u200bb", "ab%-2"}},
		{"folder marker", []string{"p/", "p/x", "p"}, []string{"p/%_", "p/x", "p%file"}},
	} {
		assert.Equal(t, c.want, Names(c.keys), c.why)
	}
}

func TestLongKeysAreSpreadOverFolders(t *testing.T) {
	for _, key := range []string{
		strings.Repeat("k", 1024), strings.Repeat("資", 341), strings.Repeat("%", 1024), strings.Repeat("/", 1024),
		strings.Repeat("ab ", 341), strings.Repeat(".", 1024), strings.Repeat("a", 199) + ":" + strings.Repeat("b", 300),
		strings.Repeat("a", 400) + "CON", "x/" + strings.Repeat("z", 256) + "/y",
	} {
		check(t, []string{key, strings.ToUpper(key), key + "/z"})
	}
}

func TestTheTwinOfANameThatIsTooLongForAFolderIsReadBack(t *testing.T) {
	one := strings.Repeat("ő", 10) + strings.Repeat("k", 232) // 252 bytes, with a mark 255
	long := norm.NFD.String(one)
	require.Greater(t, len(long), longestName)
	for _, keys := range [][]string{{long, one}, {long + "/x", one + "/x"}, {"d/" + long, "d/" + one, "d/" + one + "/x"}, {long + "/y/z", one, long}} {
		check(t, keys)
	}
	require.Equal(t, one+"%-2", here.keyOf(one+"%-2", besideOf([]string{one + "%-2", strings.Repeat("ő", 100) + markMore + "/" + markMore + "x"})), "no twin of it")
}

// check is what Names promises of any set of keys, on every system.
func check(t *testing.T, keys []string) {
	t.Helper()
	for _, s := range systems {
		s.check(t, keys)
	}
}

func (s system) check(t *testing.T, keys []string) {
	t.Helper()
	names := s.names(keys, nil)
	require.Len(t, names, len(keys))
	require.Equal(t, names, s.names(keys, nil), "the same keys, the same names")
	again := map[string]bool{}
	for _, k := range keys {
		again[k] = again[k] || slices.Index(keys, k) != len(keys)-1-slices.Index(reversed(keys), k)
	}
	files, folders := map[string]int{}, map[string]bool{}
	for i, name := range names {
		if !again[keys[i]] { // of a key given twice there is no telling which was which
			require.Equal(t, keys[i], s.keyOf(name, besideOf(names)), "%s: %q", s, name)
		}
		require.True(t, fs.ValidPath(name) && filepath.IsLocal(name), "%q", name)
		parts := strings.Split(name, "/")
		for n, p := range parts {
			require.NoError(t, s.legal(p), "%s: %q in %q", s, p, name)
			if n > 0 {
				folders[foldName(strings.Join(parts[:n], "/"))] = true
			}
		}
		other, met := files[foldName(name)]
		require.False(t, met, "%q and %q are both %q", keys[i], keys[max(other, 0)], name)
		files[foldName(name)] = i
	}
	for file, i := range files {
		require.False(t, folders[file], "%q is a file and a folder", names[i])
	}
}

// besideOf lists the folders that hold the files of these names.
func besideOf(names []string) func(string) []string {
	in := map[string]map[string]bool{}
	for _, n := range names {
		for folder := n; folder != ""; {
			base := folder[strings.LastIndexByte(folder, '/')+1:]
			isFolder := folder != n
			folder = strings.TrimSuffix(strings.TrimSuffix(folder, base), "/")
			if in[folder] == nil {
				in[folder] = map[string]bool{}
			}
			if isFolder {
				base += "/"
			}
			in[folder][base] = true
		}
	}
	return func(folder string) []string { return slices.Collect(maps.Keys(in[folder])) }
}

// legal is written down anew, for Windows from Microsoft's page, so that it does
// not repeat the mistakes of what it checks.
func (s system) legal(component string) error {
	if component == "" || component == "." || component == ".." || len(component) > 255 || strings.ContainsAny(component, "/\x00") || strings.HasSuffix(component, PartSuffix) && component[0] == '.' && IsPart(component) {
		return fs.ErrInvalid
	}
	if s != windows {
		if s == darwin && strings.Contains(component, ":") || !utf8.ValidString(component) {
			return fs.ErrInvalid
		}
		return nil
	}
	base := strings.ToUpper(strings.TrimRight(strings.SplitN(component, ".", 2)[0], " "))
	switch {
	case component == "", component == ".", component == "..", len(component) > 255, !utf8.ValidString(component):
		return fs.ErrInvalid
	case strings.HasSuffix(component, "."), strings.HasSuffix(component, " "):
		return fs.ErrInvalid
	case strings.ContainsFunc(component, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"/\|?*`, r) }):
		return fs.ErrInvalid
	}
	for _, device := range strings.Fields("CON PRN AUX NUL CONIN$ CONOUT$ COM0 COM1 COM2 COM3 COM4 COM5 COM6 COM7 COM8 COM9 " +
		"LPT0 LPT1 LPT2 LPT3 LPT4 LPT5 LPT6 LPT7 LPT8 LPT9 COM¹ COM² COM³ LPT¹ LPT² LPT³") {
		if base == device {
			return fs.ErrInvalid
		}
	}
	return nil
}

func TestALongPathCanReallyBeMade(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer func() { assert.NoError(t, root.Close()) }()
	for _, name := range Names([]string{strings.Repeat("/", 1024), strings.Repeat("k", 1024), strings.Repeat("K", 1024), strings.Repeat("資", 341)}) {
		require.NoError(t, root.MkdirAll(filepath.Dir(name), 0o700))
		f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
}

func reversed(keys []string) []string {
	back := slices.Clone(keys)
	slices.Reverse(back)
	return back
}

func FuzzNames(f *testing.F) {
	f.Add("a\nA\na/b\n../x\n/etc\nCON\nx ")
	f.Add("a//b\na/\na\n" + strings.Repeat("é", 200) + "\n%2E\n%file\n%-2")
	f.Add("K\nk\nſ\ns\nß\nss\nSS\ne\u0301\né\n\xff")
	f.Add(strings.Repeat("a%", 130) + "\n" + strings.Repeat("A%", 130) + "/b\nCOM¹.x")
	f.Fuzz(func(t *testing.T, lines string) {
		if len(lines) > 1100 {
			t.Skip("the check is quadratic in the depth of folders")
		}
		check(t, strings.Split(lines, "\n"))
	})
}

// No two files of a folder become one object, and a name that needs no escape
// stays what it is.
func FuzzKeyOf(f *testing.F) {
	for _, s := range []string{"a%file\na", "%_/a", "a%+/%+b", "%41", "a%-2\nA", ".%2E\n..", "%25\n%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		for _, s := range systems {
			keys, files := map[string]string{}, map[string]bool{}
			var names []string
			for n := range strings.SplitSeq(lines, "\n") {
				if s.legal(n) == nil && !files[n] { // a file of a Windows folder has a name Windows can hold
					files[n] = true
					names = append(names, n)
				}
			}
			for _, n := range names {
				key := s.keyOf(n, besideOf(names))
				other, met := keys[key]
				require.False(t, met, "%s: %q and %q are both %q", s, n, other, key)
				keys[key] = n
				if !strings.Contains(n, "%") {
					require.Equal(t, n, key)
				}
			}
		}
	})
}
