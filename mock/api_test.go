package mock_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exportedIn lists the constants and types that the sources of a folder export.
func exportedIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	noTests := func(i fs.FileInfo) bool { return !strings.HasSuffix(i.Name(), "_test.go") }
	packages, err := parser.ParseDir(gotoken.NewFileSet(), folder, noTests, 0) //nolint:staticcheck // names only, no types
	require.NoError(t, err)
	names := map[string]bool{}
	for _, p := range packages {
		for _, f := range p.Files {
			for name, o := range f.Scope.Objects {
				if ast.IsExported(name) && (o.Kind == ast.Con || o.Kind == ast.Typ) {
					names[name] = true
				}
			}
		}
	}
	require.NotEmpty(t, names)
	return names
}

// A program that sets a fault or a personality imports mock, and no room of it.
func TestEveryFaultAndEveryHabitOfAServerHasItsNameInMock(t *testing.T) {
	here := exportedIn(t, ".")
	inner := map[string]bool{"Injector": true, "Writer": true, "Count": true} // what the server itself needs of faults
	for _, folder := range []string{"faults", "personality"} {
		for name := range exportedIn(t, folder) {
			assert.True(t, here[name] || inner[name], "%s of mock/%s has no name in mock/api.go", name, folder)
		}
	}
}
