//go:build !linux && !windows && !darwin

package ui

import "context"

// systemPicker is none: the window asks for paths itself.
type systemPicker struct{}

// OpenFiles has no dialog.
func (systemPicker) OpenFiles(context.Context, string) ([]string, error) { return nil, ErrNoPicker }

// OpenFolder has no dialog.
func (systemPicker) OpenFolder(context.Context, string) (string, error) { return "", ErrNoPicker }

// SaveFile has no dialog.
func (systemPicker) SaveFile(context.Context, string, string) (string, error) { return "", ErrNoPicker }
