// Package versions is the versions of one object, or what was deleted in a folder,
// without a screen: the list, what may be done with which of it, and what comes of it.
//
// A delete marker is no version: it has no contents, and what is removed by removing it
// is that the object is hidden. Everything here belongs to the screen's goroutine and
// never waits.
package versions
