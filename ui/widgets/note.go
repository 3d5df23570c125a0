package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*Note)(nil)

// Note is a text in the colour of a role, which wraps.
type Note struct {
	widget.RichText
	segment *widget.TextSegment
}

// NewNote makes a note.
func NewNote(text string, role Role) *Note {
	n := &Note{segment: &widget.TextSegment{Style: widget.RichTextStyleInline}}
	n.Wrapping, n.Scroll = fyne.TextWrapWord, fyne.ScrollNone // the zero value scrolls
	n.Segments = []widget.RichTextSegment{n.segment}
	n.ExtendBaseWidget(n)
	n.Set(text, role)
	return n
}

// Set changes the text and its role.
func (n *Note) Set(text string, role Role) {
	n.segment.Text = text
	n.segment.Style.ColorName = role.ColorName()
	n.Refresh()
}

// Text is what the note says.
func (n *Note) Text() string { return n.segment.Text }
