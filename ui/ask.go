package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// question asks for a name.
type question struct {
	title, label, hint, yes string
	name                    string              // it begins with
	problem                 func(string) string // what is wrong with a name, "" for nothing
	do                      func(string)
}

// ask shows a question. What is wrong with the name is said below it, once
// something was typed.
func (u *UI) ask(q question) {
	entry := widgets.NewEntry()
	entry.Text = q.name
	field := widgets.NewField(q.label, entry, q.hint)
	const yes = 1
	var d *widgets.Dialog
	check := func(name string) {
		why := q.problem(name)
		d.Enable(yes, why)
		if name == q.name {
			why = "" // nothing was typed yet
		}
		field.SetError(why)
	}
	d = widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: q.title, Content: field, Focus: entry, Size: fyne.NewSize(440, 170),
		Actions: []widgets.Action{
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: q.yes, Default: true, Importance: widget.HighImportance, Do: func() bool {
				if q.problem(entry.Text) != "" {
					return true
				}
				q.do(entry.Text)
				return false
			}},
		},
	})
	entry.OnChanged = check
	check(q.name)
	if q.name != "" {
		entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

func (u *UI) askRename() {
	b := u.state.Browser
	of := b.Selected()[0]
	u.ask(question{
		title: i18n.T("Rename %s", widgets.Printable(of.At.Base())), label: i18n.T("Name"), yes: i18n.T("Rename"), name: of.At.Base(),
		hint:    i18n.T("The server copies it to its new name, by the rules of that; the copy is proved, and only then the old one removed."),
		problem: func(name string) string { return b.NewNameProblem(of, name) },
		do:      func(name string) { u.state.Rename(of, name) },
	})
}

func (u *UI) askNewFolder() {
	u.ask(question{
		title: i18n.T("New folder"), label: i18n.T("Name"), yes: i18n.T("Create"),
		hint:    i18n.T("In %s", u.state.Browser.At().String()),
		problem: browser.FolderNameProblem, do: u.state.Browser.MakeFolder,
	})
}

func (u *UI) askNewBucket() {
	u.ask(question{
		title: i18n.T("New bucket"), label: i18n.T("Name"), yes: i18n.T("Create"),
		hint:    u.state.Browser.BucketNameHint(),
		problem: u.state.Browser.BucketNameProblem, do: u.state.Browser.MakeBucket,
	})
}

// askBucket asks for a bucket that the server does not list.
func (u *UI) askBucket() {
	u.ask(question{
		title: i18n.T("Open a bucket"), label: i18n.T("Name"), yes: i18n.T("Open"),
		hint:    i18n.T("For buckets that are not on the list; it is kept for this account once it could be opened."),
		problem: browser.OpenBucketProblem, do: u.state.Browser.OpenBucket,
	})
}

// wantBucket is askBucket for an account that may not list its buckets, unless
// something else is asked.
func (u *UI) wantBucket() {
	if u.main != nil && u.window.Canvas().Overlays().Top() == nil {
		u.askBucket()
	}
}

// askRemoveBucket has the user type the bucket's name: a whole bucket is not
// removed by a slip.
func (u *UI) askRemoveBucket() {
	name := u.state.Browser.At().Bucket
	u.ask(question{
		title: i18n.T("Delete bucket %s", name), label: i18n.T("Type the bucket's name to delete it"), yes: i18n.T("Delete"),
		hint: i18n.T("Only an empty bucket can be deleted."),
		problem: func(typed string) string {
			if typed != name {
				return i18n.T("This is not the bucket's name.")
			}
			return ""
		},
		do: u.state.Browser.RemoveBucket,
	})
}

func (u *UI) askRemoveAccount() {
	body := i18n.T("The account and its secret are forgotten on this computer. Nothing changes on the server.")
	if n := u.state.UnfinishedHere(); n > 0 {
		body += "\n" + i18n.N(n, "%s transfer of it that failed or was stopped is forgotten too, and what it has begun is dropped. Receipts stay.",
			"%s transfers of it that failed or were stopped are forgotten too, and what they have begun is dropped. Receipts stay.", explain.Count(n))
	}
	widgets.ShowConfirm(u.window, widgets.Confirm{
		Title: i18n.T("Remove account %s?", u.state.CurrentName()),
		Body:  body,
		Yes:   i18n.T("Remove"), No: i18n.T("Cancel"), Danger: true, OnYes: u.state.RemoveAccount,
	})
}

func (u *UI) askQuit(body string) {
	if u.window.Canvas().Overlays().Top() != nil {
		return // a question is open already
	}
	ask := widgets.Confirm{
		Title: i18n.T("Transfers are running"), Body: body,
		Yes: i18n.T("Cancel transfers and quit"), No: i18n.T("Keep running"), Danger: true, OnYes: u.quit,
	}
	if u.state.Transfers.AreKept() {
		ask.Body = strings.Join([]string{body, i18n.T("They are in the list again, paused, when the program is started next.")}, "\n")
		ask.Yes, ask.Danger = i18n.T("Pause transfers and quit"), false
	}
	widgets.ShowConfirm(u.window, ask)
}

func (u *UI) showAbout() {
	version := u.options.Version
	if version == "" {
		version = i18n.T("development build")
	}
	widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: "Bucketseal " + version,
		Content: widgets.NewColumn(4,
			widgets.NewNote(i18n.T("An S3 client whose promise is encryption you can prove: rules say which bucket and file is encrypted with which key, and nothing is called done until the server's answer has been compared with what was asked."), widgets.RoleNormal),
			widgets.NewNote(i18n.T("Secrets are kept in: %s", u.state.SecretsKeptIn()), widgets.RoleMuted),
			widgets.NewNote(i18n.T("Apache License 2.0. Fonts: Noto Sans TC, SIL Open Font License."), widgets.RoleMuted)),
		Actions: []widgets.Action{{Label: i18n.T("Close"), Default: true, Cancel: true}},
		Size:    fyne.NewSize(480, 220),
	})
}
