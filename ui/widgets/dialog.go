package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Action is a button of a dialog.
type Action struct {
	Label      string
	Icon       fyne.Resource
	Importance widget.Importance
	Default    bool // Enter means this
	Cancel     bool // Esc means this
	Left       bool // at the left: help, details; not a way out
	// Do is called when the button is pressed; it returns whether the dialog
	// stays open. Nil closes.
	Do func() (stay bool)
}

// DialogParams says what a dialog shows.
type DialogParams struct {
	Title   string
	Content fyne.CanvasObject // scrolls when it is higher than the dialog
	Fixed   bool              // the content scrolls itself (a table)
	Scroll  *container.Scroll // what scrolls inside Fixed content, nil for none
	Actions []Action          // from left to right; the way out is last
	Size    fyne.Size         // wished; the window's size less a margin is the most
	Focus   fyne.Focusable    // gets the keyboard; nil = the default button
	// OnClosed is called once, however the dialog was closed.
	OnClosed func()
}

// Dialog is a modal dialog inside a window. It answers to Enter and Esc wherever
// the keyboard is, in a window whose keys were taken ([TakeKeys]). What was typed
// counts before any of its actions ([Typing]), and the wheel scrolls it over
// fields too.
type Dialog struct {
	params  DialogParams
	canvas  fyne.Canvas
	popup   *widget.PopUp
	overlay fyne.CanvasObject
	scroll  *container.Scroll // nil if nothing scrolls
	tips    *fyne.Container
	title   *widget.Label
	buttons []*ToolButton
	closed  bool
}

const dialogMargin float32 = 16 // to the edges of the window, at least

// ShowDialog shows a dialog over a window until an action closes it.
func ShowDialog(w fyne.Window, p DialogParams) *Dialog {
	d := &Dialog{params: p, canvas: w.Canvas()}
	d.title = widget.NewLabelWithStyle(p.Title, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	d.title.SizeName = theme.SizeNameSubHeadingText
	d.title.Truncation = fyne.TextTruncateEllipsis

	body := p.Content
	d.scroll = p.Scroll
	if !p.Fixed {
		d.scroll = container.NewVScroll(container.NewPadded(p.Content))
		body = d.scroll
	}
	d.tips = container.NewWithoutLayout()
	content := container.NewPadded(container.NewStack(container.NewPadded(
		container.NewBorder(d.title, container.NewPadded(d.row()), nil, nil, body)), d.tips))
	d.popup = widget.NewModalPopUp(content, d.canvas)
	d.popup.Resize(d.within(p.Size.Max(content.MinSize())))
	openDialogs = append(openDialogs, d)
	d.show()
	return d
}

// show lays the dialog over everything in its window.
func (d *Dialog) show() {
	d.popup.Show()
	d.overlay = d.canvas.Overlays().Top()
	d.Relayout()
	d.focusFirst()
}

// row makes the buttons: the left ones, room, the others.
func (d *Dialog) row() *fyne.Container {
	left, right := container.NewHBox(), container.NewHBox()
	for i, a := range d.params.Actions {
		b := NewToolButton(a.Label, a.Icon, "", func() { d.press(i) })
		b.Importance = a.Importance
		d.buttons = append(d.buttons, b)
		wide := container.New(leastWidth(84), b)
		if a.Left {
			left.Add(wide)
		} else {
			right.Add(wide)
		}
	}
	return container.NewHBox(left, layout.NewSpacer(), right)
}

// within is size, at least what is needed, at most what the window has room for.
func (d *Dialog) within(size fyne.Size) fyne.Size {
	room := d.canvas.Size().SubtractWidthHeight(2*dialogMargin, 2*dialogMargin)
	return size.Min(room).Max(d.popup.Content.MinSize())
}

func (d *Dialog) focusFirst() {
	if d.params.Focus != nil {
		d.canvas.Focus(d.params.Focus)
		return
	}
	for _, wanted := range []func(Action) bool{
		func(a Action) bool { return a.Default }, func(a Action) bool { return a.Cancel }, func(Action) bool { return true },
	} {
		if i := slices.IndexFunc(d.params.Actions, wanted); i >= 0 {
			d.canvas.Focus(d.buttons[i])
			return
		}
	}
}

// leastWidth is a layout that gives its one object at least this width.
type leastWidth float32

func (leastWidth) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

func (l leastWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(fyne.NewSize(float32(l), 0))
}

// Enable makes an action usable, or with a reason unusable; the reason is its
// tooltip.
func (d *Dialog) Enable(action int, reason string) {
	if reason == "" {
		d.buttons[action].Enable()
		return
	}
	d.buttons[action].DisableBecause(reason)
}

// SetTitle changes the title.
func (d *Dialog) SetTitle(title string) { d.title.SetText(title) }

// Relayout makes the dialog higher if its content needs it, after a text in it
// became longer. Wrapped texts know their height only once they have a width,
// so it is what remains too short that is added.
func (d *Dialog) Relayout() {
	d.popup.Content.Refresh()
	if d.scroll == nil {
		return
	}
	if short := d.scroll.Content.MinSize().Height - d.scroll.Size().Height; short > 0 {
		d.popup.Resize(d.within(d.popup.Content.Size().AddWidthHeight(0, short)))
		d.popup.Content.Refresh()
		d.overlay.Refresh() // puts what grew into the middle again, or its buttons would leave the window
	}
}

// ScrollTo scrolls as little as needed to see o, which is in the dialog, from
// its top.
func (d *Dialog) ScrollTo(o fyne.CanvasObject) {
	if d.scroll == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(d.scroll.Content).Y
	seen, height := d.scroll.Offset.Y, d.scroll.Size().Height
	if bottom := top + o.Size().Height; bottom > seen+height {
		seen = bottom - height
	}
	if top < seen {
		seen = top
	}
	d.scroll.ScrollToOffset(fyne.NewPos(0, seen))
}

// Close closes the dialog as if by an action that does nothing. Those over it
// stay: it may have ended with a problem, which is told over it.
func (d *Dialog) Close() {
	if d.closed {
		return
	}
	d.closed = true
	over := d.over()
	openDialogs = slices.DeleteFunc(openDialogs, func(o *Dialog) bool { return o == d })
	d.popup.Hide() // with which the toolkit takes away all that lies over it
	for _, o := range over {
		o.popup.Hide() // or the toolkit takes it for shown
		o.show()
	}
	if d.params.OnClosed != nil {
		d.params.OnClosed()
	}
}

// over are the dialogs that lie over this one, the lowest first.
func (d *Dialog) over() (all []*Dialog) {
	for _, o := range openDialogs[slices.Index(openDialogs, d)+1:] {
		if o.canvas == d.canvas {
			all = append(all, o)
		}
	}
	return all
}

// Closed tells whether the dialog is gone.
func (d *Dialog) Closed() bool { return d.closed }

func (d *Dialog) run(a Action) {
	if d.closed || a.Do != nil && a.Do() {
		return
	}
	d.Close()
}

// press lets what was typed count, and then does the action if it may still be
// done.
func (d *Dialog) press(action int) {
	FlushTyping()
	if !d.buttons[action].Disabled() {
		d.run(d.params.Actions[action])
	}
}

// key does what Enter or Esc means here.
func (d *Dialog) key(key fyne.KeyName) (taken bool) {
	for i, a := range d.params.Actions {
		enter := a.Default && (key == fyne.KeyReturn || key == fyne.KeyEnter)
		if !enter && !(a.Cancel && key == fyne.KeyEscape) {
			continue
		}
		d.press(i)
		return true
	}
	return false
}
