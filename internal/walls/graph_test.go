package walls

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// systems are those the program is built for. An import in a file for one of
// them only is an import all the same.
var systems = []string{"linux", "windows", "darwin"}

// theGraph asks the go command once per system, for all tests of the run. With
// cgo on, as the window is built: to list needs no C compiler.
var theGraph = sync.OnceValues(func() (Graph, error) {
	g := Graph{}
	for _, system := range systems {
		list := exec.Command("go", "list", "-e", "-deps",
			"-f", `{{.ImportPath}} {{join .Imports " "}}`, Module+"/...")
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1")
		list.Stderr = os.Stderr
		out, err := list.Output()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			if fields := strings.Fields(line); len(fields) > 0 {
				g[fields[0]] = append(g[fields[0]], fields[1:]...)
			}
		}
	}
	return g, nil
})

func readGraph(t *testing.T) Graph {
	t.Helper()
	g, err := theGraph()
	require.NoError(t, err, "go list")
	require.NotEmpty(t, g[Module+"/internal/walls"], "the graph must at least hold this package and its imports")
	return g
}
