package widgets

import "fyne.io/fyne/v2"

var _ fyne.WidgetRenderer = (*tableRenderer)(nil)

// tableRenderer places header, body, scroll bars and the placeholder.
type tableRenderer struct{ table *RowTable }

// CreateRenderer is called by the toolkit.
func (t *RowTable) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	return &tableRenderer{t}
}

func (r *tableRenderer) Layout(fyne.Size) { r.table.arrange() }

func (r *tableRenderer) MinSize() fyne.Size { return r.table.MinSize() }

func (r *tableRenderer) Refresh() {
	t := r.table
	t.view.row = rowHeight()
	t.arrange()
	t.header.Refresh()
	t.body.Refresh()
	t.vbar.Refresh()
	t.hbar.Refresh()
	t.empty.Refresh()
}

func (r *tableRenderer) Objects() []fyne.CanvasObject {
	t := r.table
	return []fyne.CanvasObject{t.body, t.header, t.empty, t.vbar, t.hbar}
}

func (r *tableRenderer) Destroy() {}

// arrange lays the parts out for the present size, columns and rows. A bar
// takes room only while there is something to scroll.
func (t *RowTable) arrange() {
	size := t.Size()
	head := headerHeight()
	t.view.rows = t.rowCount()

	t.placeColumns(size.Width)
	height := max(0, size.Height-head)
	needX := t.wide > size.Width
	if needX {
		height = max(0, height-barWidth)
	}
	width := size.Width
	if needY := float64(t.view.rows)*float64(t.view.row) > float64(height); needY {
		width = max(0, width-barWidth)
		t.placeColumns(width)
		if !needX && t.wide > width {
			height = max(0, height-barWidth)
		}
	}
	t.scrollX = min(max(t.scrollX, 0), max(0, t.wide-width))
	t.view.height = height
	t.sync()

	t.header.Move(fyne.NewPos(0, 0))
	t.header.Resize(fyne.NewSize(size.Width, head))
	t.body.Move(fyne.NewPos(0, head))
	t.body.Resize(fyne.NewSize(width, height))
	t.empty.Move(fyne.NewPos(0, head))
	t.empty.Resize(fyne.NewSize(width, height))
	t.empty.show(t.view.rows == 0)
	t.placeBars()
}

// placeBars shows the bars that are needed and tells them where they are.
func (t *RowTable) placeBars() {
	size, head, body := t.Size(), headerHeight(), t.body.Size()
	t.vbar.Move(fyne.NewPos(size.Width-barWidth, head))
	t.vbar.Resize(fyne.NewSize(barWidth, body.Height))
	t.vbar.set(t.view.share(), t.view.fraction())

	t.hbar.Move(fyne.NewPos(0, head+body.Height))
	t.hbar.Resize(fyne.NewSize(body.Width, barWidth))
	share, fraction := 1.0, 0.0
	if over := t.wide - body.Width; over > 0.5 && t.wide > 0 {
		share, fraction = float64(body.Width/t.wide), float64(t.scrollX/over)
	}
	t.hbar.set(share, fraction)
}
