package shell

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
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
	LimitRate   int64 // bytes a second that may move at most, 0 for no limit: SetLimitRate

	loop loop.Loop
	desk Desk
	ctx  context.Context
	stop context.CancelFunc
	now  func() time.Time

	moved    chan struct{} // receives after transfers of any session changed
	current  string        // id of the open account, or of the one being opened
	opening  bool
	sessions sessions
	changes  map[string]int   // how often an account was changed or removed, by its id
	reached  map[string]reach // by account id
	clip     clip
	emptied  bool // folders that are shown may be gone with what was moved out of them
}

// New makes the screen of a desk. now is the clock; nil is time.Now.
func New(desk Desk, screen loop.Loop, now func() time.Time) *App {
	if now == nil {
		now = time.Now
	}
	a := &App{
		loop: screen, desk: desk, now: now, moved: make(chan struct{}, 1),
		reached: map[string]reach{}, changes: map[string]int{},
	}
	a.ctx, a.stop = context.WithCancel(context.Background())
	a.Browser = browser.New(a.browserWorld())
	a.Transfers = transfers.New(a.transfersWorld())
	a.Accounts = accounts.New(a.accountsWorld())
	desk.OnNote(func(text client.Text) {
		screen.Start(a.ctx, func(context.Context) func() { return func() { a.Transfers.Note(text) } })
	})
	screen.Watch(a.ctx, a.moved, refreshEvery, a.Transfers.Refresh)
	return a
}

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
			a.readLimit()
			a.Accounts.Load(func() { a.openOne(p.LastAccount) })
		})
}

// SavePreferences keeps a.Preferences.
func (a *App) SavePreferences() {
	p := a.Preferences.Clone()
	loop.Do(a.ctx, a.loop, func(context.Context) error { return a.desk.SavePreferences(p) }, a.problem)
}

// readLimit learns the limit that is in force.
func (a *App) readLimit() {
	loop.Fetch(a.ctx, a.loop, func(context.Context) (preferences.Transfers, error) { return a.desk.TransferPreferences() },
		func(t preferences.Transfers, err error) {
			if err == nil { // else it was told of when the window's were read
				a.LimitRate = t.LimitRate
			}
			a.changed()
		})
}

// SetLimitRate limits how many bytes a second move, from now on; 0 takes the limit
// away. One that cannot be kept is told of, and the one before stays.
func (a *App) SetLimitRate(bytes int64) {
	loop.Do(a.ctx, a.loop, func(context.Context) error { return a.desk.LimitRate(bytes) }, func(err error) {
		if a.problem(err); err == nil {
			a.LimitRate = bytes
		}
		a.changed()
	})
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
