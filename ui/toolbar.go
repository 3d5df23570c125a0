package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// toolBar is the account selector and the buttons.
type toolBar struct {
	ui       *UI
	content  fyne.CanvasObject
	accounts *widgets.Select
	buttons  []*widgets.ToolButton
	actions  []*action
}

func newToolBar(u *UI) *toolBar {
	t := &toolBar{ui: u}
	t.accounts = widgets.NewSelect(nil, func(name string) {
		for _, a := range u.state.Accounts.All() {
			if a.Name == name && a.ID != u.state.Current() {
				u.state.Open(a.ID)
			}
		}
	})
	t.accounts.PlaceHolder = i18n.T("(no account)")
	a := &u.actions
	add := t.button(a.addAccount, false)
	row := container.NewHBox(
		container.New(&fixedWidth{170}, t.accounts), add, widget.NewSeparator(),
		t.button(a.upload, true), t.button(a.download, true), t.button(a.newFolder, true), t.button(a.remove, true),
		widget.NewSeparator(), t.button(a.refresh, true), t.button(a.properties, true), layout.NewSpacer())
	t.content = row
	return t
}

// button is an action as a button; without text it shows its icon only.
func (t *toolBar) button(a *action, text bool) *widgets.ToolButton {
	label := ""
	if text {
		label = strings.TrimSuffix(a.label, "…")
	}
	b := widgets.NewFlatButton(label, a.icon, a.label, func() { t.ui.perform(a) })
	b.OnRefused = t.ui.flash
	t.buttons, t.actions = append(t.buttons, b), append(t.actions, a)
	return b
}

func (t *toolBar) refresh() {
	for i, b := range t.buttons {
		b.EnableIf(t.actions[i].why())
	}
	var names []string
	current := ""
	for _, a := range t.ui.state.Accounts.All() {
		names = append(names, a.Name)
		if a.ID == t.ui.state.Current() {
			current = a.Name
		}
	}
	if strings.Join(names, "\n") != strings.Join(t.accounts.Options, "\n") {
		t.accounts.SetOptions(names)
	}
	if t.accounts.Selected != current {
		t.accounts.Selected = current // SetSelected would open it
		t.accounts.Refresh()
	}
}

// fixedWidth gives its objects a width, whatever their texts.
type fixedWidth struct{ width float32 }

func (l *fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

func (l *fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range objects {
		h = max(h, o.MinSize().Height)
	}
	return fyne.NewSize(l.width, h)
}
