package shell

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

// transfersWorld is what the list of transfers is told and asks.
func (a *App) transfersWorld() transfers.World {
	return transfers.World{
		Context: a.ctx, Loop: a.loop,
		Held: func() (all []transfers.Held) {
			for _, h := range a.sessions {
				all = append(all, transfers.Held{Account: h.account, Session: h.session})
			}
			return all
		},
		Successor: func(s *session.Session) *session.Session { return a.sessions.successor(s) },
		Problem:   a.show,
		Ended:     a.ended,
		Removed:   a.removed,
		Refreshed: func() {
			a.releaseIdle()
			a.relistEmptied()
		},
	}
}

// ended takes notice of a transfer that is over: what its outcome says of the
// connection, and what is on the server now.
func (a *App) ended(account string, row transfer.Row) {
	a.heard(account, row.Err, row.Ended)
	a.left(account, row)
	switch {
	case account != a.current:
	case row.Job.Op == transfer.Delete:
		if row.Phase == transfer.Done && row.Attempts > 1 { // a retry: nobody else waits for it
			a.Browser.RemoveObject(client.Object{At: row.Job.At(), VersionID: row.Job.From.Version})
		}
	case !row.Job.Op.WritesObject():
	case row.Receipt != nil:
		a.Browser.ShowStored(*row.Receipt)
	case row.Phase == transfer.Failed:
		a.Browser.CheckObject(row.Job.At())
	}
}

// removed takes notice of an object that was deleted, or with an error was not.
func (a *App) removed(account string, was client.Object, err error) {
	switch {
	case account != a.current:
	case err != nil:
		a.Browser.CheckObject(was.At)
	default:
		a.Browser.RemoveObject(was)
	}
}

// UnfinishedHere is how many transfers of the open account have failed or were
// cancelled: they go with it when it is removed.
func (a *App) UnfinishedHere() int { return a.Transfers.Unfinished(a.current) }

// UnprovenHere are the uploaded objects in the folder shown, or further down,
// whose encryption is not proved and about which the user has still to decide.
func (a *App) UnprovenHere() []transfers.Unproven {
	return a.Transfers.UnprovenIn(a.current, a.Browser.At())
}

// ShowUnproven selects them, in the list where they are in the folder shown, and
// their transfers. It opens the folder of the first where none is.
func (a *App) ShowUnproven() {
	all := a.UnprovenHere()
	a.Transfers.SelectUnproven(all)
	var objects []client.Location
	for _, u := range all {
		objects = append(objects, u.At())
	}
	a.Browser.Select(objects)
}
