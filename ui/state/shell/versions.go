package shell

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
	"github.com/bucketseal/bucketseal/ui/state/versions"
)

// Versions begins to list the versions of an object of the open account, or what was
// deleted below a folder; Close ends it.
func (a *App) Versions(at client.Location) *versions.Versions {
	s := a.Session()
	return versions.New(at, versions.World{
		Context: a.Browser.Context(), Loop: a.loop,
		List: func(ctx context.Context) ([]client.Object, error) {
			if at.IsFolder() {
				return s.Deleted(ctx, at)
			}
			return s.VersionsOf(ctx, at)
		},
		Restore: func(ctx context.Context, o client.Object) (transfer.Plan, error) {
			return s.PlanRestore(ctx, o.At, o.VersionID, session.Choice{})
		},
		Remove: s.Remove,
		Download: func(o client.Object, into, as string) {
			w := a.confirmWorld(s)
			w.Survey = func(ctx context.Context) (session.Draft, error) {
				return s.DraftDownload(ctx, []client.Object{o}, into, session.DownloadOptions{VersionID: o.VersionID, As: as})
			}
			confirm.Download(into, w)
		},
		Submit:  func(jobs []transfer.Job) { a.submit(s, jobs) },
		Removed: func(o client.Object) { a.removed(s.Account().ID, o, nil) },
		Problem: a.show,
	})
}
