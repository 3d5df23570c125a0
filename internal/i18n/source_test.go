package i18n_test

import (
	"encoding/json"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/assets"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

const (
	root       = "../.."
	importPath = "github.com/bucketseal/bucketseal/internal/i18n"
	clientPath = "github.com/bucketseal/bucketseal/client"
)

func chinese(t *testing.T) map[string]string {
	t.Helper()
	b, err := assets.Translations.ReadFile("translations/zh-Hant.json")
	require.NoError(t, err)
	texts := map[string]string{}
	require.NoError(t, json.Unmarshal(b, &texts))
	return texts
}

// TestEveryTextTheProgramSaysIsTranslated reads the source. If it is red, add
// what it lists to assets/translations/zh-Hant.json, or remove what it calls
// unused.
func TestEveryTextTheProgramSaysIsTranslated(t *testing.T) {
	texts := chinese(t)
	used := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "dist" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for key, at := range said(t, path, string(src)) {
			used[key] = at
		}
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, used, "Automatic", "the search must find the text of this very package")

	for _, key := range slices.Sorted(maps.Keys(used)) {
		if texts[key] == "" {
			t.Errorf("%s: not translated: %q", used[key], key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if _, ok := used[key]; !ok {
			t.Errorf("zh-Hant.json: unused: %q", key)
		}
	}
}

// said finds the keys of the texts in one file, and where they are.
func said(t *testing.T, path, src string) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, src, parser.SkipObjectResolution)
	require.NoError(t, err)
	ours, language := qualifier(file, "i18n", importPath), qualifier(file, "client", clientPath)
	found := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		note := func(key string) { found[key] = files.Position(call.Pos()).String() }
		var args []string
		for _, a := range call.Args {
			s, _ := literal(a)
			args = append(args, s)
		}
		if called(call, language) == "Say" && len(args) > 0 {
			if args[0] == "" {
				t.Errorf("%s: the form of a text must be written out where it is said", files.Position(call.Pos()))
			}
			note(args[0])
			// Without values a form is taken as it is, percent signs included.
			if shown := len(verbs(args[0])); shown != len(args)-1 && (len(args) > 1 || strings.Contains(args[0], "%s") || strings.Contains(args[0], "%v")) {
				t.Errorf("%s: %q shows %d values and is given %d", files.Position(call.Pos()), args[0], shown, len(args)-1)
			}
		}
		switch fn := called(call, ours); {
		case (fn == "T" || fn == "M") && len(args) > 0 && args[0] != "":
			note(args[0])
		case fn == "N" && len(args) > 2 && args[1] != "":
			note(args[1])
			note(args[2])
		case fn == "C" && len(args) > 1 && args[1] != "":
			note(args[0] + "|" + args[1])
		}
		return true
	})
	return found
}

// Rooms whose errors people read: what they say is a client.Text, or nobody could
// translate it. Not so those that are for tests, and settings/preferences, which
// may not know that language: it names fields of a file that the program writes.
var (
	spoken   = []string{"client", "settings", "internal/strictjson"}
	unspoken = []string{"client/memstore", "client/storetest", "settings/faults", "settings/preferences"}
)

// marks are errors that one function gives another of its room and nobody reads.
var marks = []string{
	"nothing is to be changed", "the time for the proof is up", "not to be compared so", // of rulebook and transfer
	"a document with a directive", "text before the root element", // of s3store, which says what came instead
}

// inEnglish finds the errors of a file that say something in English alone.
func inEnglish(t *testing.T, path, src string) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, src, parser.SkipObjectResolution)
	require.NoError(t, err)
	errs, format := qualifier(file, "errors", "errors"), qualifier(file, "fmt", "fmt")
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || called(call, errs) != "New" && called(call, format) != "Errorf" {
			return true
		}
		words, _ := literal(call.Args[0])
		if regexp.MustCompile(`\pL`).MatchString(verb.ReplaceAllString(words, "")) && !slices.Contains(marks, words) {
			found = append(found, files.Position(call.Pos()).String()+": "+words)
		}
		return true
	})
	return found
}

// If it is red, say it with client.Say, and Text.Err where an error is wanted.
func TestWhatTheRoomsBelowTheScreenSayCanBeTranslated(t *testing.T) {
	for _, room := range spoken {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			below, _ := filepath.Rel(root, path)
			if d.IsDir() && slices.Contains(unspoken, filepath.ToSlash(below)) {
				return filepath.SkipDir
			}
			if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			assert.Empty(t, inEnglish(t, path, string(src)))
			return nil
		})
		require.NoError(t, err)
	}
}

