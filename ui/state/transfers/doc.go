// Package transfers is the list of transfers of all open accounts, without a
// screen: what each row says, in which order they are, what can be done to
// them and why not, their totals, and what was uploaded and is not proved to be
// encrypted as asked.
//
// A [List] does not copy the engines' rows. [List.Refresh] reads what changed
// since it looked last, keeps of each row only its place, and asks an
// engine for the few rows that are drawn: so a million queued files cost a
// window nothing. Between two refreshes the rows keep their places, whatever the
// engines do, so that what is clicked is what was drawn.
//
// It belongs to the screen's goroutine and never waits. "Done" is never said
// without what the proof found.
package transfers
