// Package state is what is on the screen, without a screen: which account is
// open, which folder is listed and how it is sorted, what an upload would do,
// how the transfers stand, and the words for all of it.
//
// Everything here belongs to one goroutine, the screen's. Nothing here blocks
// and nothing starts a goroutine: whatever may wait (network, disk, keyring)
// is handed to a [loop.Loop], which runs it elsewhere and brings the answer back. An
// answer to a question the user has turned away from is dropped with the
// context of its question.
//
// Models tell their owner that something changed by their OnChange; whoever
// draws them then asks for rows and texts, which pure functions make of the
// model, already in the user's language. Nothing here knows a toolkit: a test
// reads the rows as text.
package state
