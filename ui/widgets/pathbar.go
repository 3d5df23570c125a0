package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget   = (*PathBar)(nil)
	_ fyne.Tappable = (*PathBar)(nil)
)

// PathBar shows a path as segments to click; a click beside them, or Edit,
// turns it into a text field. Enter there goes, Esc and leaving the field do not.
type PathBar struct {
	widget.BaseWidget
	// OnSegment is called by a click on segment i.
	OnSegment func(i int)
	// OnGo is called with what was typed, as it was typed.
	OnGo func(text string)

	segments []string
	text     string
	editing  bool
	entry    *Entry
	fit      fitter
}

// NewPathBar makes an empty path bar; prompt is shown in the empty field.
func NewPathBar(prompt string) *PathBar {
	p := &PathBar{entry: NewEntry()}
	p.entry.PlaceHolder = prompt
	p.entry.OnKey = p.typedKey
	p.entry.OnBlur = p.Cancel
	p.entry.Hide()
	p.ExtendBaseWidget(p)
	return p
}

// SetPath shows the segments; text is what Edit begins with. It ends editing.
func (p *PathBar) SetPath(segments []string, text string) {
	p.segments, p.text = segments, text
	p.Cancel()
	p.Refresh()
}

// Edit shows the path as text, all of it selected, and takes the keyboard.
func (p *PathBar) Edit() {
	p.editing = true
	p.entry.SetText(p.text)
	p.entry.Show()
	p.Refresh()
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		c.Focus(p.entry)
	}
	p.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// Editing tells whether the path is a text field now.
func (p *PathBar) Editing() bool { return p.editing }

// Cancel shows the segments again and calls nobody.
func (p *PathBar) Cancel() {
	if !p.editing {
		return
	}
	p.editing = false
	p.entry.Hide()
	p.Refresh()
}

// Tapped edits: it was beside the segments.
func (p *PathBar) Tapped(*fyne.PointEvent) {
	if !p.editing {
		p.Edit()
	}
}

func (p *PathBar) typedKey(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyReturn, fyne.KeyEnter:
		text := p.entry.Text
		p.Cancel()
		p.unfocus()
		if p.OnGo != nil {
			p.OnGo(text)
		}
		return true
	case fyne.KeyEscape:
		p.Cancel()
		p.unfocus()
		return true
	}
	return false
}

func (p *PathBar) unfocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil && c.Focused() == fyne.Focusable(p.entry) {
		c.Unfocus()
	}
}

// CreateRenderer is called by the toolkit.
func (p *PathBar) CreateRenderer() fyne.WidgetRenderer {
	r := &pathRenderer{bar: p, back: canvas.NewRectangle(nil)}
	r.back.StrokeWidth = 1
	r.Refresh()
	return r
}

var _ fyne.WidgetRenderer = (*pathRenderer)(nil)

// pathRenderer lays the segments from the left; where they do not fit, the
// first ones are left out for an ellipsis that leads to the last of them.
type pathRenderer struct {
	bar    *PathBar
	back   *canvas.Rectangle
	crumbs []*crumb
	marks  []*canvas.Text // the › between them
}

const (
	widestCrumb float32 = 220
	markWidth   float32 = 14
)

func (r *pathRenderer) Layout(size fyne.Size) {
	p := r.bar
	p.entry.Resize(size)
	r.back.Resize(size)
	shown := len(p.segments)
	widths := make([]float32, shown)
	for i, s := range p.segments {
		_, widths[i] = r.cut(s)
	}
	dots := p.fit.width(ellipsis, false) + 2*cellPad + markWidth
	first, total := shown, float32(0)
	for i := shown - 1; i >= 0; i-- {
		need := widths[i] + markWidth
		spare := float32(0)
		if i > 0 {
			spare = dots
		}
		if i < shown-1 && total+need+spare > size.Width {
			break
		}
		total += need
		first = i
	}
	x := float32(2)
	place := func(n, segment int, text string, w float32) {
		c := r.crumbs[n]
		c.set(segment, text)
		c.Move(fyne.NewPos(x, 2))
		c.Resize(fyne.NewSize(min(w, size.Width-4), max(0, size.Height-4)))
		setVisible(c, !p.editing)
		x += w
		m := r.marks[n]
		m.Move(fyne.NewPos(x, (size.Height-m.MinSize().Height)/2))
		m.Resize(fyne.NewSize(markWidth, m.MinSize().Height))
		setVisible(m, !p.editing && segment < shown-1)
		x += markWidth
	}
	n := 0
	if first > 0 && shown > 0 {
		place(n, first-1, ellipsis, dots-markWidth)
		n++
	}
	for i := first; i < shown; i++ {
		text, w := r.cut(p.segments[i])
		place(n, i, text, w)
		n++
	}
	for ; n < len(r.crumbs); n++ {
		r.crumbs[n].Hide()
		r.marks[n].Hide()
	}
}

// cut is a segment's text as shown and the width of its button.
func (r *pathRenderer) cut(segment string) (string, float32) {
	text, _ := r.bar.fit.fit(segment, widestCrumb, false)
	return text, r.bar.fit.width(text, false) + 2*cellPad
}

func (r *pathRenderer) MinSize() fyne.Size {
	return fyne.NewSize(120, r.bar.entry.MinSize().Height)
}

func (r *pathRenderer) Refresh() {
	p := r.bar
	th := p.Theme()
	p.fit.use(theme.SizeForWidget(theme.SizeNameText, p), th.Font(fyne.TextStyle{}), th.Font(fyne.TextStyle{Bold: true}))
	r.back.FillColor = theme.ColorForWidget(theme.ColorNameInputBackground, p)
	r.back.StrokeColor = theme.ColorForWidget(theme.ColorNameInputBorder, p)
	r.back.CornerRadius = theme.SizeForWidget(theme.SizeNameInputRadius, p)
	for len(r.crumbs) < len(p.segments)+1 {
		r.crumbs = append(r.crumbs, newCrumb(p))
		r.marks = append(r.marks, canvas.NewText("›", nil))
	}
	for _, m := range r.marks {
		m.Color = theme.ColorForWidget(theme.ColorNamePlaceHolder, p)
		m.TextSize = theme.SizeForWidget(theme.SizeNameText, p)
		m.Alignment = fyne.TextAlignCenter
	}
	r.Layout(p.Size())
	for _, c := range r.crumbs {
		c.Refresh()
	}
	p.entry.Refresh()
	canvas.Refresh(p)
}

func (r *pathRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.back}
	for i := range r.crumbs {
		objects = append(objects, r.crumbs[i], r.marks[i])
	}
	return append(objects, r.bar.entry)
}

func (r *pathRenderer) Destroy() {}
