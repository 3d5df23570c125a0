package walls

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An arrow between two rooms is a decision: it is drawn where people look
// before they build, in the commit that makes it.
func TestTheArrowsBetweenTheRoomsAreThoseDrawnInTheArchitecture(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	drawn, err := ReadDrawing(string(page))
	require.NoError(t, err)
	require.NotEmpty(t, drawn)
	for _, difference := range readGraph(t).Arrows().Differ(drawn) {
		t.Error(difference)
	}
}

const drawing = "# A house\n```arrows\nprograms\n  cmd -> ui,\n         words\n  ui  -> words\n```\nand so on\n"

func TestADrawingIsReadAsPeopleReadIt(t *testing.T) {
	drawn, err := ReadDrawing(drawing)
	require.NoError(t, err)
	assert.Equal(t, Arrows{"cmd": {"ui", "words"}, "ui": {"words"}}, drawn)

	_, err = ReadDrawing("no picture")
	require.ErrorContains(t, err, "```arrows")
	_, err = ReadDrawing("\n```arrows\nui -> words\nui -> store\n```\n")
	require.ErrorContains(t, err, "ui has two lines")
}

func TestAnArrowThatIsNotDrawnFailsAndSoDoesOneDrawnInVain(t *testing.T) {
	drawn, err := ReadDrawing(drawing)
	require.NoError(t, err)
	there := Graph{
		Module + "/cmd":   {Module + "/ui", Module + "/words", Module + "/ui", "strings"},
		Module + "/ui":    {Module + "/words", "example.org/toolkit"},
		Module + "/words": nil,
		Module + "/store": nil,
	}
	assert.Empty(t, there.Arrows().Differ(drawn), "what is outside the house is not drawn")

	there[Module+"/ui"] = []string{Module + "/store"}
	assert.Equal(t, []string{
		"ui -> store is imported and not drawn: take the import out, or draw it under Arrows in docs/ARCHITECTURE.md",
		"ui -> words is drawn and not imported: take it out of docs/ARCHITECTURE.md",
	}, there.Arrows().Differ(drawn))
}
