package walls

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is linked in is named with its licence, and nothing is named which is
// no longer used.
func TestNoticeNamesEveryModuleOfGoMod(t *testing.T) {
	read := func(name string, pattern string) []string {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		require.NoError(t, err)
		var found []string
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, match[1])
		}
		slices.Sort(found)
		return found
	}
	required := read("go.mod", `(?m)^\t(\S+) v\S+`)
	require.NotEmpty(t, required)
	assert.Equal(t, required, read("NOTICE", `(?m)^  (\S+\.\S+/\S+) +\S`))
}
