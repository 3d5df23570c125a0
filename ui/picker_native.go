//go:build windows || darwin

package ui

import (
	"context"
	"errors"

	"github.com/ncruces/zenity"
)

// systemPicker is the dialog of Windows or macOS.
type systemPicker struct{}

// OpenFiles chooses files.
func (systemPicker) OpenFiles(ctx context.Context, title string) ([]string, error) {
	paths, err := zenity.SelectFileMultiple(zenity.Context(ctx), zenity.Title(title))
	return paths, chosen(err)
}

// OpenFolder chooses a folder.
func (systemPicker) OpenFolder(ctx context.Context, title string) (string, error) {
	path, err := zenity.SelectFile(zenity.Context(ctx), zenity.Title(title), zenity.Directory())
	return path, chosen(err)
}

// SaveFile chooses a name.
func (systemPicker) SaveFile(ctx context.Context, title, name string) (string, error) {
	path, err := zenity.SelectFileSave(zenity.Context(ctx), zenity.Title(title), zenity.Filename(name), zenity.ConfirmOverwrite())
	return path, chosen(err)
}

// chosen drops "the user chose nothing", which is no error.
func chosen(err error) error {
	if errors.Is(err, zenity.ErrCanceled) {
		return nil
	}
	return err
}
