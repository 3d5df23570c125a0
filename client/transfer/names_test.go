package transfer

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOrdinaryNamesStayAsTheyAre(t *testing.T) {
	for _, key := range []string{
		"a.txt", "reports/2026/März 1.csv", "臺灣/國網中心/資料 一.tar.gz", ".bashrc", "a/.hidden/b", "console.log",
		"common.txt", "com10", "nullable", "naïve – “quoted”.md", "a b", "-rf", "~user", "x~", "emoji 🧬.png",
		strings.Repeat("n", 255), strings.Repeat("資", 85),
	} {
		name, err := EscapeKey(key)
		require.NoError(t, err)
		assert.Equal(t, key, name)
	}
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
		"100%.txt":        "100%25.txt",
		"a%file":          "a%25file",
		"line\nbreak":     "line%0Abreak",
		"nul\x00":         "nul%00",
		"del\x7f":         "del%7F",
		"bad\xffutf8":     "bad%FFutf8",
		`<>:"|?*`:         "%3C%3E%3A%22%7C%3F%2A",
		"PROGRA~1.TXT":    "PROGRA%7E1.TXT",
		"CON./nul.tar.gz": "%43ON%2E/%6Eul.tar.gz",
	} {
		got, err := EscapeKey(key)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%q", key)
		back, err := UnescapeName(got)
		require.NoError(t, err)
		assert.Equal(t, key, back)
	}
	_, err := EscapeKey("")
	require.Error(t, err)
}

func TestNamesWhichThisProgramDidNotMakeAreRefused(t *testing.T) {
	for _, name := range []string{"100%", "a%2", "a%zz", "a%2e", "a%+", "%+a", "a%+/b", "a/%+b", "%file%41%"} {
		_, err := UnescapeName(name)
		assert.Error(t, err, "%q", name)
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

// check is what Names promises of any set of keys.
func check(t *testing.T, keys []string) {
	t.Helper()
	names := Names(keys)
	require.Len(t, names, len(keys))
	require.Equal(t, names, Names(keys), "the same keys, the same names")
	files, folders := map[string]int{}, map[string]bool{}
	for i, name := range names {
		back, err := UnescapeName(name)
		require.NoError(t, err)
		require.Equal(t, keys[i], back)
		require.True(t, fs.ValidPath(name) && filepath.IsLocal(name), "%q", name)
		parts := strings.Split(name, "/")
		for n, p := range parts {
			require.NoError(t, legal(p), "%q in %q", p, name)
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

// legal is written down anew from Microsoft's page, so that it does not repeat
// the mistakes of what it checks.
func legal(component string) error {
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

func FuzzUnescapeName(f *testing.F) {
	for _, s := range []string{"a%file", "%_/a", "a%+/%+b", "%41", "a%-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key, err := UnescapeName(name)
		if err == nil && key != "" {
			_, err = EscapeKey(key)
			require.NoError(t, err)
		}
	})
}
