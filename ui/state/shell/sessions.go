package shell

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// A held session carries out the transfers of an account, also while another
// account is shown.
type held struct {
	account string // its id
	session *session.Session
	former  bool // its account was changed since: it is held until its transfers are cleared
}

// sessions are all that are held, in the order they were opened.
type sessions []held

// of is the session of an account as it is now, nil while none is open.
func (all sessions) of(account string) *session.Session {
	for _, h := range all {
		if h.account == account && !h.former {
			return h.session
		}
	}
	return nil
}

// successor is the session that carries on what one began: itself, or that of
// its account as it is now; nil while that is not open.
func (all sessions) successor(s *session.Session) *session.Session {
	for _, h := range all {
		if h.session == s && h.former {
			return all.of(h.account)
		}
	}
	return s
}

// hold keeps a session that was opened, and lets its transfers be drawn.
func (a *App) hold(account string, s *session.Session) {
	a.sessions = append(a.sessions, held{account: account, session: s})
	s.Transfers().Notify(a.moved)
}

// takeOver brings in the transfers of an account that earlier runs of the program
// have left, paused; the list says how many (transfers.List.Notices).
func (a *App) takeOver(s *session.Session) {
	loop.Fetch(a.ctx, a.loop, func(context.Context) (transfer.Range, error) {
		return s.Transfers().TakeOver(transfer.Paused, nil)
	}, func(_ transfer.Range, err error) {
		if !errors.Is(err, transfer.ErrClosed) {
			a.problem(err)
		}
		a.Transfers.Refresh()
	})
}

// refreshEvery is how often moving transfers are drawn at most, those of all
// accounts together.
const refreshEvery = 200 * time.Millisecond

// retire takes notice that an account was changed: it is opened anew when it is
// shown next. Transfers begun before go on as they began, and their rows stay.
func (a *App) retire(account string) {
	a.changes[account]++
	for i := range a.sessions {
		if a.sessions[i].account == account {
			a.sessions[i].former = true
		}
	}
	a.leave(account)
	a.releaseIdle()
	a.Transfers.Refresh()
}

// release closes the sessions of an account that was removed, and takes off what is
// left of its transfers: nobody can go on with them.
func (a *App) release(account string) {
	a.changes[account]++
	a.leave(account)
	a.sessions = slices.DeleteFunc(a.sessions, func(h held) bool {
		if h.account != account {
			return false
		}
		loop.Do(a.ctx, a.loop, func(ctx context.Context) error {
			h.session.Transfers().Clear()
			return h.session.Close(ctx)
		}, a.problem)
		return true
	})
	a.Transfers.Refresh()
}

// leave shows no account where one was shown.
func (a *App) leave(account string) {
	if a.current == account {
		a.current = ""
		a.Browser.Enter(nil)
	}
}

// releaseIdle closes the sessions of accounts as they were, once they have no
// transfer to show.
func (a *App) releaseIdle() {
	a.releaseThose(func(h held) bool { return h.former && h.session.Transfers().Summary().Rows() == 0 })
}

func (a *App) releaseThose(which func(held) bool) {
	a.sessions = slices.DeleteFunc(a.sessions, func(h held) bool {
		if !which(h) {
			return false
		}
		a.close(h.session)
		return true
	})
}

func (a *App) close(s *session.Session) {
	loop.Do(a.ctx, a.loop, s.Close, a.problem)
}

// Close keeps the preferences and stops everything. It returns at once; closed
// is called on the screen's goroutine when the transfers have cleaned up after
// themselves.
func (a *App) Close(closed func()) {
	p, closing := a.Preferences.Clone(), a.closing()
	loop.Do(context.WithoutCancel(a.ctx), a.loop, func(ctx context.Context) error {
		return errors.Join(a.desk.SavePreferences(p), closing(ctx))
	}, func(error) {
		a.stop() // the program ends whatever went wrong: there is nothing left to do about it
		closed()
	})
}

// Finish is Close for a program whose screen has ended already: it waits, so
// nothing may be drawn any more.
func (a *App) Finish() {
	ctx := context.WithoutCancel(a.ctx)
	a.stop()
	_ = a.closing()(ctx) // there is nobody left to tell
}

// closing is the work of closing all sessions, as they are now.
func (a *App) closing() func(context.Context) error {
	all := slices.Clone(a.sessions)
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, closeWait)
		defer cancel()
		var errs []error
		for _, h := range all {
			errs = append(errs, h.session.Close(ctx))
		}
		return errors.Join(errs...)
	}
}

// closeWait is how long the end of the program waits for a server.
const closeWait = 10 * time.Second
