package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// ShowProblem shows an error over the main window. While one is shown the next
// is not laid on top of it: the first is most often the cause.
func (u *UI) ShowProblem(m state.Message) { u.showMessage(m, widgets.RoleBad) }

func (u *UI) showMessage(m state.Message, r widgets.Role) {
	if u.problem != nil && !u.problem.Closed() {
		return
	}
	u.problem = ShowMessage(u.window, m, r)
}

// ShowMessage shows a message over any window.
func ShowMessage(w fyne.Window, m state.Message, r widgets.Role) *widgets.Dialog {
	return widgets.ShowProblem(w, widgets.Problem{
		Title: m.Title, Cause: m.Body, Hint: strings.Join(m.Hints, "\n"), Details: m.Details, Role: r,
		CloseLabel: i18n.T("Close"), CopyLabel: i18n.T("Copy"), DetailsLabel: i18n.T("Details"),
	})
}
