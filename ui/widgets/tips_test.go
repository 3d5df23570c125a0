package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// The test driver's animations end at once, so a tip is there without waiting.

// tips are the texts of the tips in a layer.
func tips(layer *fyne.Container) []string {
	var texts []string
	for _, o := range layer.Objects {
		texts = append(texts, o.(*fyne.Container).Objects[1].(*Note).Text())
	}
	return texts
}

func pointer(x, y float32) *desktop.MouseEvent {
	p := fyne.NewPos(x, y)
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p, AbsolutePosition: p}}
}

func TestATipIsShownWhileThePointerRests(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	b := NewToolButton("Delete", nil, "Delete the selected files", func() {})
	area := WithTips(container.NewVBox(b)).(*tipArea)
	w.SetContent(area)
	b.MouseIn(pointer(20, 10))
	assert.Equal(t, []string{"Delete the selected files"}, tips(area.layer))
	shot(t, w, "tip")
	b.MouseOut()
	assert.Empty(t, tips(area.layer))

	b.DisableBecause("Select something first.")
	b.MouseIn(pointer(290, 195))
	assert.Equal(t, []string{"Select something first."}, tips(area.layer))
	tip := area.layer.Objects[0]
	assert.LessOrEqual(t, tip.Position().X+tip.Size().Width, float32(300), "in sight at the right edge")
	assert.LessOrEqual(t, tip.Position().Y+tip.Size().Height, float32(195), "above the pointer at the bottom")
	b.MouseOut()

	b.Enable()
	b.MouseIn(pointer(20, 10))
	b.Tapped(nil)
	assert.Empty(t, tips(area.layer), "a press takes the tip away")
}

func TestATipInADialogIsDrawnThere(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	w.SetContent(WithTips(container.NewVBox()))
	d := ShowDialog(w, DialogParams{Title: "t", Content: NewEntry(), Actions: []Action{{Label: "Save", Default: true}}})
	d.Enable(0, "The name is empty.")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.buttons[0])
	d.buttons[0].MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: at}})
	require.Equal(t, []string{"The name is empty."}, tips(d.tips))
	shot(t, w, "tip-dialog")
	assert.Empty(t, tips(w.Content().(*tipArea).layer))
}

func TestAWindowWithoutTipsShowsNone(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	b := NewToolButton("b", nil, "tip", nil)
	w.SetContent(b)
	b.MouseIn(pointer(20, 10))
	b.MouseOut()
	assert.Nil(t, b.tips.layer)
}

func TestACutCellTellsAllOfItsText(t *testing.T) {
	d := newDesk(t, 40)
	d.src.cell = hanCell
	area := WithTips(d.RowTable).(*tipArea)
	d.window.SetContent(area)
	over := func(row int) {
		ev := pointer(200, d.at(row).Y)
		ev.AbsolutePosition.Y += headerHeight()
		d.body.MouseMoved(ev)
	}
	over(0)
	assert.Empty(t, tips(area.layer), "a text seen whole needs no tip")
	over(2)
	assert.Equal(t, []string{hanFiles[2].name}, tips(area.layer))
	shot(t, d.window, "tip-table")
	d.body.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: d.at(2)}, Scrolled: fyne.NewDelta(0, -10)})
	assert.Empty(t, tips(area.layer))
	over(7)
	over(8)
	assert.Empty(t, tips(area.layer))
	over(7)
	d.body.MouseOut()
	assert.Empty(t, tips(area.layer))
}
