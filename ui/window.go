package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// mainPane is what the main window holds.
type mainPane struct {
	ui        *UI
	tools     *toolBar
	path      *pathPane
	filter    *filterEntry
	buckets   *bucketPane
	objects   *objectPane
	transfers *transferPane
	status    *statusBar

	sides *container.Split // buckets | objects
	rows  *container.Split // sides above transfers
	body  *fyne.Container  // holds rows, or sides alone while there are no transfers
}

const (
	firstWidth, firstHeight float32 = 1120, 720
	sidebarShare                    = 0.2
	transfersShare                  = 0.68
)

// build fills the main window, in the language in force.
func (u *UI) build() {
	u.makeActions()
	m := &mainPane{ui: u}
	m.tools = newToolBar(u)
	m.path = newPathPane(u)
	m.filter = newFilterEntry(u)
	m.buckets = newBucketPane(u)
	m.objects = newObjectPane(u)
	m.transfers = newTransferPane(u)
	m.status = newStatusBar()

	p := u.state.Preferences
	m.sides = container.NewHSplit(m.buckets.content, m.objects.content)
	m.sides.SetOffset(orElse(p.SidebarShare, sidebarShare))
	m.rows = container.NewVSplit(widget.NewLabel(""), widget.NewLabel(""))
	m.rows.SetOffset(orElse(p.ObjectsShare, transfersShare))
	m.body = container.NewStack(m.sides)
	u.main = m

	second := container.NewBorder(nil, nil, m.path.steps, m.filter.box, m.path.bar)
	content := container.NewBorder(
		container.NewVBox(m.tools.content, second, widget.NewSeparator()),
		container.NewVBox(widget.NewSeparator(), m.status.content), nil, nil, m.body)
	u.window.SetMainMenu(u.mainMenu())
	u.window.SetContent(widgets.WithTips(content))
	u.window.Resize(u.opening(fyne.NewSize(p.Size.Width, p.Size.Height)))
	u.refreshTransfers()
	u.refreshBrowser()
}

// opening is the size the window opens with: the one it was left with, or the
// program's where that is no size of a window (a damaged file, nothing saved),
// and no more than the screen has room for.
func (u *UI) opening(saved fyne.Size) fyne.Size {
	usual := func(v, other float32) float32 {
		if v >= 1 && v <= widestScreen { // false for what is no number
			return v
		}
		return other
	}
	return u.fitting(fyne.NewSize(usual(saved.Width, firstWidth), usual(saved.Height, firstHeight)))
}

// fitting is a size of a window, no more than the screen has room for.
func (u *UI) fitting(size fyne.Size) fyne.Size {
	if u.options.Screen == nil {
		return size
	}
	pixels, scale := u.options.Screen(), u.window.Canvas().Scale()
	if pixels.Width < 1 || pixels.Height < 1 || scale <= 0 {
		return size
	}
	room := fyne.NewSize(pixels.Width/scale, pixels.Height/scale-titleBar)
	return size.Min(room)
}

const (
	widestScreen float32 = 16_384 // nobody's is wider
	titleBar     float32 = 32     // of the system's, around the window
)

func orElse(v, other float64) float64 {
	if v > 0 && v < 1 {
		return v
	}
	return other
}

// refresh draws what belongs to no pane alone.
func (u *UI) refresh() {
	if u.main == nil {
		return
	}
	u.main.tools.refresh()
	u.main.status.set(u.state.Status())
	u.refreshMenu()
}

func (u *UI) refreshBrowser() {
	if u.main == nil {
		return
	}
	u.main.buckets.refresh()
	u.main.objects.refresh()
	u.main.path.refresh()
	u.main.filter.refresh()
	u.window.SetTitle(u.state.Browser.Title())
	u.rules.browserChanged()
	u.refresh()
}

