package walls

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Arrows hold which rooms each room imports by itself, by their names.
type Arrows map[string][]string

// Drawing is the mark of the block in docs/ARCHITECTURE.md that holds the
// picture of all arrows: one line for each room that imports others,
//
//	room -> room, room
//
// which goes on in the next line after a comma. A line without an arrow is for
// people only.
const Drawing = "```arrows\n"

// ReadDrawing reads the picture out of a page of text.
func ReadDrawing(page string) (Arrows, error) {
	_, picture, found := strings.Cut(page, "\n"+Drawing)
	if !found {
		return nil, fmt.Errorf("the page has no block that begins with %q", strings.TrimSpace(Drawing))
	}
	picture, _, _ = strings.Cut(picture, "\n```")
	drawn := Arrows{}
	for line := range strings.Lines(strings.ReplaceAll(picture, ",\n", ",")) {
		from, to, arrow := strings.Cut(line, "->")
		if !arrow {
			continue
		}
		from = strings.TrimSpace(from)
		if _, twice := drawn[from]; twice {
			return nil, fmt.Errorf("%s has two lines: put its arrows into one", from)
		}
		for room := range strings.SplitSeq(to, ",") {
			drawn[from] = append(drawn[from], strings.TrimSpace(room))
		}
	}
	return drawn, nil
}

// Arrows are those between the rooms of the house.
func (g Graph) Arrows() Arrows {
	there := Arrows{}
	for _, from := range g.rooms() {
		for _, to := range g[from] {
			room, ours := strings.CutPrefix(to, Module+"/")
			if name := strings.TrimPrefix(from, Module+"/"); ours && !slices.Contains(there[name], room) {
				there[name] = append(there[name], room)
			}
		}
	}
	return there
}

// Differ compares the arrows that are there with those drawn; it returns one
// line for each that is only in one of them, and what to do about it.
func (a Arrows) Differ(drawn Arrows) []string {
	var lines []string
	for arrow := range a.each() {
		if !drawn.has(arrow) {
			lines = append(lines, fmt.Sprintf("%s -> %s is imported and not drawn: take the import out, or draw it under Arrows in docs/ARCHITECTURE.md", arrow[0], arrow[1]))
		}
	}
	for arrow := range drawn.each() {
		if !a.has(arrow) {
			lines = append(lines, fmt.Sprintf("%s -> %s is drawn and not imported: take it out of docs/ARCHITECTURE.md", arrow[0], arrow[1]))
		}
	}
	slices.Sort(lines)
	return lines
}

func (a Arrows) has(arrow [2]string) bool { return slices.Contains(a[arrow[0]], arrow[1]) }

// each yields every arrow, from and to.
func (a Arrows) each() func(yield func([2]string) bool) {
	return func(yield func([2]string) bool) {
		for _, from := range slices.Sorted(maps.Keys(a)) {
			for _, to := range a[from] {
				if !yield([2]string{from, to}) {
					return
				}
			}
		}
	}
}
