package transfers

import (
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Tally counts the transfers by what people ask: how many run, wait, failed,
// are done.
type Tally struct {
	Running, Waiting, Paused, Failed, Kept, Done, Other int
	Up, Down                                            float64 // bytes a second
	// Bytes and Moved are of all that is not over and of what ended since it began:
	// the total. A size nobody told counts as what has come.
	Bytes, Moved int64
	Outage       bool // some wait for a server that serves nothing
}

// Tally counts the rows.
func (l *List) Tally() Tally {
	var n Tally
	for _, e := range l.engines {
		n.add(e)
	}
	return n
}

// add counts an engine's rows, and what was decided of those that failed.
func (n *Tally) add(e *engine) {
	s, failed := e.sum, e.kinds.failed
	gone := failed[deleted] + failed[replaced]
	n.Running += s.Running()
	n.Waiting += s.Phases[transfer.Queued]
	n.Paused += s.Phases[transfer.Paused]
	n.Failed += s.Phases[transfer.Failed] - failed[kept] - gone
	n.Kept += failed[kept]
	n.Done += s.Phases[transfer.Done]
	n.Other += s.Phases[transfer.Skipped] + s.Phases[transfer.Cancelled] + gone
	n.Up, n.Down = n.Up+s.Up, n.Down+s.Down
	n.Outage = n.Outage || e.isOut()
	done := s.Done - e.past
	n.Bytes, n.Moved = n.Bytes+s.Bytes+done, n.Moved+s.Moved+done
}

// Part is how much of the total has moved, 0 to 1.
func (n Tally) Part() float64 {
	if n.Bytes <= 0 {
		return 0
	}
	return min(1, float64(n.Moved)/float64(n.Bytes))
}

// Total is the words on the total bar: "42 %, 1.2 GiB of 3.0 GiB, 0:40 left".
func (n Tally) Total() string {
	text := i18n.T("%d %%, %s of %s", int(n.Part()*100), explain.Size(n.Moved), explain.Size(n.Bytes))
	if rate := n.Up + n.Down; rate > 0 && !n.Outage {
		left := explain.Duration(time.Duration(float64(n.Bytes-n.Moved) / rate * float64(time.Second)))
		text = i18n.T("%s, %s left", text, left)
	}
	return text
}

// rest notes what is done while nothing is under way: the next total begins with
// what comes then.
func (l *List) rest() {
	if l.Tally().Open() > 0 {
		return
	}
	for _, e := range l.engines {
		e.past = e.sum.Done
	}
}

// Open is how many transfers are not over.
func (n Tally) Open() int { return n.Running + n.Waiting + n.Paused }

// Moves reports whether any of what is not over has bytes to move; a deletion
// has none.
func (n Tally) Moves() bool { return n.Open() > 0 && n.Bytes > 0 }

// String is the head of the transfers pane.
func (n Tally) String() string {
	var parts []string
	add := func(n int, text string) {
		if n > 0 {
			parts = append(parts, i18n.T(text, explain.Count(n)))
		}
	}
	add(n.Running, i18n.M("Running %s"))
	add(n.Waiting, i18n.M("Waiting %s"))
	add(n.Paused, i18n.M("Paused %s"))
	add(n.Failed, i18n.M("Failed %s"))
	add(n.Kept, i18n.M("Kept, not verified %s"))
	add(n.Done, i18n.M("Done %s"))
	add(n.Other, i18n.M("Stopped or skipped %s"))
	return strings.Join(parts, "  |  ")
}
