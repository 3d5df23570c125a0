package ui

import (
	"context"
	"net/url"
	"path/filepath"

	"github.com/rymdport/portal/filechooser"

	"github.com/bucketseal/bucketseal/client"
)

// systemPicker is the dialog of the desktop, by its portal. Where no portal
// answers (a bare window manager, a virtual screen) there is none.
// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.FileChooser.html
type systemPicker struct{}

// OpenFiles chooses files.
func (systemPicker) OpenFiles(_ context.Context, title string) ([]string, error) {
	return portalPaths(filechooser.OpenFile("", title, &filechooser.OpenFileOptions{Multiple: true}))
}

// OpenFolder chooses a folder.
func (systemPicker) OpenFolder(_ context.Context, title string) (string, error) {
	return onlyOne(portalPaths(filechooser.OpenFile("", title, &filechooser.OpenFileOptions{Directory: true})))
}

// SaveFile chooses a name.
func (systemPicker) SaveFile(_ context.Context, title, name string) (string, error) {
	return onlyOne(portalPaths(filechooser.SaveFile("", title, &filechooser.SaveFileOptions{CurrentName: name})))
}

// portalPaths makes paths of file URIs. Whatever goes wrong with the portal is
// the same to us: there is no dialog to be had.
func portalPaths(uris []string, err error) ([]string, error) {
	if err != nil {
		return nil, client.Say("%v: %v", ErrNoPicker, err).Err()
	}
	var paths []string
	for _, uri := range uris {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "file" {
			return nil, client.Say("the file dialog chose %q, which is no file of this computer", uri).Err()
		}
		paths = append(paths, filepath.FromSlash(u.Path))
	}
	return paths, nil
}

func onlyOne(paths []string, err error) (string, error) {
	if err != nil || len(paths) == 0 {
		return "", err
	}
	return paths[0], nil
}
