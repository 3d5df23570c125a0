package confirm

import (
	"context"
	"fmt"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// chosen is what the user asks for, as it is now.
type chosen struct {
	choice    EncryptionChoice
	key       client.KeyID
	overwrite transfer.Overwrite
}

// asked is what is chosen, as the session is asked.
func (c chosen) asked() session.Choice {
	return session.Choice{Encryption: c.encryption(), Overwrite: c.overwrite}
}

// replan makes the plan anew; the answer to an earlier choice is dropped. Disk
// and server are looked at once, whatever is chosen afterwards.
func (t *Transfer) replan() {
	if t.round != nil {
		t.round()
	}
	t.planning, t.err, t.starting = true, nil, false
	switch {
	case t.draft != nil:
		t.treat()
	case !t.surveying:
		t.survey()
	}
}

// surveyed is a survey and the plan of what was chosen when it began.
type surveyed struct {
	draft   session.Draft
	drafted session.Drafted
}

// survey looks at disk and server.
func (t *Transfer) survey() {
	t.surveying = true
	look, begun := t.world.Survey, t.chosen
	loop.Fetch(t.ctx, t.world.Loop, func(ctx context.Context) (surveyed, error) {
		draft, err := look(ctx)
		if err != nil {
			return surveyed{}, err
		}
		drafted, err := draft(ctx, begun.asked())
		return surveyed{draft, drafted}, err
	}, func(s surveyed, err error) {
		t.surveying, t.draft = false, s.draft
		if err == nil && t.chosen != begun {
			t.treat()
			return
		}
		t.planned(s.drafted, err)
	})
}

// treat makes the plan of what is chosen now.
func (t *Transfer) treat() {
	var ctx context.Context
	ctx, t.round = context.WithCancel(t.ctx)
	draft, choice := t.draft, t.asked()
	loop.Fetch(ctx, t.world.Loop, func(ctx context.Context) (session.Drafted, error) { return draft(ctx, choice) }, t.planned)
}

// planned shows the plan of what is chosen.
func (t *Transfer) planned(d session.Drafted, err error) {
	first := !t.shown
	t.outdated = t.starting && err == nil && !d.SameRules(t.drafted)
	start := t.starting && err == nil && !t.outdated && t.knows(d.Plan)
	t.planning, t.drafted, t.err, t.shown, t.starting = false, d, err, err == nil, false
	if t.choice == AsRules {
		t.ruled = encrypts(d.Plan.Jobs)
	}
	if t.quiet && first {
		t.ready()
	}
	if start && t.WhyNotStart() == "" {
		t.submit()
	}
	t.changed()
}

// knows reports whether a plan overwrites, refuses and warns of nothing that the
// user was not shown.
func (t *Transfer) knows(p transfer.Plan) bool {
	shown := map[string]bool{}
	for _, alarm := range alarms(t.drafted.Plan) {
		shown[alarm] = true
	}
	for _, alarm := range alarms(p) {
		if !shown[alarm] {
			return false
		}
	}
	return true
}

// alarms are what a plan overwrites, refuses and warns of.
func alarms(p transfer.Plan) (all []string) {
	for _, at := range p.Existing {
		all = append(all, at.String())
	}
	for _, r := range p.Refused {
		all = append(all, fmt.Sprint(r.Source, "\x00", r.Reason))
	}
	for _, w := range p.Warnings {
		all = append(all, fmt.Sprint(w))
	}
	return all
}
