package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/properties"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// The window of an object's properties. Each value can be copied; what the
// server did not tell is said to be not told, never to be absent.

// propertiesWindow shows a properties.Properties.
type propertiesWindow struct {
	ui     *UI
	window fyne.Window
	model  *properties.Properties
	body   *fyne.Container // holds the tabs, or what there is instead
	tabs   *container.AppTabs
	again  *widgets.ToolButton
	badge  *widgets.Badge
	copied *widgets.Note
	gone   bool
}

const propertiesWidth, propertiesHeight float32 = 680, 480

// ShowProperties opens the properties of an object in a window of their own.
func (u *UI) ShowProperties(o client.Object) {
	switch {
	case u.state.Session() == nil:
		u.flash(i18n.T("Open an account first."))
		return
	case o.IsFolder:
		u.flash(i18n.T("A folder has no properties of its own: select an object in it."))
		return
	}
	p := &propertiesWindow{ui: u, model: u.state.Properties(o), body: container.NewStack(), copied: widgets.NewNote("", widgets.RoleMuted)}
	p.window = u.newWindow(i18n.T("Properties: %s", widgets.Printable(o.At.Base())), fyne.NewSize(propertiesWidth, propertiesHeight))
	widgets.TakeKeys(p.window.Canvas(), func(key fyne.KeyName) {
		switch key {
		case fyne.KeyEscape:
			p.close()
		case fyne.KeyF5:
			p.model.Check()
		}
	})
	p.window.SetOnClosed(p.closed)
	u.properties = p
	p.window.SetContent(widgets.WithTips(p.body))
	p.model.OnChange = p.refresh
	p.refresh()
	p.window.Show()
}

// close closes the window, once.
func (p *propertiesWindow) close() {
	if !p.gone {
		p.window.Close()
	}
}

func (p *propertiesWindow) closed() {
	p.gone = true
	p.model.Close()
	if p.ui.properties == p {
		p.ui.properties = nil
	}
}

func (p *propertiesWindow) refresh() {
	m, failed := p.model.Problem()
	switch {
	case p.model.Known():
		p.showTabs()
	case p.model.Busy():
		p.show(container.NewCenter(widget.NewLabel(i18n.T("Asking the server…"))))
	case failed:
		p.show(p.failure(m))
	}
}

func (p *propertiesWindow) show(o fyne.CanvasObject) {
	p.body.Objects = []fyne.CanvasObject{o}
	p.body.Refresh()
}

