package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// A noticeStrip is the lines above the transfers that stay as long as their cause:
// a server that serves nothing, a ledger that was set aside, what an earlier run left.
type noticeStrip struct {
	ui      *UI
	content *fyne.Container
	shown   []transfers.Notice
	notes   []*widgets.Note
}

func newNoticeStrip(u *UI) *noticeStrip {
	s := &noticeStrip{ui: u, content: container.NewVBox()}
	s.content.Hide()
	return s
}

// refresh shows what is to be said now, and reports whether the strip takes another
// room for it. The lines are made anew only where other ones are there: a button keeps
// the keyboard while a number changes.
func (s *noticeStrip) refresh() (resized bool) {
	all := s.ui.state.Transfers.Notices()
	if slices.EqualFunc(all, s.shown, sameLine) {
		for i, n := range all {
			if n.Text != s.shown[i].Text {
				s.notes[i].Set(n.Text, role(n.Role))
			}
		}
		s.shown = all
		return false
	}
	s.shown, s.notes = all, nil
	s.content.RemoveAll()
	for i := range all {
		s.content.Add(s.line(i))
	}
	setVisible(s.content, len(all) > 0)
	return true
}

// sameLine reports whether two notices look the same but for their texts.
func sameLine(a, b transfers.Notice) bool {
	return a.Role == b.Role && slices.Equal(a.Verbs, b.Verbs) && (a.Dismiss == nil) == (b.Dismiss == nil)
}

// line is the ith notice, with what may be done about it.
func (s *noticeStrip) line(i int) fyne.CanvasObject {
	n := s.shown[i]
	note := widgets.NewNote(n.Text, role(n.Role))
	s.notes = append(s.notes, note)
	buttons := container.NewHBox()
	for _, v := range n.Verbs {
		if a := s.ui.doing(v); a != nil {
			buttons.Add(widgets.NewToolButton(a.label, a.icon, "", func() { s.ui.perform(a) }))
		}
	}
	if n.Dismiss != nil {
		buttons.Add(widgets.NewToolButton(i18n.T("Hide"), nil, i18n.T("Take this line away"), func() { s.shown[i].Dismiss() }))
	}
	atTop := func(o fyne.CanvasObject) fyne.CanvasObject { return container.NewVBox(o) } // a long text makes no tall button
	beside := layout.NewCustomPaddedLayout(theme.InnerPadding(), 0, 0, 0)                // the text's first line
	icon := container.New(beside, widget.NewIcon(role(n.Role).Icon()))
	return container.NewBorder(widget.NewSeparator(), nil, atTop(icon), atTop(buttons), note)
}

// doing is the action that does a verb to all transfers, nil for none.
func (u *UI) doing(v transfers.Verb) *action {
	switch v {
	case transfers.Resume:
		return u.actions.resumeAll
	case transfers.Retry:
		return u.actions.retryFailed
	}
	return nil
}
