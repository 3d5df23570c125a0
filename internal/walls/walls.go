// Package walls keeps the arrows between the rooms of the house one-way.
//
// It knows two things. The picture in docs/ARCHITECTURE.md draws every arrow
// there is: [ReadDrawing] reads it, and one that is imported and not drawn, or
// drawn and not imported, is a failure. A wall says that a room must never reach
// a package, however many imports are between, and because of what; [Walls] is
// the whole list. The tests of this package check both against the import graph
// which the go command reports, on every system the program is built for,
// without test files.
//
// It promises that a wall cannot rot: one that names a package which no longer
// exists is itself a failure, and so is one without its because. It refuses
// nothing at run time; no program imports it.
package walls

import (
	"fmt"
	"slices"
	"strings"
)

// Module is the import path every room's name hangs under.
const Module = "github.com/bucketseal/bucketseal"

// A Wall is one arrow that must not exist.
//
// Rooms, Never, Except and Open are patterns in the manner of the go command: a name
// ending in "/..." means the package and all below it. A name whose first
// element has a dot is somebody else's module ("fyne.io/..."), one that begins
// with "std/" is of the standard library ("std/net/http"), every other is a
// room of this house ("client/rules"). "..." alone is every room, and
// [Outside] everything that is neither a room nor the standard library.
type Wall struct {
	Rooms   []string
	Never   []string
	Except  []string // rooms the wall does not stand for
	Open    []string // doors in it: packages that Never does not mean
	Because string
}

// Outside stands for every package of other people.
const Outside = "outside"

// A Graph holds the imports of every package, by import path.
type Graph map[string][]string

// Breaches returns one line for each package that reaches what the wall keeps
// from it, with the shortest chain of imports that leads there.
func (w Wall) Breaches(g Graph) []string {
	var found []string
	for _, from := range g.rooms() {
		if !matchesAny(w.Rooms, from) || matchesAny(w.Except, from) {
			continue
		}
		if chain := g.chain(from, w.Never, w.Open); chain != nil {
			found = append(found, fmt.Sprintf("%s (because %s)", strings.Join(chain, " -> "), w.Because))
		}
	}
	return found
}

// Vanished returns the patterns of the wall that match nothing in the graph.
func (w Wall) Vanished(g Graph) []string {
	var gone []string
	for _, pattern := range slices.Concat(w.Rooms, w.Never, w.Except, w.Open) {
		if pattern != Outside && !g.has(pattern) {
			gone = append(gone, pattern)
		}
	}
	return gone
}

// rooms returns the packages of this module, sorted.
func (g Graph) rooms() []string {
	var ours []string
	for path := range g {
		if isRoom(path) {
			ours = append(ours, path)
		}
	}
	slices.Sort(ours)
	return ours
}

func (g Graph) has(pattern string) bool {
	for path := range g {
		if matches(pattern, path) {
			return true
		}
	}
	return false
}

// chain walks the imports breadth first, so that what it returns is a shortest
// way from the package to one that a pattern matches and no door; nil when
// there is none.
func (g Graph) chain(from string, patterns, open []string) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range g[queue[0]] {
			if _, seen := cameFrom[next]; seen {
				continue
			}
			cameFrom[next] = queue[0]
			if matchesAny(patterns, next) && !matchesAny(open, next) {
				chain := []string{next}
				for at := queue[0]; at != ""; at = cameFrom[at] {
					chain = append(chain, at)
				}
				slices.Reverse(chain)
				return chain
			}
			queue = append(queue, next)
		}
	}
	return nil
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

func matches(pattern, path string) bool {
	switch {
	case pattern == Outside:
		return strings.Contains(firstElement(path), ".") && !isRoom(path)
	case pattern == "...":
		return isRoom(path)
	case strings.HasPrefix(pattern, "std/"):
		pattern = strings.TrimPrefix(pattern, "std/")
	case !strings.Contains(firstElement(pattern), "."):
		pattern = Module + "/" + pattern
	}
	if above, all := strings.CutSuffix(pattern, "/..."); all {
		return path == above || strings.HasPrefix(path, above+"/")
	}
	return path == pattern
}

func isRoom(path string) bool { return path == Module || strings.HasPrefix(path, Module+"/") }

func firstElement(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}