// failure says why there is nothing to show, and what to do.
func (p *propertiesWindow) failure(m explain.Message) fyne.CanvasObject {
	title := widget.NewLabelWithStyle(m.Title, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	title.Wrapping = fyne.TextWrapWord
	column := widgets.NewColumn(theme.Padding(), container.NewBorder(nil, nil, widget.NewIcon(widgets.RoleBad.Icon()), nil, title))
	for _, text := range append([]string{m.Body}, m.Hints...) {
		if text != "" {
			column.Add(widgets.NewText(text))
		}
	}
	if m.Details != "" {
		details := widgets.NewText(m.Details)
		details.TextStyle.Monospace, details.Wrapping = true, fyne.TextWrapBreak
		column.Add(widgets.NewFold(i18n.T("Details"), details))
	}
	retry := widgets.NewToolButton(i18n.T("Try again"), theme.ViewRefreshIcon(), "", p.model.Check)
	retry.Importance = widget.HighImportance
	copyAll := widgets.NewToolButton(i18n.T("Copy"), theme.ContentCopyIcon(), "", func() { p.ui.app.Clipboard().SetContent(m.Text()) })
	return container.NewPadded(container.NewBorder(nil, container.NewBorder(nil, nil, copyAll, retry), nil, nil, container.NewVScroll(column)))
}

// showTabs shows what is known, on the tab that was shown before.
func (p *propertiesWindow) showTabs() {
	at := 1 // encryption: what the window is opened for
	if p.tabs != nil {
		at = p.tabs.SelectedIndex()
	}
	p.tabs = container.NewAppTabs(
		container.NewTabItem(i18n.T("General"), p.rows(p.model.General(), "")),
		container.NewTabItem(i18n.T("Encryption"), p.encryption()),
		container.NewTabItem(i18n.T("Metadata"), p.rows(p.model.Metadata(), i18n.T("Nothing was written beside this object."))),
		container.NewTabItem(i18n.T("Tags"), p.tags()),
		container.NewTabItem(i18n.T("Raw headers"), p.rows(p.model.Headers(), i18n.T("The answer had no headers."))))
	p.tabs.SelectIndex(at)
	p.show(container.NewPadded(container.NewBorder(nil, p.copied, nil, nil, p.tabs)))
}

// rows lists values; nothing is what to say when there are none.
func (p *propertiesWindow) rows(all []explain.Property, nothing string) fyne.CanvasObject {
	column := widgets.NewColumn(0)
	for _, one := range all {
		column.Add(p.value(one))
	}
	if len(all) == 0 {
		column.Add(widgets.NewNote(nothing, widgets.RoleMuted))
	}
	return container.NewVScroll(container.NewPadded(column))
}

func (p *propertiesWindow) value(one explain.Property) fyne.CanvasObject {
	v := widgets.NewCopyValue(widgets.Printable(one.Name), "", i18n.T("Copy"))
	v.Set(widgets.Printable(one.Value), role(one.Role))
	v.OnCopied = func(string) { p.copied.Set(i18n.T("Copied: %s", widgets.Printable(one.Name)), widgets.RoleMuted) }
	return v
}

// encryption is the tab this window is opened for: how the object is stored
// and whether that is what the rules ask.
func (p *propertiesWindow) encryption() fyne.CanvasObject {
	m := p.model
	column := widgets.NewColumn(0)
	for _, one := range m.Encryption() {
		column.Add(p.value(one))
	}
	badge, r, why := m.Verdict()
	column.Add(widget.NewSeparator())
	p.badge = widgets.NewBadge(badge, role(r))
	column.Add(container.New(namedLayout{}, widgets.NewNote(i18n.T("As asked?"), widgets.RoleMuted), p.badge))
	if why != "" {
		column.Add(p.value(explain.Property{Name: i18n.T("Because"), Value: why}))
	}
	column.Add(widget.NewSeparator())
	column.Add(p.value(m.Default()))
	column.Add(p.value(m.Checked()))
	p.again = widgets.NewToolButton(i18n.T("Check again"), theme.ViewRefreshIcon(), i18n.T("Ask the server once more (F5)"), m.Check)
	if m.Busy() {
		p.again.DisableBecause(i18n.T("One moment, please."))
	}
	return container.NewBorder(nil, container.NewHBox(p.again), nil, nil, container.NewVScroll(container.NewPadded(column)))
}

func (p *propertiesWindow) tags() fyne.CanvasObject {
	all, why := p.model.Tags()
	if why.Title != "" {
		return container.NewVScroll(container.NewPadded(widgets.NewColumn(theme.Padding(),
			container.NewBorder(nil, nil, widget.NewIcon(widgets.RoleWarn.Icon()), nil,
				widgets.NewNote(i18n.T("The tags could not be read: %s", why.Title), widgets.RoleWarn)),
			widgets.NewText(strings.Join(why.Hints, "\n")))))
	}
	return p.rows(all, i18n.T("This object has no tags."))
}

// namedLayout places a name and something beside it as a row of values does.
type namedLayout struct{}

const nameWidth float32 = 170

func (namedLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(nameWidth, size.Height))
	o[1].Move(fyne.NewPos(nameWidth, 0))
	o[1].Resize(fyne.NewSize(max(0, size.Width-nameWidth), size.Height))
}

func (namedLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(nameWidth+o[1].MinSize().Width, max(o[0].MinSize().Height, o[1].MinSize().Height))
}
