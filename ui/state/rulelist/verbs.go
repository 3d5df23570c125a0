package rulelist

import (
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// selected are the places of the selected rules.
func (l *List) selected() []int { return slices.Collect(l.selection.All()) }

// Duplicate puts a copy of the selected rule below it.
func (l *List) Duplicate() {
	if l.WhyNotOne() != "" {
		return
	}
	at := l.selected()[0]
	l.draft.Duplicate(at)
	l.choose(at + 1)
}

// Delete takes the selected rules off the list. The keys of SSE-C rules stay
// where they are kept, for objects written with them.
func (l *List) Delete() {
	if l.WhyNotSelected() != "" {
		return
	}
	places := l.selected()
	l.draft.Remove(places)
	l.choose(min(places[0], len(l.draft.Rules)-1))
}

// Move moves the selected rules up (by -1) or down (by 1).
func (l *List) Move(by int) {
	if l.WhyNotMove(by) != "" {
		return
	}
	l.selection.SetSelected(l.draft.Move(l.selected(), by))
	l.changed()
}

// Toggle switches the selected rules on, or off when all are on.
func (l *List) Toggle() {
	if l.WhyNotSelected() != "" {
		return
	}
	places := l.selected()
	off := !slices.ContainsFunc(places, func(p int) bool { return l.draft.Rules[p].Disabled })
	l.draft.Switch(places, !off)
	l.changed()
}

// put takes a rule over from the editor: a new one is added at the end, any other
// replaces what it was, wherever that stands by now. It reports whether it did; a
// rule that is not in the list any more is a problem. key is the SSE-C key entered,
// zero for none.
func (l *List) put(e *Editor, r rules.Rule, key client.CustomerKey) bool {
	at := len(l.draft.Rules)
	if e.isNew {
		l.draft.Insert(at, r, key)
	} else {
		var err error
		if at, err = l.draft.Edit(e.place, e.before, r, key); err != nil {
			l.problem(err)
			return false
		}
	}
	l.choose(at)
	return true
}

// choose selects one row; -1 selects none.
func (l *List) choose(row int) {
	l.selection.SetRows(len(l.draft.Rules))
	l.selection.Clear()
	if row >= 0 {
		l.selection.Only(row)
	}
	l.changed()
}
