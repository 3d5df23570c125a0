package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

type walk struct {
	*PathBar
	window fyne.Window
	went   []string
	picked []int
}

func newWalk(t *testing.T, width float32, segments ...string) *walk {
	t.Helper()
	p := &walk{PathBar: NewPathBar("s3://bucket/folder")}
	p.OnGo = func(text string) { p.went = append(p.went, text) }
	p.OnSegment = func(i int) { p.picked = append(p.picked, i) }
	p.window = room(t, preferences.AppearanceLight, fyne.NewSize(width, 120))
	p.window.SetContent(container.NewVBox(p.PathBar))
	p.SetPath(segments, "s3://reports/2026/11/")
	return p
}

// shown are the texts of the visible segments.
func (p *walk) shown() []string {
	var texts []string
	for _, c := range test.WidgetRenderer(p.PathBar).(*pathRenderer).crumbs {
		if c.Visible() {
			texts = append(texts, c.text)
		}
	}
	return texts
}

func TestAClickOnASegmentPicksIt(t *testing.T) {
	p := newWalk(t, 800, "TWCC prod", "reports", "2026", "11月")
	assert.Equal(t, []string{"TWCC prod", "reports", "2026", "11月"}, p.shown())
	shot(t, p.window, "pathbar")
	for i, c := range test.WidgetRenderer(p.PathBar).(*pathRenderer).crumbs[:4] {
		test.TapCanvas(p.window.Canvas(), c.Position().AddXY(8, 8))
		assert.Equal(t, i, p.picked[i])
	}
	assert.False(t, p.Editing())
}

func TestAClickBesideTheSegmentsEditsThePathAsText(t *testing.T) {
	p := newWalk(t, 800, "a", "b")
	test.TapCanvas(p.window.Canvas(), fyne.NewPos(700, 10))
	require.True(t, p.Editing())
	assert.Empty(t, p.shown())
	assert.Same(t, p.entry, p.window.Canvas().Focused())
	assert.Equal(t, "s3://reports/2026/11/", p.entry.SelectedText())
	shot(t, p.window, "pathbar-edit")
	test.Type(p.entry, "s3://logs")
	typeKey(p.window, fyne.KeyReturn)
	assert.Equal(t, []string{"s3://logs"}, p.went)
	assert.False(t, p.Editing())
	assert.Nil(t, p.window.Canvas().Focused())
}

func TestEscAndLeavingTheFieldGoNowhere(t *testing.T) {
	p := newWalk(t, 800, "a", "b")
	p.Edit()
	test.Type(p.entry, "x")
	typeKey(p.window, fyne.KeyEscape)
	assert.False(t, p.Editing())
	assert.Equal(t, []string{"a", "b"}, p.shown())

	p.Edit()
	assert.Equal(t, "s3://reports/2026/11/", p.entry.Text, "what was given up is forgotten")
	p.window.Canvas().Unfocus()
	assert.False(t, p.Editing())
	assert.Empty(t, p.went)
}

func TestALongPathShowsItsEnd(t *testing.T) {
	p := newWalk(t, 320, "TWCC prod", "reports", "a folder with a long name", "二〇二六年", "十一月", "q3")
	shown := p.shown()
	assert.Equal(t, ellipsis, shown[0])
	assert.Equal(t, "q3", shown[len(shown)-1])
	shot(t, p.window, "pathbar-narrow")
	crumbs := test.WidgetRenderer(p.PathBar).(*pathRenderer).crumbs
	for _, c := range crumbs[:len(shown)] {
		assert.LessOrEqual(t, c.Position().X+c.Size().Width, float32(320))
	}
	test.Tap(crumbs[0])
	assert.Equal(t, 6-len(shown), p.picked[0], "the ellipsis leads to the last segment it hides")
}
