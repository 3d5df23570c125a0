package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
)

// narrows makes the table of the desk as wide as asked, with columns that give way.
func narrows(t *testing.T, width float32) *desk {
	t.Helper()
	d := newDesk(t, 3)
	d.SetColumns([]Column{
		{ID: "name", Title: "Name", Width: 200, Min: 120, Stretch: true},
		{ID: "state", Title: "State", Width: 150},
		{ID: "speed", Title: "Speed", Width: 80, Min: 60, Yields: 2},
		{ID: "where", Title: "Where", Width: 120, Min: 100, Yields: 1},
	})
	d.resizeTable(width)
	return d
}

func (d *desk) resizeTable(width float32) { d.Resize(fyne.NewSize(width, 300)) }

func (d *desk) shown() (ids []string) {
	for _, p := range d.placed {
		ids = append(ids, d.columns[p.col].ID)
	}
	return ids
}

func TestInANarrowTableColumnsGiveWayDownToTheirLeast(t *testing.T) {
	d := narrows(t, 490)
	assert.Equal(t, []string{"name", "state", "speed", "where"}, d.shown())
	assert.InDelta(t, 490, d.wide, 0.1)
	assert.InDelta(t, 200-80*60.0/120, d.placed[0].w, 0.1, "each gives of what it has")
	assert.InDelta(t, 150, d.placed[1].w, 0.1, "one without a least keeps its width")
	assert.False(t, d.hbar.Visible())
}

func TestWhereNotEvenThatFitsTheLeastImportantColumnIsLeftOut(t *testing.T) {
	d := narrows(t, 400)
	assert.Equal(t, []string{"name", "state", "speed"}, d.shown())
	assert.InDelta(t, 400, d.wide, 0.1)
	d.resizeTable(300)
	assert.Equal(t, []string{"name", "state"}, d.shown())
	d.resizeTable(200)
	assert.Equal(t, []string{"name", "state"}, d.shown(), "the others stay, and the table scrolls")
	assert.True(t, d.hbar.Visible())
	d.resizeTable(700)
	assert.Equal(t, []string{"name", "state", "speed", "where"}, d.shown(), "with room all come back")
}

func TestAColumnThatTheUserWidenedStaysSoAndTheTableScrolls(t *testing.T) {
	d := narrows(t, 490)
	d.resizeColumn(0, 400)
	assert.Equal(t, []string{"name", "state", "speed", "where"}, d.shown(), "nothing vanishes under the hand")
	assert.InDelta(t, 400, d.placed[0].w, 0.1)
	assert.InDelta(t, 60, d.placed[2].w, 0.1)
	assert.True(t, d.hbar.Visible())
}
