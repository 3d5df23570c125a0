package ui

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

func TestTheWindowOpensWithASizeThatFitsTheScreen(t *testing.T) {
	nan, infinite := float32(math.NaN()), float32(math.Inf(1))
	first := fyne.NewSize(firstWidth, firstHeight)
	for _, c := range []struct{ saved, screen, want fyne.Size }{
		{fyne.NewSize(900, 600), fyne.NewSize(1280, 900), fyne.NewSize(900, 600)},
		{fyne.NewSize(3800, 2100), fyne.NewSize(1280, 900), fyne.NewSize(1280, 900-titleBar)},
		{fyne.NewSize(3800, 2100), fyne.Size{}, fyne.NewSize(3800, 2100)},
		{fyne.Size{}, fyne.NewSize(1000, 700), fyne.NewSize(1000, 700-titleBar)},
		{fyne.NewSize(nan, nan), fyne.Size{}, first},
		{fyne.NewSize(-900, -600), fyne.Size{}, first},
		{fyne.NewSize(infinite, 1e30), fyne.Size{}, first},
		{fyne.NewSize(nan, 1e30), fyne.NewSize(1280, 900), first},
	} {
		s := opens(t, preferences.Window{})
		s.options.Screen = func() fyne.Size { return c.screen }
		assert.Equal(t, c.want, s.opening(c.saved), "%v on %v", c.saved, c.screen)
	}

	s := opens(t, preferences.Window{})
	s.options.Screen = func() fyne.Size { return fyne.NewSize(800, 600) }
	s.ShowRules()
	t.Cleanup(s.rules.close)
	assert.LessOrEqual(t, s.rules.window.Canvas().Size().Width, float32(800), "so do the others")
}

func TestDamagedPreferencesOpenTheWindowAsIfThereWereNone(t *testing.T) {
	nan := math.NaN()
	s := opens(t, preferences.Window{
		Size: preferences.Size{Width: float32(nan), Height: -3}, SidebarShare: nan, ObjectsShare: 7,
		Columns: []preferences.Column{{ID: columnSize, Width: float32(math.Inf(1))}, {ID: columnClass, Width: float32(nan)}},
	})
	assert.InDelta(t, sidebarShare, s.main.sides.Offset, 0.001)
	assert.InDelta(t, transfersShare, s.main.rows.Offset, 0.001)
	for _, c := range s.main.objects.table.Columns() {
		assert.Less(t, c.Width, float32(1000), c.ID)
	}
	s.goTo("reports/2026/")
	s.window.Canvas().Capture()
}

// over is the middle of a row on the canvas.
func over(t *testing.T, table *widgets.RowTable, row int) fyne.Position {
	t.Helper()
	for y := float32(0); y < 1000; y += 5 {
		for x := float32(0); x < 1400; x += 100 {
			if at, in := table.RowAt(fyne.NewPos(x, y)); in && at == row {
				return fyne.NewPos(x, y)
			}
		}
	}
	t.Fatalf("row %d is nowhere", row)
	return fyne.Position{}
}

func TestADropLandsOnTheFolderOrBucketUnderThePointerAndSaysSo(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	require.True(t, s.state.Browser.Object(0).IsFolder)
	file := len(s.rowsShown()) - 1
	require.False(t, s.state.Browser.Object(file).IsFolder)
	for _, c := range []struct {
		at   fyne.Position
		want string
	}{
		{over(t, s.main.objects.table, 0), "Upload 1 file (3 B) to s3://reports/2026/11/"},
		{over(t, s.main.objects.table, file), "Upload 1 file (3 B) to s3://reports/2026/"},
		{over(t, s.main.objects.table, -1), "Upload 1 file (3 B) to s3://reports/2026/"},
		{over(t, s.main.buckets.table, 0), "Upload 1 file (3 B) to s3://photos"},
		{fyne.NewPos(2, 2), "Upload 1 file (3 B) to s3://reports/2026/"},
	} {
		s.OnDropped(c.at, []fyne.URI{storage.NewFileURI(s.file("a.csv", 3))})
		s.loop.Pump()
		assert.Equal(t, c.want, s.confirm.model.Headline())
		s.press("Cancel")
	}
	s.goTo("/")
	s.OnDropped(fyne.NewPos(2, 2), []fyne.URI{storage.NewFileURI(s.file("a.csv", 3))})
	assert.Equal(t, "Open a bucket first.", s.main.status.said.Text)
	s.OnDropped(over(t, s.main.buckets.table, 0), []fyne.URI{storage.NewFileURI(s.file("a.csv", 3))})
	s.loop.Pump()
	s.press("Upload")
	s.waitIdle()
	assert.Contains(t, s.store.Names("photos"), "a.csv")
}

func (s *screen) rowsShown() (names []string) {
	for row := range s.state.Browser.Rows() {
		names = append(names, s.state.Browser.Row(row).Name)
	}
	return names
}

func TestAClickOnTheBucketThatIsOpenShowsItsRoot(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/11/")
	s.main.buckets.table.OnClick(1)
	s.loop.Pump()
	assert.Equal(t, client.Location{Bucket: "reports"}, s.state.Browser.At())
}

func TestRulesAreImportedAboveTheirOwnWindow(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.ShowRules()
	w := s.rules
	t.Cleanup(w.close)
	s.picker.err = ErrNoPicker
	w.importRules()
	s.loop.Pump()
	assert.Equal(t, 0, s.overlays())
	assert.NotNil(t, w.window.Canvas().Overlays().Top(), "the question lies over the window that asked")
	w.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	assert.Nil(t, w.window.Canvas().Overlays().Top())
	s.picker.err = assert.AnError
	w.exportRules()
	s.loop.Pump()
	assert.Equal(t, 0, s.overlays())
	assert.NotNil(t, w.window.Canvas().Overlays().Top(), "and so does what went wrong")
}

func TestF5WorksWhereverTheKeyboardIs(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	for name, focus := range map[string]fyne.Focusable{
		"nothing": nil, "objects": s.main.objects.table.Focusable(), "buckets": s.main.buckets.table.Focusable(),
		"filter": s.main.filter.entry, "a tool": s.main.path.buttons[0], "transfers": s.main.transfers.table.Focusable(),
	} {
		before := len(s.store.Asked())
		f5 := &fyne.KeyEvent{Name: fyne.KeyF5}
		if focus == nil {
			s.window.Canvas().Unfocus()
			s.window.Canvas().OnTypedKey()(f5)
		} else {
			focus.TypedKey(f5)
		}
		s.loop.Pump()
		assert.Greater(t, len(s.store.Asked()), before, name)
	}
	s.main.path.Edit()
	before := len(s.store.Asked())
	s.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	s.loop.Pump()
	assert.Greater(t, len(s.store.Asked()), before, "the path that is typed")
}
