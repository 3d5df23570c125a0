package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*Fold)(nil)

// Fold hides what few people need behind a title. The dialog it is in grows with
// it, and scrolls to what there is no room for.
type Fold struct {
	widget.BaseWidget
	head    *Button
	content fyne.CanvasObject
	open    bool
}

// NewFold makes a closed one.
func NewFold(title string, content fyne.CanvasObject) *Fold {
	f := &Fold{content: content}
	f.head = NewButton(title, theme.MenuDropDownIcon(), func() { f.set(!f.open) })
	f.head.Alignment, f.head.Importance = widget.ButtonAlignLeading, widget.LowImportance
	content.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// Open shows the content.
func (f *Fold) Open() { f.set(true) }

// IsOpen tells whether the content is shown.
func (f *Fold) IsOpen() bool { return f.open }

func (f *Fold) set(open bool) {
	if open == f.open {
		return
	}
	f.open = open
	setVisible(f.content, open)
	icon := theme.MenuDropDownIcon()
	if open {
		icon = theme.MenuDropUpIcon()
	}
	f.head.SetIcon(icon)
	f.Refresh()
	if d := dialogOf(f); d != nil {
		d.Relayout()
		if open {
			d.ScrollTo(f)
		}
	}
}

// CreateRenderer is called by the toolkit.
func (f *Fold) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(NewColumn(0, container.NewBorder(nil, nil, f.head, nil), f.content))
}
