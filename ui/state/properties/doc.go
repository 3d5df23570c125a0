// Package properties is what is known of one object, without a screen: as the
// server says it, beside what the rules ask for its name.
//
// It claims only what was compared. What the server did not tell is said to be
// not told, never to be absent, and an answer that failed takes away what was
// known before, since that may be wrong by now. A [Properties] belongs to the
// screen's goroutine and asks one question at a time.
package properties
