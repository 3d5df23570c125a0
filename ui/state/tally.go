package state

import (
	"slices"
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
}

// Tally counts the rows.
func (t *Transfers) Tally() Tally {
	var n Tally
	for _, r := range t.rows {
		n.count(r.Row, t.past[r.Job.ID])
		switch r.Phase {
		case transfer.Sending, transfer.Verifying:
			n.Running++
			if r.Job.Op == transfer.Upload {
				n.Up += r.Rate
			} else {
				n.Down += r.Rate
			}
		case transfer.Queued:
			n.Waiting++
		case transfer.Paused:
			n.Paused++
		case transfer.Failed:
			switch t.decided[r.Job.ID] {
			case deleted, replaced:
				n.Other++
			case kept:
				n.Kept++
			default:
				n.Failed++
			}
		case transfer.Done:
			n.Done++
		default:
			n.Other++
		}
	}
	return n
}

// count adds a row to the total.
func (n *Tally) count(r transfer.Row, past bool) {
	size, moved := max(r.Job.Expect.Size, r.Sent), r.Sent
	switch {
	case r.Phase == transfer.Done && !past:
		moved = size
	case r.Phase.Over():
		return
	}
	n.Bytes, n.Moved = n.Bytes+size, n.Moved+moved
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
	if rate := n.Up + n.Down; rate > 0 {
		left := explain.Span(time.Duration(float64(n.Bytes-n.Moved) / rate * float64(time.Second)))
		text = i18n.T("%s, %s left", text, left)
	}
	return text
}

// rest notes which rows are over while nothing is under way: the next total
// begins with what comes then.
func (t *Transfers) rest() {
	if slices.ContainsFunc(t.rows, func(r transferring) bool { return !r.Phase.Over() }) {
		return
	}
	t.past = make(map[string]bool, len(t.rows))
	for _, r := range t.rows {
		t.past[r.Job.ID] = true
	}
}

// Open is how many transfers are not over.
func (n Tally) Open() int { return n.Running + n.Waiting + n.Paused }

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