// refreshTransfers shows the transfers below, and gives their place away while
// there are none and nothing is to be said of them.
func (u *UI) refreshTransfers() {
	if u.main == nil {
		return
	}
	m := u.main
	shown := m.body.Objects[0] == fyne.CanvasObject(m.rows)
	switch any := u.state.Transfers.Rows() > 0 || len(u.state.Transfers.Notices()) > 0; {
	case any && !shown:
		m.rows.Leading, m.rows.Trailing = m.sides, m.transfers.content
		m.rows.Refresh()
		m.body.Objects = []fyne.CanvasObject{m.rows}
		m.body.Refresh()
	case !any && shown:
		m.rows.Leading, m.rows.Trailing = widget.NewLabel(""), widget.NewLabel("")
		m.body.Objects = []fyne.CanvasObject{m.sides}
		m.body.Refresh()
	}
	m.transfers.refresh()
	m.objects.refreshAlarm() // a decision was made, or is to be made
	u.refresh()
}

// flash says in the status line why something was not done; "" clears it.
func (u *UI) flash(text string) {
	if u.main != nil {
		u.main.status.flash(text)
	}
}

// selectionChanged brings up to date what depends on the selection.
func (u *UI) selectionChanged() {
	u.flash("")
	u.main.objects.refreshFoot()
	u.refresh()
}

// OnDropped uploads what was dropped on the window: into the folder or bucket
// under the pointer, else into the folder shown. The question that follows says
// where.
func (u *UI) OnDropped(at fyne.Position, uris []fyne.URI) {
	if u.main == nil || u.window.Canvas().Overlays().Top() != nil {
		return // a question is open: it must be answered first
	}
	var paths []string
	for _, uri := range uris {
		if uri.Scheme() == "file" {
			paths = append(paths, uri.Path())
		}
	}
	widgets.FlushTyping()
	to := u.dropTarget(at)
	if why := u.state.Browser.WhyNotUploadTo(to); why != "" {
		u.flash(why)
		return
	}
	u.state.UploadTo(paths, to)
}

// dropTarget is the folder or bucket at a place of the window.
func (u *UI) dropTarget(at fyne.Position) client.Location {
	if row, in := u.main.buckets.table.RowAt(at); in && row >= 0 {
		return client.Location{Bucket: u.main.buckets.rows[row].Name}
	}
	if row, in := u.main.objects.table.RowAt(at); in && row >= 0 {
		if o := u.state.Browser.Object(row); o.IsFolder {
			return o.At
		}
	}
	return u.state.Browser.At()
}

// remember notes what the user did to the window in the preferences.
func (u *UI) remember() {
	if u.main == nil {
		return
	}
	p := &u.state.Preferences
	size := u.window.Canvas().Size()
	p.Size = preferences.Size{Width: size.Width, Height: size.Height}
	p.SidebarShare = u.main.sides.Offset
	if u.state.Transfers.Rows() > 0 {
		p.ObjectsShare = u.main.rows.Offset
	}
	p.Columns = nil
	for _, c := range u.main.objects.table.Columns() {
		p.Columns = append(p.Columns, preferences.Column{ID: c.ID, Width: c.Width, Hidden: c.Hidden})
	}
}

func (u *UI) setLanguage(code string) {
	u.remember()
	u.state.Preferences.Language = code
	u.state.SavePreferences()
	u.dress()
	u.build()
}

func (u *UI) setAppearance(a preferences.Appearance) {
	u.state.Preferences.Appearance = a
	u.state.SavePreferences()
	u.dress()
	u.refresh()
}

func (u *UI) toggleEncryption() {
	u.state.Preferences.HideEncryption = !u.state.Preferences.HideEncryption
	u.state.SavePreferences()
	u.main.objects.showColumn(columnEncryption, !u.state.Preferences.HideEncryption)
	u.refreshBrowser()
}

// OnClose ends the program, after a question when transfers or rules would be
// lost.
func (u *UI) OnClose() {
	if u.closing || u.rules.keepsOpen() {
		return
	}
	open := u.state.Transfers.Tally().Open()
	if open == 0 {
		u.quit()
		return
	}
	u.askQuit(i18n.N(open, "%d transfer is not finished.", "%d transfers are not finished.", open))
}

// quit stops everything and then ends the program.
func (u *UI) quit() {
	u.closing = true
	u.remember()
	u.flash(i18n.T("Stopping the transfers…"))
	u.state.Close(u.app.Quit)
}
