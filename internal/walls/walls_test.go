package walls

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoRoomReachesThroughAWall(t *testing.T) {
	g := readGraph(t)
	for _, wall := range Walls {
		t.Run(strings.Join(wall.Rooms, ","), func(t *testing.T) {
			assert.Empty(t, wall.Breaches(g))
		})
	}
}

func TestEveryWallStandsWhereItSaysAndSaysWhy(t *testing.T) {
	g := readGraph(t)
	for _, wall := range Walls {
		assert.Empty(t, wall.Vanished(g), "these patterns of the wall match no package any more: correct the wall")
		assert.NotEmpty(t, wall.Because, "%v", wall.Rooms)
		assert.NotEmpty(t, wall.Rooms)
		assert.NotEmpty(t, wall.Never)
	}
}

// houseOnPaper is a small graph: the screen reaches a database by a detour.
func houseOnPaper() Graph {
	return Graph{
		Module + "/ui":          {Module + "/ui/parts", "strings"},
		Module + "/ui/parts":    {Module + "/words"},
		Module + "/words":       {Module + "/deep"},
		Module + "/deep":        {"example.org/db/driver"},
		Module + "/other":       {"strings"},
		"example.org/db/driver": {"net"},
		"strings":               nil,
		"net":                   nil,
	}
}

func TestADetourThroughAWallIsFoundWithItsChain(t *testing.T) {
	wall := Wall{Rooms: []string{"ui/..."}, Never: []string{"example.org/db/..."}, Because: "the screen asks"}
	breaches := wall.Breaches(houseOnPaper())
	require.Len(t, breaches, 2, "both the room and the one inside it")
	assert.Equal(t, Module+"/ui -> "+Module+"/ui/parts -> "+Module+"/words -> "+Module+
		"/deep -> example.org/db/driver (because the screen asks)", breaches[0])
	assert.True(t, strings.HasPrefix(breaches[1], Module+"/ui/parts -> "))
}

func TestPatternsMeanWhatTheySay(t *testing.T) {
	g := houseOnPaper()
	count := func(w Wall) int { return len(w.Breaches(g)) }

	assert.Equal(t, 1, count(Wall{Rooms: []string{"ui"}, Never: []string{"example.org/..."}}), "a bare name is that room alone")
	assert.Equal(t, 4, count(Wall{Rooms: []string{"..."}, Never: []string{Outside}}), "every room but the innocent one")
	assert.Equal(t, 4, count(Wall{Rooms: []string{"..."}, Never: []string{"std/net"}}), "also through other people's packages")
	assert.Equal(t, 2, count(Wall{Rooms: []string{"..."}, Never: []string{Outside}, Except: []string{"ui/..."}}))
	assert.Equal(t, 0, count(Wall{Rooms: []string{"..."}, Never: []string{Outside}, Open: []string{"example.org/db/..."}}), "a door in the wall")
	assert.Equal(t, 4, count(Wall{Rooms: []string{"..."}, Never: []string{Outside}, Open: []string{"example.org/sql"}}), "and none beside it")
	assert.Equal(t, 0, count(Wall{Rooms: []string{"other"}, Never: []string{Outside}}), "the standard library is not outside")
	assert.Equal(t, 0, count(Wall{Rooms: []string{"..."}, Never: []string{"example.org/d/..."}}), "no half names")
	assert.Equal(t, 0, count(Wall{Rooms: []string{"..."}, Never: []string{"net"}}), "a room called net is not the standard library's")
}

func TestAWallNamingAVanishedPackageFails(t *testing.T) {
	g := houseOnPaper()
	whole := Wall{Rooms: []string{"ui/..."}, Never: []string{"example.org/db/...", "std/net", Outside}, Except: []string{"other"}}
	assert.Empty(t, whole.Vanished(g))

	moved := Wall{Rooms: []string{"ui/...", "screen"}, Never: []string{"example.org/sql/...", "std/net/http"}, Except: []string{"elsewhere/..."}}
	assert.Equal(t, []string{"screen", "example.org/sql/...", "std/net/http", "elsewhere/..."}, moved.Vanished(g))
}
