package shell

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state/browser"
)

// browserWorld is what the browser is told and asks.
func (a *App) browserWorld() browser.World {
	return browser.World{
		Context: a.ctx, Loop: a.loop, Now: a.now,
		Problem: a.show,
		Heard:   func(of client.Account, err error, at time.Time) { a.heard(of.ID, err, at) },
		Listed:  func(of client.Account, err error) { a.connection(of.ID, err) },
		NeedsBucket: func() {
			if a.OnBucketWanted != nil {
				a.OnBucketWanted()
			}
		},
		Ask: func(d *browser.Deletion) {
			if a.OnDeletion != nil {
				a.OnDeletion(d)
			}
		},
		Known:           func(of client.Account) []string { return a.Preferences.Buckets[of.ID] },
		Keep:            func(of client.Account, names []string) { a.keepBuckets(of.ID, names) },
		HidesEncryption: func() bool { return a.Preferences.HideEncryption },
	}
}

// keepBuckets writes down which buckets of an account were opened by name.
func (a *App) keepBuckets(account string, names []string) {
	if a.Preferences.Buckets == nil {
		a.Preferences.Buckets = map[string][]string{}
	}
	a.Preferences.Buckets[account] = names
	if len(names) == 0 {
		delete(a.Preferences.Buckets, account)
	}
	a.SavePreferences()
}
