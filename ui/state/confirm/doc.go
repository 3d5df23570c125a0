// Package confirm is what the user is asked before a byte moves, without a
// screen: which files go, what each gets and because of what, what is refused,
// what would be overwritten, and what may still be chosen.
//
// The disk and the server are looked at once, when the question arises; every
// choice is answered from what was found then. An upload is shown at once, while
// that goes on, and so is a copy. A download and the rename of one object begin by
// themselves where nothing needs an answer. What
// begins is the plan that was shown: one that says more than the user has seen
// waits for another yes. A [Transfer] belongs to the screen's goroutine and never
// waits.
package confirm
