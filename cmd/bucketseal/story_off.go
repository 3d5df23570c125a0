//go:build !story

package main

import "github.com/bucketseal/bucketseal/ui"

// story is empty in the program people get; see story_on.go.
func story(*ui.UI) {}
