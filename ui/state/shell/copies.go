package shell

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
)

// A clip is what was copied or cut, to be pasted into a folder of this or another
// account.
type clip struct {
	account string // its id
	what    []client.Object
	move    bool // it was cut
}

// Copy notes what is selected, to be pasted; Cut has it moved then. Nothing happens
// before.
func (a *App) Copy() { a.take(false) }

// Cut is Copy of what is moved when it is pasted.
func (a *App) Cut() { a.take(true) }

func (a *App) take(move bool) {
	if a.Browser.WhyNotSelected() == "" {
		a.clip = clip{account: a.current, what: a.Browser.Selected(), move: move}
		a.changed()
	}
}

// Taken is how many objects and folders were copied or cut and not yet pasted.
func (a *App) Taken() (n int, move bool) { return len(a.clip.what), a.clip.move }

// WhyNotPaste says why nothing can be pasted into the folder shown, "" when it can.
func (a *App) WhyNotPaste() string {
	if why := a.Browser.WhyNotUpload(); why != "" {
		return why
	}
	if len(a.clip.what) == 0 {
		return i18n.T("Copy or cut objects or folders first.")
	}
	if a.sessions.of(a.clip.account) == nil {
		return i18n.T("The account these were copied from is not open any more: copy them again.")
	}
	into, here := a.Browser.At(), a.clip.account == a.current
	for _, o := range a.clip.what {
		switch {
		case !here || !a.clip.move:
		case o.At.Parent() == into:
			return i18n.T("What was cut is in this folder already.")
		case o.IsFolder && o.At.Holds(into):
			return i18n.T("A folder cannot be moved into itself.")
		}
	}
	return ""
}

// Paste asks what copying, or moving, what was copied or cut into the folder shown
// would do. Copies in the folder of their sources get names of their own.
func (a *App) Paste() {
	if a.WhyNotPaste() != "" {
		return
	}
	from, into, c := a.sessions.of(a.clip.account), a.Browser.At(), a.clip
	o := session.CopyOptions{From: from, Move: c.move}
	if c.account == a.current {
		o.Names = a.ownNames(c.what, into)
	}
	op := transfer.Copy
	if c.move {
		op, a.clip = transfer.Move, clip{} // it is not there to be moved again
		a.changed()
	}
	confirm.Copy(op, into, a.copyWorld(c.what, into, o))
}

// ownNames are names for copies in the folder of their sources.
func (a *App) ownNames(what []client.Object, into client.Location) map[string]string {
	names := map[string]string{}
	for _, o := range what {
		if o.At.Parent() != into {
			continue
		}
		base := o.At.Base()
		end := path.Ext(base)
		if o.IsFolder || end == base {
			end = ""
		}
		for n := 2; ; n++ {
			name := fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(base, end), n, end)
			if at := into.Join(name); !a.Browser.Has(at) && !a.Browser.Has(at.Folder()) {
				names[base] = name
				break
			}
		}
	}
	return names
}

// Rename gives an object or folder of the folder shown another name: all of it is
// copied, proved, and removed from where it was. A folder is counted and asked about
// before.
func (a *App) Rename(of client.Object, name string) {
	if a.Session() == nil || a.Browser.NewNameProblem(of, name) != "" {
		return
	}
	into := of.At.Parent()
	o := session.CopyOptions{Move: true, Names: map[string]string{of.At.Base(): name}}
	w := a.copyWorld([]client.Object{of}, into, o)
	if of.IsFolder {
		confirm.Copy(transfer.Move, into.Join(name).Folder(), w)
		return
	}
	confirm.Rename(into.Join(name), w)
}

// copyWorld is the world of a question about copies into the account shown.
func (a *App) copyWorld(what []client.Object, into client.Location, o session.CopyOptions) confirm.World {
	s := a.Session()
	w := a.confirmWorld(s)
	w.Survey = func(ctx context.Context) (session.Draft, error) { return s.DraftCopy(ctx, what, into, o) }
	return w
}

// left takes notice of an object that was moved away from the folder shown.
func (a *App) left(account string, row transfer.Row) {
	from := row.Job.From
	if row.Job.Op != transfer.Move || row.Phase != transfer.Done || from.Account != "" && from.Account != a.current || from.Account == "" && account != a.current {
		return
	}
	a.Browser.RemoveObject(client.Object{At: from.At})
	if at := a.Browser.At(); at.Holds(from.At) && from.At.Parent() != at {
		a.emptied = true
	}
}

// relistEmptied lists the folder shown anew once folders in it were moved away: whether
// they are gone, only the server knows.
func (a *App) relistEmptied() {
	if n := a.Transfers.Tally(); a.emptied && n.Running+n.Waiting == 0 {
		a.emptied = false
		a.Browser.Relist()
	}
}
