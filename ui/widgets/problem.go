package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Problem is what ShowProblem says, in the user's language.
type Problem struct {
	Title   string // what happened
	Cause   string // why, as far as it is known
	Facts   []Fact // what is known, below the cause; each can be copied
	Hint    string // what to do about it
	Details string // the raw text for those who help: codes, request ids
	Role    Role   // its sign; that of RoleNormal is only for information

	CloseLabel   string // the button that closes, and Esc
	CopyLabel    string // the button that copies everything, and tip of those that copy a fact; empty = none
	DetailsLabel string // heads the details, which are folded
	Actions      []Action
}

// Fact is a name and what is known under it.
type Fact struct {
	Name, Value string
	Role        Role
}

// ShowProblem shows what went wrong. Every text can be selected; the details
// are folded away, and the copy button copies all of it.
func ShowProblem(w fyne.Window, p Problem) *Dialog {
	column := NewColumn(theme.Padding())
	if p.Cause != "" {
		column.Add(NewText(p.Cause))
	}
	size := fyne.NewSize(520, 220)
	if len(p.Facts) > 0 {
		size.Width = 680
		list := NewColumn(-theme.Padding())
		for _, f := range p.Facts {
			v := NewCopyValue(Printable(f.Name), "", p.CopyLabel)
			v.Set(Printable(f.Value), f.Role)
			list.Add(v)
		}
		column.Add(list)
	}
	if p.Hint != "" {
		column.Add(NewText(p.Hint))
	}
	if p.Details != "" {
		details := NewText(p.Details)
		details.TextStyle.Monospace = true
		details.Wrapping = fyne.TextWrapBreak
		column.Add(NewFold(p.DetailsLabel, details))
	}
	actions := append([]Action{}, p.Actions...)
	if p.CopyLabel != "" {
		actions = append([]Action{{Label: p.CopyLabel, Icon: theme.ContentCopyIcon(), Left: true, Do: func() bool {
			fyne.CurrentApp().Clipboard().SetContent(p.text())
			return true
		}}}, actions...)
	}
	actions = append(actions, Action{Label: p.CloseLabel, Cancel: true, Default: !hasDefault(actions)})
	return ShowDialog(w, DialogParams{Title: p.Title, Content: signed(p.Role, column), Actions: actions, Size: size})
}

// text is all of the problem as plain text.
func (p Problem) text() string {
	all := ""
	say := func(texts ...string) {
		for _, t := range texts {
			if t != "" {
				all += t + "\n"
			}
		}
	}
	say(p.Title, p.Cause)
	for _, f := range p.Facts {
		say(f.Name + ": " + f.Value)
	}
	say(p.Hint, p.Details)
	return all
}

// Confirm is what ShowConfirm asks, in the user's language.
type Confirm struct {
	Title   string
	Body    string            // what will happen, with counts and sizes
	More    fyne.CanvasObject // below the body: a list, a tick box; may be nil
	Yes, No string            // the labels; No is Esc
	// Danger is for what cannot be undone: the Yes button is red and Enter
	// means No.
	Danger bool
	OnYes  func()
}

// ShowConfirm asks before something is done.
func ShowConfirm(w fyne.Window, c Confirm) *Dialog {
	column := NewColumn(theme.Padding(), NewText(c.Body))
	if c.More != nil {
		column.Add(c.More)
	}
	yes := Action{Label: c.Yes, Default: !c.Danger, Importance: widget.HighImportance, Do: func() bool {
		if c.OnYes != nil {
			c.OnYes()
		}
		return false
	}}
	content := fyne.CanvasObject(column)
	if c.Danger {
		yes.Importance = widget.DangerImportance
		content = signed(RoleWarn, column)
	}
	return ShowDialog(w, DialogParams{
		Title:   c.Title,
		Content: content,
		Actions: []Action{{Label: c.No, Cancel: true, Default: c.Danger}, yes},
		Size:    fyne.NewSize(460, 180),
	})
}

// signed is content with the sign of a role at its left.
func signed(r Role, content fyne.CanvasObject) fyne.CanvasObject {
	sign := canvas.NewImageFromResource(r.Icon())
	sign.FillMode = canvas.ImageFillContain
	sign.SetMinSize(fyne.NewSquareSize(32))
	return container.NewBorder(nil, nil, container.NewVBox(sign), nil, content)
}

func hasDefault(actions []Action) bool {
	for _, a := range actions {
		if a.Default {
			return true
		}
	}
	return false
}
