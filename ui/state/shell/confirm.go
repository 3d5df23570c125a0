package shell

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// Upload asks what uploading files and folders into the folder shown would do.
func (a *App) Upload(paths []string) { a.UploadTo(paths, a.Browser.At()) }

// UploadTo is Upload into another folder or bucket.
func (a *App) UploadTo(paths []string, to client.Location) {
	if a.Browser.WhyNotUploadTo(to) != "" || len(paths) == 0 {
		return
	}
	s := a.Session()
	w := a.confirmWorld(s)
	w.Survey = func(ctx context.Context) (session.Draft, error) {
		return s.DraftUpload(ctx, paths, to, session.UploadOptions{})
	}
	confirm.Upload(to, w)
}

// Download asks what downloading the objects into a folder of this computer
// would do, and begins at once when nothing needs an answer. as is the exact
// name of the file for a single object, "" for its own.
func (a *App) Download(what []client.Object, into, as string) {
	s := a.Session()
	if s == nil || len(what) == 0 {
		return
	}
	w := a.confirmWorld(s)
	w.Survey = func(ctx context.Context) (session.Draft, error) {
		return s.DraftDownload(ctx, what, into, session.DownloadOptions{As: as})
	}
	confirm.Download(into, w)
}

// confirmWorld is what a question about a transfer of the account shown is told
// and asks, but for what it is about.
func (a *App) confirmWorld(s *session.Session) confirm.World {
	w := confirm.World{
		Context: a.Browser.Context(), Loop: a.loop,
		Ask: func(t *confirm.Transfer) {
			if a.OnConfirm != nil {
				a.OnConfirm(t)
			}
		},
		Submit:  func(jobs []transfer.Job) { a.submit(s, jobs) },
		Problem: a.show,
	}
	if s.HasKMS() {
		w.Keys = s.KMSKeys
	}
	return w
}

// submit hands jobs over to an account's transfers, whatever is shown meanwhile.
func (a *App) submit(s *session.Session, jobs []transfer.Job) {
	loop.Do(a.ctx, a.loop, func(context.Context) error {
		_, err := s.Transfers().Submit(slices.Values(jobs))
		return err
	}, func(err error) {
		a.problem(err)
		a.Transfers.Refresh()
	})
}
