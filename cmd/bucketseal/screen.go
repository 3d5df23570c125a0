//go:build !ci

package main

import (
	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// screenSize is the room for windows on the first screen, in pixels; zero where
// it is not told. For the toolkit's goroutine, once it runs.
func screenSize() fyne.Size {
	m := glfw.GetPrimaryMonitor()
	if m == nil {
		return fyne.Size{}
	}
	_, _, width, height := m.GetWorkarea()
	return fyne.NewSize(float32(width), float32(height))
}
