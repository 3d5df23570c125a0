package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// The look of the table in each of its states. When a change is meant, look at
// the difference to testdata/failed, then adopt it.

func TestTheTableLooksAsBefore(t *testing.T) {
	states := map[string]func(*desk){
		"empty": func(d *desk) {
			d.src.rows = 0
			d.SetPlaceholder(theme.FolderOpenIcon(), "This folder is empty", "Drop files here.", "Upload…", func() {})
		},
		"rows":     func(d *desk) { d.SetSort(1, false) },
		"selected": func(d *desk) { d.click(1, 0); d.click(2, shift) },
		"sideways": func(d *desk) { d.window.Resize(fyne.NewSize(320, 150)); d.scrollXBy(60) },
	}
	for name, arrange := range states {
		d := newDesk(t, 40)
		d.src.cell = hanCell
		d.window.Resize(fyne.NewSize(760, 180))
		arrange(d)
		d.Refresh()
		test.AssertObjectRendersToMarkup(t, "rowtable/"+name+".xml", d.RowTable)
	}
}

func TestTheOtherWidgetsLookAsBefore(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(420, 300))
	field := NewField("Key", NewEntry(), "A bare ID, an ARN or an alias.")
	field.SetError("這不是金鑰 ID。")
	path := NewPathBar("")
	path.SetPath([]string{"TWCC prod", "reports", "11月"}, "")
	for name, o := range map[string]fyne.CanvasObject{
		"field/error": field, "pathbar/segments": path, "badge/good": NewBadge("已驗證", RoleGood),
		"copyvalue/key": NewCopyValue("KMS key", "arn:aws:kms:x", "Copy"),
	} {
		w.SetContent(NewColumn(0, o))
		test.AssertObjectRendersToMarkup(t, name+".xml", o)
	}
}
