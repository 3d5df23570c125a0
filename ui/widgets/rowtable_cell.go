package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// drawCell puts cell into c at x, y with width w.
func (r *bodyRenderer) drawCell(c *cellObjects, cell Cell, align fyne.TextAlign, x, y, w float32) {
	rowHeight := r.body.table.view.row
	if cell.Bar && c.rail == nil {
		c.rail, c.bar = canvas.NewRectangle(r.look.rail), canvas.NewRectangle(r.look.bar)
		c.rail.CornerRadius, c.bar.CornerRadius = 3, 3
		r.gather()
	}
	if cell.Icon != nil && c.icon == nil {
		c.icon = canvas.NewImageFromResource(cell.Icon)
		c.icon.FillMode = canvas.ImageFillContain
		r.gather()
	}
	r.drawBar(c, cell, x, y, w)

	left, room := x+cellPad, w-2*cellPad
	if c.icon != nil {
		setVisible(c.icon, cell.Icon != nil && room >= iconSize)
	}
	if cell.Icon != nil {
		c.icon.Move(fyne.NewPos(left, y+(rowHeight-iconSize)/2+1))
		c.icon.Resize(fyne.NewSquareSize(iconSize))
		if c.shown.Icon != cell.Icon || c.epoch != r.look.epoch {
			c.icon.Resource = cell.Icon
			c.icon.Refresh()
		}
		left += iconSize + iconGap
		room -= iconSize + iconGap
	}
	if cell != c.shown || w != c.width || c.epoch != r.look.epoch {
		c.text.Text, _ = r.body.table.fit.cell(cell, room)
		c.text.TextSize = r.look.size
		c.text.TextStyle = fyne.TextStyle{Bold: cell.Bold}
		c.text.Color = r.look.role[cell.Role]
		c.shown, c.width, c.epoch = cell, w, r.look.epoch
	}
	c.text.Alignment = align
	c.text.Move(fyne.NewPos(left, y+r.look.textY))
	c.text.Resize(fyne.NewSize(max(0, room), rowHeight-2*r.look.textY))
	setVisible(c.text, c.text.Text != "")
}

// drawBar draws the progress bar of a cell: a rail as wide as the cell and the
// filled part upon it, both behind the text.
func (r *bodyRenderer) drawBar(c *cellObjects, cell Cell, x, y, w float32) {
	if c.rail == nil {
		return
	}
	room := w - 2*4
	part := float32(min(max(cell.Part, 0), 1))
	setVisible(c.rail, cell.Bar && room > 0)
	setVisible(c.bar, cell.Bar && room > 0 && part > 0)
	if !cell.Bar {
		return
	}
	height := r.body.table.view.row - 8
	c.rail.FillColor, c.bar.FillColor = r.look.rail, r.look.bar
	c.rail.Move(fyne.NewPos(x+4, y+4))
	c.rail.Resize(fyne.NewSize(max(0, room), height))
	c.bar.Move(fyne.NewPos(x+4, y+4))
	c.bar.Resize(fyne.NewSize(max(0, room*part), height))
}

func (c *cellObjects) hide() {
	setVisible(c.text, false)
	if c.icon != nil {
		setVisible(c.icon, false)
	}
	if c.rail != nil {
		setVisible(c.rail, false)
		setVisible(c.bar, false)
	}
}

// hiddenText is the whole text of the cell at a row and the place of a column if
// it was cut, else "".
func (t *RowTable) hiddenText(row, place int) string {
	p := t.placed[place]
	cell := t.source.Cell(row, p.col)
	room := p.w - 2*cellPad
	if cell.Icon != nil {
		room -= iconSize + iconGap
	}
	if _, cut := t.fit.cell(cell, room); !cut {
		return ""
	}
	return cell.Text
}
