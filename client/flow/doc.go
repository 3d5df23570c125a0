// Package flow is how much of an endpoint transfers use at once, how fast, and how
// often again after a failure.
//
// A [Flow] belongs to one endpoint, and all engines of a process that move
// something to or from it share it. It gives out turns, each the right to have one
// request under way ([Turn], a client.Turn). A file has a turn; one in parts has as
// many as are free ([Spread]). So one large file may use all there is, and so
// may many small ones; where several want more, the one that has least gets the
// next. How many turns there are is found out by doing: more while that moves more,
// fewer when the server asks to slow down or falls silent.
//
// Requests sent again draw on a budget that requests that are served fill. A server
// that serves nothing is therefore not asked eight times as much, but once in a
// while, until it serves again ([Flow.Outage]).
//
// What somebody waits for at the screen has no turn and asks nobody: it is never
// behind transfers.
//
// A [Pace] is how many bytes a second may move; it may be shared by endpoints, since
// the line is. See docs/decisions/022-flow.md.
package flow
