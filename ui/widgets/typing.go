package widgets

import "slices"

// Typing is a text that counts once the typing paused, because a word half
// composed means nothing yet. Whatever is done meanwhile comes after it: a dialog
// lets what was typed count before any of its keys and buttons, and so must
// whoever acts on it elsewhere (FlushTyping).
type Typing struct {
	take  func(text string)
	later func(f func()) (stop func())
	text  string
	stop  func() // nil while nothing waits
}

// typings wait for the end of the typing. They belong to the toolkit's goroutine.
var typings []*Typing

// NewTyping makes one. later calls f after the pause, unless it is stopped; take
// is given the text that counts.
func NewTyping(later func(f func()) (stop func()), take func(text string)) *Typing {
	return &Typing{later: later, take: take}
}

// Set is the text as it is, at each key: give it to OnChanged.
func (t *Typing) Set(text string) {
	t.drop()
	t.text = text
	t.stop = t.later(t.Flush)
	typings = append(typings, t)
}

// Flush lets the text count now, if it waits.
func (t *Typing) Flush() {
	if t.drop() {
		t.take(t.text)
	}
}

// drop stops waiting; waited says whether it did.
func (t *Typing) drop() (waited bool) {
	if t.stop == nil {
		return false
	}
	t.stop()
	t.stop = nil
	typings = slices.DeleteFunc(typings, func(o *Typing) bool { return o == t })
	return true
}

// FlushTyping lets all that was typed count now.
func FlushTyping() {
	for len(typings) > 0 {
		typings[0].Flush()
	}
}
