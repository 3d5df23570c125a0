// Package shell is the whole screen, without a screen: it makes the nouns (the
// accounts, the browser of the open one, the transfers, and for as long as they
// are looked at the rules, a question before a transfer, the properties of an
// object), holds the sessions, and carries news between the nouns. It is the only
// package that knows two of them; there is one file for each, with the world it
// is handed.
//
// Everything here belongs to one goroutine, the screen's. Nothing here blocks
// and nothing starts a goroutine: whatever may wait (network, disk, keyring) is
// handed to a [loop.Loop], which runs it elsewhere and brings the answer back.
// An answer to a question the user has turned away from is dropped with the
// context of its question. Nothing here knows a toolkit: its tests are stories,
// which read the rows of several nouns as text.
package shell
