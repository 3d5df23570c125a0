package walls

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The one page that says where things are is read before the code; a room it
// does not name is not found, and one it names in vain misleads.
func TestArchitectureHasOneLineForEveryRoom(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Rooms\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")

	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| \\S").FindAllStringSubmatch(section, -1) {
		named = append(named, row[1])
	}
	var rooms []string
	for _, path := range readGraph(t).rooms() {
		rooms = append(rooms, strings.TrimPrefix(path, Module+"/"))
	}
	slices.Sort(named)
	assert.Equal(t, rooms, named)
}
