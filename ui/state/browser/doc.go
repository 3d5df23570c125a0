// Package browser is the buckets of one account and the folder of it that is
// listed, without a screen: what the rows say, how they are filtered, sorted and
// selected, where Back and Up lead, what can be done here and why not, and what
// a deletion would take.
//
// A [Browser] knows one account at a time, the one it was handed by
// [Browser.Enter], and nothing of other browsers: there may be several. It
// belongs to the screen's goroutine, never waits, and drops the answer to a
// question the user has turned away from. A listing of a million objects is
// sorted as it comes. What a row says of an encryption is what the server told
// of it; "not told" is never worded as "not encrypted".
package browser
