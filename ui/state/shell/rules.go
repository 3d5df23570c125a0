package shell

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
)

// Rules begins to show the encryption rules; its Close ends it.
func (a *App) Rules() *rulelist.List {
	return rulelist.New(rulelist.World{
		Context: a.ctx, Loop: a.loop, Book: a.desk.Rules(),
		Account: func() (client.Account, bool) {
			if s := a.Session(); s != nil {
				return s.Account(), true
			}
			return client.Account{}, false
		},
		Accounts: a.Accounts.All,
		Bucket:   func() string { return a.Browser.At().Bucket },
		Buckets:  func() ([]string, bool) { return a.Browser.BucketNames(), a.Browser.BucketsKnown() },
		RuleSet:  a.Browser.RuleSet,
		Reread:   a.Browser.RefreshRules,
		KMSKeys: func() func(context.Context) ([]client.Key, error) {
			if s := a.Session(); s != nil {
				return s.KMSKeys
			}
			return nil
		},
		SecretsKeptIn: a.SecretsKeptIn,
	})
}
