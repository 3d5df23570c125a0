package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// A Picker lets the user choose files and folders of this computer. Its methods
// wait for the user and are called away from the screen. Nothing chosen is an
// empty answer and no error. ErrNoPicker says that there is no such dialog here:
// the window then asks for paths itself.
type Picker interface {
	OpenFiles(ctx context.Context, title string) ([]string, error)
	OpenFolder(ctx context.Context, title string) (string, error)
	SaveFile(ctx context.Context, title, name string) (string, error)
}

// ErrNoPicker is the answer of a Picker that cannot be used here.
var ErrNoPicker = client.Say("this system has no file dialog").Err()

// openFiles lets the user choose files to open. Where the system has no dialog for
// it, ours is over the window that asked, and so are problems.
func (u *UI) openFiles(w fyne.Window, title string, then func(paths []string)) {
	u.pick(w, func(ctx context.Context) ([]string, error) { return u.options.Picker.OpenFiles(ctx, title) },
		func() { u.askPaths(w, pathQuestion{title: title, many: true, then: then}) }, then)
}

// openFolder lets the user choose a folder.
func (u *UI) openFolder(w fyne.Window, title string, then func(path string)) {
	one := func(paths []string) { then(paths[0]) }
	u.pick(w, func(ctx context.Context) ([]string, error) {
		path, err := u.options.Picker.OpenFolder(ctx, title)
		return some(path), err
	}, func() { u.askPaths(w, pathQuestion{title: title, folder: true, then: one}) }, one)
}

// saveFile lets the user choose a name to save under; name is the one proposed.
func (u *UI) saveFile(w fyne.Window, title, name string, then func(path string)) {
	one := func(paths []string) { then(paths[0]) }
	u.pick(w, func(ctx context.Context) ([]string, error) {
		path, err := u.options.Picker.SaveFile(ctx, title, name)
		return some(path), err
	}, func() { u.askPaths(w, pathQuestion{title: title, save: true, name: name, then: one}) }, one)
}

// pick asks the system's dialog, and by ours where there is none. then is not
// called when nothing was chosen.
func (u *UI) pick(w fyne.Window, choose func(context.Context) ([]string, error), ask func(), then func([]string)) {
	if u.picking {
		return // one is open; it is not modal everywhere
	}
	u.picking = true
	u.options.Loop.Start(u.state.Context(), func(ctx context.Context) func() {
		paths, err := choose(ctx)
		return func() {
			u.picking = false
			switch {
			case errors.Is(err, ErrNoPicker):
				ask()
			case err != nil:
				u.showMessageOn(w, explain.Error(err), widgets.RoleBad)
			case len(paths) > 0:
				then(paths)
			}
		}
	})
}

func some(path string) []string {
	if path == "" {
		return nil
	}
	return []string{path}
}

func (u *UI) chooseUpload() {
	u.openFiles(u.window, i18n.T("Upload files"), u.state.Upload)
}

func (u *UI) chooseUploadFolder() {
	u.openFolder(u.window, i18n.T("Upload a folder"), func(path string) { u.state.Upload([]string{path}) })
}

func (u *UI) chooseDownload() {
	what := u.state.Browser.Selected()
	if len(what) == 0 {
		return
	}
	u.openFolder(u.window, i18n.T("Download into a folder"), func(path string) { u.state.Download(what, path, "") })
}
