package widgets

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// files is a list of made-up files.
type files struct {
	rows int
	cell func(row, col int) Cell
}

func (f *files) Rows() int { return f.rows }

func (f *files) Cell(row, col int) Cell {
	if f.cell != nil {
		return f.cell(row, col)
	}
	return Cell{Text: fmt.Sprintf("r%dc%d", row, col)}
}

var testColumns = []Column{
	{ID: "name", Title: "Name", Width: 200, Stretch: true, Sorts: true},
	{ID: "size", Title: "Size", Width: 80, Align: fyne.TextAlignTrailing, Sorts: true},
	{ID: "modified", Title: "Modified", Width: 130},
	{ID: "class", Title: "Class", Width: 90},
	{ID: "encryption", Title: "Encryption", Width: 120},
	{ID: "state", Title: "State", Width: 100, Align: fyne.TextAlignCenter},
}

// desk is a window with a table, a clock and a keyboard held by the test.
type desk struct {
	*RowTable
	t      testing.TB
	window fyne.Window
	now    time.Time
	mods   fyne.KeyModifier
	src    *files
	opened []int
	menus  []int
	keys   []fyne.KeyName
	told   int
}

func newDesk(t testing.TB, rows int) *desk {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(NewTheme(preferences.AppearanceLight))
	d := &desk{t: t, now: time.Unix(1_000_000, 0), src: &files{rows: rows}}
	d.RowTable = NewRowTable(testColumns, d.src)
	d.Now = func() time.Time { return d.now }
	d.Modifiers = func() fyne.KeyModifier { return d.mods }
	d.OnActivate = func(row int) { d.opened = append(d.opened, row) }
	d.OnMenu = func(row int, _ fyne.Position) { d.menus = append(d.menus, row) }
	d.OnKey = func(k fyne.KeyName, _ fyne.KeyModifier) { d.keys = append(d.keys, k) }
	d.OnSelect = func() { d.told++ }
	d.window = test.NewTempWindow(t, d.RowTable)
	d.window.SetPadded(false)
	d.window.Resize(fyne.NewSize(900, 400))
	return d
}

// at is the middle of row in the body.
func (d *desk) at(row int) fyne.Position {
	return fyne.NewPos(60, d.view.y(row)+d.view.row/2)
}

func (d *desk) press(row int, button desktop.MouseButton, mods fyne.KeyModifier) {
	d.pressAt(d.at(row), button, mods)
}

func (d *desk) pressAt(p fyne.Position, button desktop.MouseButton, mods fyne.KeyModifier) {
	point := fyne.PointEvent{Position: p, AbsolutePosition: p.AddXY(0, headerHeight())}
	ev := &desktop.MouseEvent{PointEvent: point, Button: button, Modifier: mods}
	d.body.MouseDown(ev)
	d.body.MouseUp(ev)
	switch button {
	case desktop.MouseButtonPrimary:
		d.body.Tapped(&point)
	case desktop.MouseButtonSecondary:
		d.body.TappedSecondary(&point)
	}
}

// click is a single click: the clock runs on so that two are no double click.
func (d *desk) click(row int, mods fyne.KeyModifier) {
	d.now = d.now.Add(time.Minute)
	d.press(row, desktop.MouseButtonPrimary, mods)
}

// key types a key as the driver would deliver it.
func (d *desk) key(name fyne.KeyName, mods fyne.KeyModifier) {
	d.mods = mods
	defer func() { d.mods = 0 }()
	if mods&ctrl != 0 {
		if name == fyne.KeyA {
			d.body.TypedShortcut(&fyne.ShortcutSelectAll{})
			return
		}
		d.body.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: mods})
		return
	}
	d.body.TypedKey(&fyne.KeyEvent{Name: name})
}

func (d *desk) selected() []int { return slices.Collect(d.Selection.All()) }

// line is what one visible row shows, cells joined by |.
func (d *desk) line(row int) string {
	first, end := d.VisibleRows()
	require.True(d.t, row >= first && row < end, "row %d is not seen, %d..%d are", row, first, end)
	var texts []string
	for i, c := range d.drawn()[row-first].cells {
		if i < len(d.placed) {
			texts = append(texts, c.text.Text)
		}
	}
	return strings.Join(texts, "|")
}

func (d *desk) drawn() []*rowObjects {
	return test.WidgetRenderer(d.body).(*bodyRenderer).rows
}

// shot writes what the window shows to a file named by SHOTS, if it is set.
func shot(t testing.TB, w fyne.Window, name string) {
	t.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	require.NoError(t, os.MkdirAll(dir, 0o700))
	f, err := os.Create(filepath.Join(dir, name+".png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, w.Canvas().Capture()))
	require.NoError(t, f.Close())
}

var hanFiles = []struct {
	name, size, when, class, enc, state string
	role                                Role
	part                                float64
}{
	{"報告（第三季）最終版.pdf", "1.2 MB", "2026-11-22 14:03", "STANDARD", "SSE-KMS twcc-k1", "Verified", RoleGood, -1},
	{"raw.parquet", "48.1 GB", "2026-11-20 09:12", "STANDARD", "(not loaded)", "48 %", RoleNormal, 0.48},
	{"衛生福利部中央健康保險署去識別化資料集-二〇二六年十一月-鈺瑋堃-very-long-name-which-does-not-fit-anywhere-at-all.csv.gz.age", "4 KB", "2026-11-19 18:40", "GLACIER_IR", "none", "Not encrypted", RoleBad, -1},
	{"evil\u202egnp.exe\nnext", "12 B", "2026-11-19 18:40", "STANDARD", "SSE-S3", "Another key", RoleWarn, -1},
	{"q3/", "", "", "", "", "", RoleMuted, -1},
}

func hanCell(row, col int) Cell {
	f := hanFiles[row%len(hanFiles)]
	switch col {
	case 0:
		if strings.HasSuffix(f.name, "/") {
			return Cell{Text: f.name, Icon: theme.FolderIcon(), Bold: true}
		}
		return Cell{Text: f.name, Icon: theme.FileIcon()}
	case 1:
		return Cell{Text: f.size}
	case 2:
		return Cell{Text: f.when, Role: RoleMuted}
	case 3:
		return Cell{Text: f.class}
	case 4:
		return Cell{Text: f.enc, Role: f.role}
	default:
		if f.part >= 0 {
			return Cell{Text: f.state, Bar: true, Part: f.part}
		}
		return Cell{Text: f.state, Role: f.role, Bold: f.role == RoleBad}
	}
}
