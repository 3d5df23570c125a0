//go:build !story

package main

import "github.com/bucketseal/bucketseal/ui"

// story is empty in the program people get; see story_on.go.
func story(*ui.UI) {}

// migrations tells Fyne that every call comes from the right goroutine, so that
// it need not check each.
var migrations = map[string]bool{"fyneDo": true}
