package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// ShowProblem shows an error over the main window. While one is shown the next
// is not laid on top of it: the first is most often the cause.
func (u *UI) ShowProblem(m explain.Message) { u.showMessage(m, widgets.RoleBad) }

func (u *UI) showMessage(m explain.Message, r widgets.Role, actions ...widgets.Action) {
	if u.problem != nil && !u.problem.Closed() {
		return
	}
	u.problem = ShowMessage(u.window, m, r, actions...)
}

// showMessageOn shows a message over the window it is about.
func (u *UI) showMessageOn(w fyne.Window, m explain.Message, r widgets.Role) {
	if w == u.window {
		u.showMessage(m, r)
		return
	}
	ShowMessage(w, m, r)
}

// ShowMessage shows a message over any window, with what may be done about it.
func ShowMessage(w fyne.Window, m explain.Message, r widgets.Role, actions ...widgets.Action) *widgets.Dialog {
	var facts []widgets.Fact
	for _, f := range m.Facts {
		facts = append(facts, widgets.Fact{Name: f.Name, Value: f.Value, Role: role(f.Role)})
	}
	return widgets.ShowProblem(w, widgets.Problem{
		Title: m.Title, Cause: m.Body, Facts: facts, Hint: strings.Join(m.Hints, "\n"), Details: m.Details, Role: r, Actions: actions,
		CloseLabel: i18n.T("Close"), CopyLabel: i18n.T("Copy"), DetailsLabel: i18n.T("Details"),
	})
}
