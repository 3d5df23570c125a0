package state

import (
	"maps"
	"slices"

	"github.com/bucketseal/bucketseal/client/session"
)

// holding is a session and the account whose transfers it carries out.
type holding struct {
	account string // its id
	session *session.Session
	stop    func() // ends its watch
}

// held are all sessions: first those of the accounts as they are, then
// those of accounts that were changed while they had transfers.
func (a *App) held() []holding {
	var all []holding
	for _, id := range slices.Sorted(maps.Keys(a.sessions)) {
		all = append(all, holding{id, a.sessions[id], a.stops[id]})
	}
	return append(all, a.former...)
}

// part takes an account's session out; the screen shows none in its place. ok is
// false when it had none.
func (a *App) part(id string) (h holding, ok bool) {
	s, ok := a.sessions[id]
	if !ok {
		return holding{}, false
	}
	h = holding{id, s, a.stops[id]}
	delete(a.sessions, id)
	delete(a.stops, id)
	if a.current == id {
		a.current = ""
		a.Browser.Enter(nil)
	}
	return h, true
}

// supersede opens an account anew after it was changed. Transfers begun before go
// on as they began, and their rows stay.
func (a *App) supersede(id string) {
	if h, ok := a.part(id); ok {
		a.former = append(a.former, h)
		a.letGo()
	}
	a.Transfers.Refresh()
}

// letGo closes the sessions of accounts as they were, once they have nothing to
// show.
func (a *App) letGo() {
	a.former = slices.DeleteFunc(a.former, func(h holding) bool {
		if h.session.Transfers().Summary().Rows() > 0 {
			return false
		}
		h.stop()
		a.close(h.session)
		return true
	})
}

// successor is the session that carries on what one began: itself, or that of
// its account as it is now; nil while that is not open.
func (a *App) successor(s *session.Session) *session.Session {
	for _, h := range a.former {
		if h.session == s {
			return a.sessions[h.account]
		}
	}
	return s
}
