package walls

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A source is one parsed Go file of the house.
type source struct {
	path string // from the root of the house, with slashes
	file *ast.File
	size int // lines
}

func readSources(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	root := os.DirFS(filepath.Join("..", ".."))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"testdata", "bin", "dist", "artefacts"}, entry.Name())) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, source{path: name, file: parsed, size: files.File(parsed.FileStart).LineCount()})
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 5, "there is more in the house than this room")
	return all
}

// callsTo returns the names of the functions of a package called in the file,
// by what the package is imported as. A comment is no call.
func callsTo(file *ast.File, importPath string) []string {
	local := ""
	for _, spec := range file.Imports {
		if strings.Trim(spec.Path.Value, `"`) != importPath {
			continue
		}
		local = map[string]string{"fyne.io/fyne/v2": "fyne"}[importPath]
		if spec.Name != nil {
			local = spec.Name.Name
		}
	}
	var calls []string
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && local != "" && name.Name == local {
				calls = append(calls, selector.Sel.Name)
			}
		}
		return true
	})
	return calls
}

func TestACallIsSeenUnderAnotherImportNameAndACommentIsNot(t *testing.T) {
	parse := func(text string) *ast.File {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ParseComments)
		require.NoError(t, err)
		return file
	}
	renamed := parse("package x\nimport f \"fyne.io/fyne/v2\"\nfunc y() { f.DoAndWait(y) }")
	assert.Equal(t, []string{"DoAndWait"}, callsTo(renamed, "fyne.io/fyne/v2"))
	comment := parse("package x\nimport \"fyne.io/fyne/v2\"\n// fyne.Do(y)\nvar _ fyne.Widget")
	assert.Equal(t, []string{"Widget"}, callsTo(comment, "fyne.io/fyne/v2"))
}

// Each of these stands for something outside the program; one room alone knows
// it, so that it can be replaced, refused or looked at in one place. Where cmd
// may reach them through that room (see Walls), it may not by itself.
func TestOneRoomAloneImportsEachOutsideService(t *testing.T) {
	rooms := map[string]string{
		"fyne.io/fyne/v2/app":           "cmd/bucketseal",
		"github.com/aws/":               "client/s3store",
		"github.com/zalando/go-keyring": "settings/keychain",
		"filippo.io/age":                "settings/keychain",
		"go.etcd.io/bbolt":              "mock/store",
		"github.com/minio/sio":          "mock/seal",
	}
	for _, s := range readSources(t) {
		for _, spec := range s.file.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			for service, room := range rooms {
				// A test may act as another client.
				if strings.HasPrefix(imported, service) && path.Dir(s.path) != room && !strings.HasSuffix(s.path, "_test.go") {
					t.Errorf("%s imports %s: that is for %s", s.path, imported, room)
				}
			}
		}
	}
}

func TestNoRoomHasANameThatSaysNothing(t *testing.T) {
	empty := []string{"util", "utils", "common", "helper", "helpers", "types", "manager", "misc", "base"}
	for _, s := range readSources(t) {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		assert.NotContains(t, empty, name, s.path)
	}
}

func TestNoFileGrowsPastFiveHundredLines(t *testing.T) {
	for _, s := range readSources(t) {
		assert.LessOrEqual(t, s.size, 500, "%s: split it by noun", s.path)
	}
}
