package main

import (
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// A statusLine is the last line of a terminal, which says how far a command is and
// is rewritten in place. What else is written there goes above it. Safe for
// concurrent use; the zero value is that of who sits at no terminal and shows
// nothing.
type statusLine struct {
	to    io.Writer  // nil for nowhere
	width func() int // columns

	mu    sync.Mutex
	shown int // columns that are written on
	held  int // by questions that are open
}

// show writes the line anew, as far as there is room for it. Control characters are
// the caller's to keep out.
func (l *statusLine) show(text string) {
	if l == nil || l.to == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held > 0 {
		return
	}
	text = cutTo(text, l.width()-1) // a terminal that is full to the last column may begin another line
	n := utf8.RuneCountInString(text)
	l.write("\r" + text + strings.Repeat(" ", max(l.shown-n, 0)) + strings.Repeat("\b", max(l.shown-n, 0)))
	l.shown = n
}

// above lets somebody write to the terminal: the line makes room, and comes again
// when it is shown next.
func (l *statusLine) above(write func()) {
	if l == nil {
		write()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	write()
}

// leave takes the line away.
func (l *statusLine) leave() { l.above(func() {}) }

// hold keeps the line away until release is called, as a question does.
func (l *statusLine) hold() (release func()) {
	if l == nil {
		return func() {}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	l.held++
	return func() {
		l.mu.Lock()
		l.held--
		l.mu.Unlock()
	}
}

// clear takes the line away. The caller holds the mutex.
func (l *statusLine) clear() {
	if l.shown > 0 {
		l.write("\r" + strings.Repeat(" ", l.shown) + "\r")
		l.shown = 0
	}
}

// write writes to the terminal; one that cannot be written shows nothing.
func (l *statusLine) write(s string) { _, _ = io.WriteString(l.to, s) }

// cutTo is as much of a text as n columns hold, its characters being one column
// wide each.
func cutTo(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}