func TestAnErrorInEnglishAloneIsSeen(t *testing.T) {
	src := `package x
import "errors"
import f "fmt"
var a = errors.New("no key")
var b = f.Errorf("read %s: %w", name, err)
var c = f.Errorf("%w: %s (%d)", err, name, 3)
`
	assert.Equal(t, []string{"x.go:4:9: no key", "x.go:5:9: read %s: %w"}, inEnglish(t, "x.go", src))
}

// qualifier is the name by which a file calls the functions of a package: "." in
// the package itself, "" where it does not import it.
func qualifier(file *ast.File, pkg, path string) string {
	if file.Name.Name == pkg {
		return "."
	}
	for _, im := range file.Imports {
		if p, _ := strconv.Unquote(im.Path.Value); p == path {
			if im.Name != nil {
				return im.Name.Name
			}
			return pkg
		}
	}
	return ""
}

// called is the name of the function of package pkg that is called, or "".
func called(call *ast.CallExpr, pkg string) string {
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		if pkg == "." {
			return fn.Name
		}
	case *ast.SelectorExpr:
		if x, ok := fn.X.(*ast.Ident); ok && pkg != "" && x.Name == pkg {
			return fn.Sel.Name
		}
	}
	return ""
}

// literal is the value of a string written out, in one piece or added up.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return literal(e.X)
	case *ast.BinaryExpr:
		a, okA := literal(e.X)
		b, okB := literal(e.Y)
		return a + b, okA && okB && e.Op == token.ADD
	}
	return "", false
}

func TestTheSearchFindsEveryWayToSayAText(t *testing.T) {
	src := `package x
import say "` + importPath + `"
import words "` + clientPath + `"
var a = say.T("one " +
	"two", 3)
var b = say.N(n, "a file", "files")
var c = say.C("kms", "Key")
var d = []string{say.M(` + "`marked`" + `)}
var e = say.T(d[0])
var f = other.T("not ours")
var g = words.Say("%d files", 3)
var h = say.Say(text)
`
	found := slices.Sorted(maps.Keys(said(t, "x.go", src)))
	assert.Equal(t, []string{"%d files", "a file", "files", "kms|Key", "marked", "one two"}, found)
	assert.Empty(t, said(t, "y.go", "package y\nvar a = i18n.T(\"no import\")"))
}

var verb = regexp.MustCompile(`%(%|\[(\d+)\])?[-+# 0]*[\d.]*([a-zA-Z])?`)

// verbs lists which value is shown how, by its place.
func verbs(text string) []string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[1] == "%" {
			continue
		}
		if m[2] != "" {
			next, _ = strconv.Atoi(m[2])
		}
		list = append(list, strconv.Itoa(next)+m[3])
		next++
	}
	slices.Sort(list)
	return list
}

func TestEveryTranslationShowsTheSameValues(t *testing.T) {
	assert.Equal(t, verbs("%s of %d"), verbs("%[2]d 之 %[1]s"))
	assert.NotEqual(t, verbs("%s of %d"), verbs("%d 之 %s"))
	assert.NotEqual(t, verbs("%s"), verbs("缺"))
	assert.Empty(t, verbs("100%%"))
	for key, text := range chinese(t) {
		assert.Equal(t, verbs(key), verbs(text), "%q is %q", key, text)
		assert.Equal(t, strings.HasSuffix(key, "…"), strings.HasSuffix(text, "…"), "%q: an ellipsis promises a dialog in both", key)
		assert.Equal(t, strings.TrimSpace(text), text, "%q", key)
	}
}

func TestTheToolkitsWordsAreAllTranslated(t *testing.T) {
	pkg, err := build.Import("fyne.io/fyne/v2/lang", ".", build.FindOnly)
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(pkg.Dir, "translations", "base.en.json"))
	require.NoError(t, err)
	var theirs, ours map[string]any
	require.NoError(t, json.Unmarshal(b, &theirs))
	require.NoError(t, json.Unmarshal(i18n.Toolkit(), &ours))
	assert.Equal(t, slices.Sorted(maps.Keys(theirs)), slices.Sorted(maps.Keys(ours)))
}
