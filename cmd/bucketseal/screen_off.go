//go:build ci

package main

import "fyne.io/fyne/v2"

// screenSize is not told: with this tag there is no screen; see screen.go.
func screenSize() fyne.Size { return fyne.Size{} }
