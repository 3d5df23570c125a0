package walls

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page that says where things are says by which functions three things go, for
// somebody who reads the code for the first time. It is read against the code: what
// it names is there, each function down the way is called by one before it, and no
// room is entered twice in one direction.

// A stretch is what a way passes in one room.
type stretch struct {
	back      bool
	room      string
	functions []string // "Function" or "Type.Method", in the order they are passed
}

// ways are those drawn on the page, by what they are of.
func ways(t *testing.T) map[string][]stretch {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	all := map[string][]stretch{}
	for _, block := range regexp.MustCompile("(?ms)^```way ([^\n]+)\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[2]) {
			words := strings.Fields(strings.ReplaceAll(line, ",", " "))
			switch words[0] {
			case "down", "back":
				require.Greater(t, len(words), 2, line)
				all[block[1]] = append(all[block[1]], stretch{words[0] == "back", words[1], words[2:]})
			default: // goes on from the line above
				last := &all[block[1]][len(all[block[1]])-1]
				last.functions = append(last.functions, words...)
			}
		}
	}
	return all
}

// declared are the functions of every room with the names that each mentions, by
// room and "Function" or "Type.Method"; tests apart.
func declared(t *testing.T) map[string]map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]map[string]bool{}
	for _, s := range readSources(t) {
		room := path.Dir(s.path)
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		if all[room] == nil {
			all[room] = map[string]map[string]bool{}
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				all[room][receiver(f)+f.Name.Name] = mentioned(f)
			}
		}
	}
	return all
}

// receiver is "Type." of a method, "" of a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	return of.(*ast.Ident).Name + "."
}

func mentioned(f *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && name != f.Name { // World.Submit is App.submit
			names[strings.ToLower(name.Name)] = true
		}
		return true
	})
	return names
}

func TestTheWaysThatAreWrittenDownAreTheWaysOfTheCode(t *testing.T) {
	drawn, code := ways(t), declared(t)
	require.GreaterOrEqual(t, len(drawn), 5, "of an upload, of rules and of properties")
	for of, way := range drawn {
		met := map[string]bool{} // names mentioned by the functions passed so far
		entered := map[stretchOf]bool{}
		for i, s := range way {
			assert.False(t, entered[stretchOf{s.back, s.room}], "%s enters %s twice", of, s.room)
			entered[stretchOf{s.back, s.room}] = true
			assert.False(t, !s.back && i > 0 && way[i-1].back, "%s goes down again", of)
			for n, name := range s.functions {
				mentions, there := code[s.room][name]
				if !assert.True(t, there, "%s: %s has no %s", of, s.room, name) {
					continue
				}
				called := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
				if first := i == 0 && n == 0; !first && !s.back {
					assert.True(t, met[called], "%s: nothing before it calls %s of %s", of, name, s.room)
				}
				for mention := range mentions {
					met[mention] = true
				}
			}
		}
	}
}

// stretchOf is a room in one direction.
type stretchOf struct {
	back bool
	room string
}

func TestEveryTestThatThePageNamesIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	there := map[string]bool{}
	for _, s := range readSources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(s.path, "_test.go") {
				there[f.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, named)
	for _, name := range named {
		assert.True(t, there[name[1]], "the page names %s, which is no test", name[1])
	}
}
