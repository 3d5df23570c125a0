package state

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

// An App is the whole screen: accounts, the open one's browser, the transfers.
type App struct {
	// OnChange is called after accounts, connection or rates changed. It and the
	// callbacks below are called on the screen's goroutine; nil for none.
	OnChange func()
	// OnProblem shows an error.
	OnProblem func(explain.Message)
	// OnConfirm shows what a transfer would do and asks whether it should.
	OnConfirm func(*confirm.Transfer)
	// OnDeletion shows what a deletion would take and asks.
	OnDeletion func(*browser.Deletion)
	// OnBucketWanted asks for the name of a bucket: the server lists none to this
	// account.
	OnBucketWanted func()
	// OnReady is called once, after the preferences were read and before an
	// account is opened.
	OnReady func()

	Accounts    *accounts.List
	Browser     *browser.Browser
	Transfers   *transfers.List
	Preferences preferences.Window

	loop loop.Loop
	desk Desk
	ctx  context.Context
	stop context.CancelFunc
	now  func() time.Time

	current  string // id of the open account, or of the one being opened
	opening  bool
	sessions sessions
	reached  map[string]reach // by account id
}

// NewApp makes the screen of a desk. now is the clock; nil is time.Now.
func NewApp(desk Desk, screen loop.Loop, now func() time.Time) *App {
	if now == nil {
		now = time.Now
	}
	a := &App{loop: screen, desk: desk, now: now, reached: map[string]reach{}}
	a.ctx, a.stop = context.WithCancel(context.Background())
	a.Browser = browser.New(a.browserWorld())
	a.Transfers = transfers.New(a.transfersWorld())
	a.Accounts = accounts.New(a.accountsWorld())
	return a
}

// Loop, Desk and Context are for the models of other windows.
func (a *App) Loop() loop.Loop { return a.loop }

// Desk is the world outside.
func (a *App) Desk() Desk { return a.desk }

// Context lives as long as the program.
func (a *App) Context() context.Context { return a.ctx }

// Session is the open account's session, nil while none is open.
func (a *App) Session() *session.Session { return a.Browser.Session() }

// Start reads preferences and accounts and opens the account shown last, or
// the first.
func (a *App) Start() {
	loop.Fetch(a.ctx, a.loop, func(context.Context) (preferences.Window, error) { return a.desk.Preferences() },
		func(p preferences.Window, err error) {
			a.Preferences = p
			if a.OnReady != nil {
				a.OnReady()
			}
			a.problem(err)
			a.Accounts.Load(func() { a.openOne(p.LastAccount) })
		})
}

// SavePreferences keeps a.Preferences.
func (a *App) SavePreferences() {
	p := a.Preferences.Clone()
	loop.Do(a.ctx, a.loop, func(context.Context) error { return a.desk.SavePreferences(p) }, a.problem)
}

// Current is the id of the account that is open or being opened, "" for none.
func (a *App) Current() string { return a.current }

// CurrentName is what that account is called, "" for none.
func (a *App) CurrentName() string {
	account, _ := a.Accounts.Find(a.current)
	return account.Name
}

// openOne opens the account of an id, or the first where there is none of it.
func (a *App) openOne(id string) {
	all := a.Accounts.All()
	if len(all) == 0 {
		return
	}
	if _, ok := a.Accounts.Find(id); !ok {
		id = all[0].ID
	}
	a.Open(id)
}

// Open shows an account. Transfers of the one shown before go on.
func (a *App) Open(id string) {
	if id == a.current && (a.opening || a.Session() != nil) {
		return
	}
	a.current, a.opening = id, true
	delete(a.reached, id)
	a.Browser.Enter(nil)
	a.changed()
	if s := a.sessions.of(id); s != nil {
		a.opened(id, s)
		return
	}
	account, ok := a.Accounts.Find(id)
	if !ok {
		account.ID = id // the world says that it is gone
	}
	loop.Fetch(a.ctx, a.loop, func(ctx context.Context) (*session.Session, error) { return a.desk.Open(ctx, account) },
		func(s *session.Session, err error) {
			switch {
			case err != nil:
				if a.current == id {
					a.opening, a.current = false, ""
					a.problem(err)
				}
			case a.sessions.of(id) != nil: // opened twice meanwhile
				a.close(s)
			default:
				a.hold(id, s)
				if a.current == id {
					a.opened(id, s)
				}
			}
			a.changed()
		})
}

func (a *App) opened(id string, s *session.Session) {
	a.opening = false
	a.Browser.Enter(s)
	if a.Preferences.LastAccount != id {
		a.Preferences.LastAccount = id
		a.SavePreferences()
	}
	a.changed()
}

func (a *App) changed() {
	if a.OnChange != nil {
		a.OnChange()
	}
}

func (a *App) problem(err error) {
	if err != nil {
		a.show(explain.Error(err))
	}
}

func (a *App) show(m explain.Message) {
	if a.OnProblem != nil {
		a.OnProblem(m)
	}
}
