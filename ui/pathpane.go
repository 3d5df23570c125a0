package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// pathPane is back, forward, up and the path bar.
type pathPane struct {
	ui      *UI
	steps   *fyne.Container
	bar     *widgets.PathBar
	buttons []*widgets.ToolButton
	actions []*action
	crumbs  []browser.Crumb
}

func newPathPane(u *UI) *pathPane {
	p := &pathPane{ui: u, bar: widgets.NewPathBar("s3://BUCKET/FOLDER"), steps: container.NewHBox()}
	for _, a := range []*action{u.actions.back, u.actions.forward, u.actions.up} {
		b := widgets.NewFlatButton("", a.icon, a.label, func() { u.perform(a) })
		p.buttons, p.actions = append(p.buttons, b), append(p.actions, a)
		p.steps.Add(b)
	}
	p.bar.OnSegment = func(i int) {
		if i < len(p.crumbs) {
			u.state.Browser.Open(p.crumbs[i].At)
		}
	}
	p.bar.OnGo = func(text string) {
		if err := u.state.Browser.GoTo(text); err != nil {
			u.ShowProblem(explain.Error(err))
			return
		}
		u.main.objects.table.RequestFocus()
	}
	return p
}

// Edit turns the path into a text field.
func (p *pathPane) Edit() { p.bar.Edit() }

func (p *pathPane) refresh() {
	for i, b := range p.buttons {
		b.EnableIf(p.actions[i].why())
	}
	crumbs := p.ui.state.Browser.Path()
	if sameCrumbs(crumbs, p.crumbs) {
		return // setting the path ends its editing
	}
	p.crumbs = crumbs
	titles := make([]string, len(crumbs))
	for i, c := range crumbs {
		titles[i] = c.Title
	}
	text := ""
	if at := p.ui.state.Browser.At(); at != (client.Location{}) {
		text = at.String()
	}
	p.bar.SetPath(titles, text)
}

func sameCrumbs(a, b []browser.Crumb) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// filterEntry narrows the rows shown. It waits for a pause in the typing, since
// a half-composed Chinese word is no filter.
type filterEntry struct {
	ui    *UI
	entry *widgets.Entry
	box   fyne.CanvasObject
}

func newFilterEntry(u *UI) *filterEntry {
	f := &filterEntry{ui: u, entry: widgets.NewEntry()}
	f.entry.PlaceHolder = i18n.T("Filter: part of a name, or *.csv")
	f.entry.Icon = theme.SearchIcon()
	f.entry.OnChanged = u.typing(u.state.Browser.SetFilter).Set
	f.entry.OnKey = func(key fyne.KeyName) bool {
		switch key {
		case fyne.KeyEscape:
			f.entry.SetText("")
			u.state.Browser.SetFilter("")
			u.main.objects.table.RequestFocus()
		case fyne.KeyReturn, fyne.KeyEnter:
			u.state.Browser.SetFilter(f.entry.Text)
			u.main.objects.table.RequestFocus()
		case fyne.KeyF5:
			u.perform(u.actions.refresh)
		default:
			return false
		}
		return true
	}
	f.box = container.New(&fixedWidth{230}, f.entry)
	return f
}

func (m *mainPane) focusFilter() { m.ui.window.Canvas().Focus(m.filter.entry) }

// refresh empties the field when another folder was opened.
func (f *filterEntry) refresh() {
	if f.ui.state.Browser.Filter() == "" && f.ui.window.Canvas().Focused() != fyne.Focusable(f.entry) && f.entry.Text != "" {
		f.entry.SetText("")
	}
}
