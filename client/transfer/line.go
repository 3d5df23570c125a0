package transfer

import (
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A line is the items that wait for a worker: those of the highest priority
// first, then in the order they came. It belongs to the engine's mutex.
type line struct{ lanes []lane }

// A lane is the items of one priority. It may hold some that left Queued since.
type lane struct {
	priority int
	items    []*item
}

// push puts an item at the end of its lane.
func (l *line) push(it *item) {
	i, ok := slices.BinarySearchFunc(l.lanes, it.row.Job.Priority, func(a lane, priority int) int { return priority - a.priority })
	if !ok {
		l.lanes = slices.Insert(l.lanes, i, lane{priority: it.row.Job.Priority})
	}
	it.queued = true
	l.lanes[i].items = append(l.lanes[i].items, it)
}

// next takes what one worker carries out: an item or, where its operation does
// many with one request, those behind it that may go along. None: nothing waits.
func (l *line) next() (group []*item) {
	for it := l.first(); it != nil; it = l.first() {
		if len(group) > 0 && (len(group) == client.MaxEntries || !together(group[0].row.Job, it.row.Job)) {
			break
		}
		group = append(group, it)
		l.drop()
	}
	return group
}

// together reports whether one request takes both jobs.
func together(first, j Job) bool {
	o, ok := operations[first.Op].(grouped)
	return ok && j.Op == first.Op && o.joins(first, j)
}

// first is the item whose turn it is, nil for none.
func (l *line) first() *item {
	for len(l.lanes) > 0 {
		for items := l.lanes[0].items; len(items) > 0; items = l.lanes[0].items {
			if items[0].row.Phase == Queued {
				return items[0]
			}
			l.drop() // paused or cancelled while it waited
		}
		l.lanes = slices.Delete(l.lanes, 0, 1)
	}
	return nil
}

// drop takes the first item of the first lane off.
func (l *line) drop() {
	items := l.lanes[0].items
	items[0].queued = false
	items[0] = nil
	l.lanes[0].items = items[1:]
}
