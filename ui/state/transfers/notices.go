package transfers

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Notice is something about the transfers that stays in sight until its cause is
// gone or somebody has dealt with it.
type Notice struct {
	Text    string
	Role    explain.Role
	Verbs   []Verb // that deal with it, for all rows
	Dismiss func() // takes it away; nil where its cause has to go
}

// Notices are those of now, the most urgent first.
func (l *List) Notices() (all []Notice) {
	for _, e := range l.engines {
		if e.isOut() {
			all = append(all, e.outage())
		}
	}
	for _, text := range l.notes {
		all = append(all, Notice{Text: explain.Sentence(text), Role: explain.RoleWarn, Dismiss: func() { l.forgetNote(text) }})
	}
	if left, ok := l.earlier(); ok {
		all = append(all, left)
	}
	return all
}

// Note adds what is worth knowing and is no failure of a transfer. It stays until the
// user takes it away.
func (l *List) Note(text client.Text) {
	l.notes = append(l.notes, text)
	l.changed()
}

func (l *List) forgetNote(text client.Text) {
	for i := range l.notes {
		if l.notes[i].String() == text.String() {
			l.notes = append(l.notes[:i:i], l.notes[i+1:]...)
			break
		}
	}
	l.changed()
}

// waits is how many rows an outage of their server keeps from being done.
func (e *engine) waits() int { return e.sum.Running() + e.sum.Phases[transfer.Queued] }

// isOut reports whether rows wait for a server that serves nothing.
func (e *engine) isOut() bool { return !e.sum.Outage.IsZero() && e.waits() > 0 }

func (e *engine) outage() Notice {
	n := e.waits()
	return Notice{
		Text: i18n.N(n, "Waiting for the server of %s: %s. %s file waits, and goes on by itself once it serves.",
			"Waiting for the server of %s: %s. %s files wait, and go on by themselves once it serves.",
			e.Session.Account().Name, i18n.Say(e.sum.Outage.Text()), explain.Count(n)),
		Role: explain.RoleWarn,
	}
}

// earlier says of what an earlier run left how much nobody has dealt with yet.
func (l *List) earlier() (n Notice, ok bool) {
	rows := 0
	for _, e := range l.engines {
		if !e.leftAlone {
			rows += e.sum.AsLeft
		}
	}
	if rows == 0 {
		return n, false
	}
	n = Notice{
		Text: i18n.N(rows, "%s transfer of an earlier run is in the list: resume it, or retry it, to go on.",
			"%s transfers of an earlier run are in the list: resume or retry them to go on.", explain.Count(rows)),
		Role: explain.RoleNormal, Dismiss: l.leaveAlone,
	}
	for _, v := range []Verb{Resume, Retry} {
		if l.can(v, nil) {
			n.Verbs = append(n.Verbs, v)
		}
	}
	return n, true
}

// leaveAlone takes it that the user knows what an earlier run left.
func (l *List) leaveAlone() {
	for _, e := range l.engines {
		e.leftAlone = true
	}
	l.changed()
}
