package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget     = (*Badge)(nil)
	_ fyne.Accessible = (*Badge)(nil)
)

// Badge is a state in one line: a sign and a word, in the colour of a role.
type Badge struct {
	widget.BaseWidget
	icon fyne.Resource
	text string
	role Role
}

// NewBadge makes a badge with the sign of the role.
func NewBadge(text string, role Role) *Badge {
	b := &Badge{text: text, role: role}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the word and the role.
func (b *Badge) Set(text string, role Role) {
	b.text, b.role = text, role
	b.Refresh()
}

// SetIcon shows another sign than that of the role; nil goes back to it.
func (b *Badge) SetIcon(icon fyne.Resource) {
	b.icon = icon
	b.Refresh()
}

// Text is the word.
func (b *Badge) Text() string { return b.text }

// AccessibilityLabel is the word.
func (b *Badge) AccessibilityLabel() string { return b.text }

// AccessibilityRole is that of a text.
func (b *Badge) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer is called by the toolkit.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	r := &badgeRenderer{badge: b, icon: canvas.NewImageFromResource(nil), text: canvas.NewText("", nil)}
	r.icon.FillMode = canvas.ImageFillContain
	r.dress()
	return r
}

type badgeRenderer struct {
	badge *Badge
	icon  *canvas.Image
	text  *canvas.Text
	whole fyne.Size // of the whole word
}

func (r *badgeRenderer) dress() {
	b := r.badge
	r.icon.Resource = b.icon
	if b.icon == nil {
		r.icon.Resource = b.role.Icon()
	}
	r.icon.Refresh()
	setVisible(r.icon, b.text != "")
	r.text.Text = Printable(b.text)
	r.text.Color = b.role.colorFor(b)
	r.text.TextSize = theme.SizeForWidget(theme.SizeNameText, b)
	r.whole = r.text.MinSize()
}

func (r *badgeRenderer) Layout(size fyne.Size) {
	pad := theme.Padding()
	r.icon.Resize(fyne.NewSquareSize(iconSize))
	r.icon.Move(fyne.NewPos(pad, (size.Height-iconSize)/2))
	left := pad + iconSize + iconGap
	r.text.Move(fyne.NewPos(left, (size.Height-r.whole.Height)/2))
	r.text.Resize(fyne.NewSize(max(0, size.Width-left), r.whole.Height))
}

func (r *badgeRenderer) MinSize() fyne.Size {
	pad := theme.Padding()
	return fyne.NewSize(pad+iconSize+iconGap+r.whole.Width+pad, max(r.whole.Height, iconSize)+2*pad)
}

func (r *badgeRenderer) Refresh() {
	r.dress()
	r.Layout(r.badge.Size())
	canvas.Refresh(r.badge)
}

func (r *badgeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.icon, r.text} }

func (r *badgeRenderer) Destroy() {}
