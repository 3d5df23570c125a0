// Package widgets holds the reusable parts the screens are made of: a table for
// a million rows, a path bar, dialogs that answer to Enter and Esc, fields that
// show an error at its place, and the theme.
//
// They draw and they announce; they decide nothing. A widget knows no word of
// the program's business and does no work of its own: what the user wants is
// told by a callback (OnActivate, OnGo, ...) and the screen answers. Texts come
// from outside, already translated.
//
// Goroutines: everything here belongs to the toolkit's one goroutine. Every
// callback is called on it, during the event which caused it, and every method
// must be called on it. Nothing here starts a goroutine or waits.
package widgets
