package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// The window of the encryption rules. Saving takes two steps, as people know it
// from other programs: the editor's Save changes puts a rule into the list, the
// list's Save changes stores it.

// rulesWindow shows a rulelist.List.
type rulesWindow struct {
	ui     *UI
	window fyne.Window
	model  *rulelist.List
	list   *rulesPane
	editor *ruleDialog     // nil while none is open
	asking *widgets.Dialog // about unsaved changes, nil before
}

const rulesWidth, rulesHeight float32 = 980, 700

// ShowRules opens the window of the encryption rules, or brings it to the
// front.
func (u *UI) ShowRules() {
	if u.rules != nil {
		u.rules.window.RequestFocus()
		return
	}
	w := &rulesWindow{ui: u, model: u.state.Rules()}
	w.window = u.newWindow(i18n.T("Server-Side-Encryption"), fyne.NewSize(rulesWidth, rulesHeight))
	widgets.TakeKeys(w.window.Canvas(), w.key)
	w.window.SetCloseIntercept(w.askClose)
	w.window.SetOnClosed(w.closed)
	w.list = newRulesPane(w)
	w.window.SetContent(widgets.WithTips(w.list.content))
	w.model.OnChange = w.refresh
	w.model.OnProblem = func(m explain.Message) { ShowMessage(w.window, m, widgets.RoleBad) }
	w.model.OnConflict = w.showConflict
	w.model.OnSaved = w.close
	u.rules = w
	w.refresh()
	w.window.Show()
	w.list.table.RequestFocus()
}

// close closes the window, once: a list that is being stored may end after the
// user has closed it.
func (w *rulesWindow) close() {
	if w.ui.rules == w {
		w.window.Close()
	}
}

func (w *rulesWindow) closed() {
	if w.editor != nil {
		w.editor.model.Close()
	}
	w.model.Close()
	w.ui.rules = nil
}

func (w *rulesWindow) refresh() { w.list.refresh() }

// browserChanged takes over the open account's buckets and keys.
func (w *rulesWindow) browserChanged() {
	if w == nil {
		return
	}
	w.model.Refresh()
	if w.editor != nil {
		w.editor.model.Refresh()
	}
}

// center moves the topmost dialog back into the middle: one that has grown
// stays where it was, and its buttons may be out of the window.
func (w *rulesWindow) center() {
	if top := w.window.Canvas().Overlays().Top(); top != nil {
		top.Refresh()
	}
}

// key does what keys mean when nothing has the keyboard, or the table.
func (w *rulesWindow) key(key fyne.KeyName) {
	if w.window.Canvas().Overlays().Top() != nil {
		return
	}
	switch key {
	case fyne.KeyEscape:
		w.askClose()
	case fyne.KeyDelete:
		w.list.delete()
	case fyne.KeyInsert:
		w.add()
	case fyne.KeyReturn, fyne.KeyEnter:
		w.edit()
	case fyne.KeyF5:
		if !w.unsaved() {
			w.model.Load()
		}
	}
}

func (w *rulesWindow) add() {
	if e := w.model.Add(); e != nil {
		w.showEditor(e)
	}
}

func (w *rulesWindow) edit() {
	if e := w.model.Edit(); e != nil {
		w.showEditor(e)
	}
}

func (w *rulesWindow) importRules() {
	w.ui.openFiles(w.window, i18n.T("Import rules"), func(paths []string) {
		if w.ui.rules != w {
			return // closed meanwhile
		}
		for _, path := range paths {
			w.model.Import(path)
		}
	})
}

func (w *rulesWindow) exportRules() {
	w.ui.saveFile(w.window, i18n.T("Export rules"), "bucketseal-rules.json", w.model.Export)
}

// keepsOpen asks about changes that the end of the program would lose; nothing
// else happens then.
func (w *rulesWindow) keepsOpen() bool {
	if w == nil || !w.unsaved() {
		return false
	}
	w.window.RequestFocus()
	w.askClose()
	return true
}

func (w *rulesWindow) unsaved() bool { return w.model.Dirty() || w.editing() }

// editing reports whether the editor holds changes.
func (w *rulesWindow) editing() bool { return w.editor != nil && w.editor.model.Dirty() }

// askClose closes the window, after a question when changes would be lost.
func (w *rulesWindow) askClose() {
	if !w.unsaved() {
		w.close()
		return
	}
	if w.asking != nil && !w.asking.Closed() {
		return
	}
	body := i18n.T("The changes to the rules are not stored yet: uploads still follow the old ones.")
	editing := w.editing()
	if editing {
		body = i18n.T("The rule being edited is not in the list yet, and nothing is stored: uploads still follow the old rules.")
	}
	const save = 2
	w.asking = widgets.ShowDialog(w.window, widgets.DialogParams{
		Title: i18n.T("Save the changes?"), Size: fyne.NewSize(480, 180),
		Content: widgets.NewNote(body, widgets.RoleNormal),
		Actions: []widgets.Action{
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: i18n.T("Discard changes"), Icon: theme.DeleteIcon(), Importance: widget.DangerImportance, Do: func() bool {
				w.close()
				return false
			}},
			{Label: i18n.T("Save changes"), Default: true, Importance: widget.HighImportance, Do: func() bool {
				if editing {
					w.editor.model.Save()
				}
				w.model.Save()
				return false
			}},
		},
	})
	if editing {
		w.asking.Enable(save, w.editor.model.WhyNotSave())
	}
}

// showConflict asks what becomes of the rules another program stored.
func (w *rulesWindow) showConflict() {
	m, ok := w.model.Conflict()
	if !ok {
		return
	}
	widgets.ShowProblem(w.window, widgets.Problem{
		Title: m.Title, Cause: m.Body, Hint: m.Hints[0], Role: widgets.RoleWarn, CloseLabel: i18n.T("Cancel"),
		Actions: []widgets.Action{
			{Label: i18n.T("Reload"), Do: func() bool { w.model.Reload(); return false }},
			{Label: i18n.T("Keep mine"), Importance: widget.DangerImportance, Do: func() bool { w.model.KeepMine(); return false }},
		},
	})
}
