package properties

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// World is what the properties need of the world.
type World struct {
	Context context.Context // lives as long as the program
	Loop    loop.Loop
	// Ask asks the object's server; it waits for the network.
	Ask func(context.Context, client.Location, client.ReadOptions) (session.Properties, error)
}

// Properties is what is known of one object: as the server says it, beside what
// the rules ask for its name.
type Properties struct {
	// OnChange is called after something came or failed; nil for none.
	OnChange func()

	world   World
	at      client.Location
	version string
	ctx     context.Context
	stop    context.CancelFunc

	busy  bool
	known bool // found holds the last answer
	found session.Properties
	err   error // why the last question failed
}

// New begins to ask the server about an object, which is no folder; Close ends
// it.
func New(w World, o client.Object) *Properties {
	p := &Properties{world: w, at: o.At, version: o.VersionID}
	p.ctx, p.stop = context.WithCancel(w.Context)
	p.Check()
	return p
}

// Close drops the question under way.
func (p *Properties) Close() { p.stop() }

// At is the object.
func (p *Properties) At() client.Location { return p.at }

// Busy reports whether the server is being asked.
func (p *Properties) Busy() bool { return p.busy }

// Known reports whether there is an answer to show.
func (p *Properties) Known() bool { return p.known }

// Problem says why the last question failed; ok is false when it did not.
func (p *Properties) Problem() (m explain.Message, ok bool) {
	if p.err == nil {
		return explain.Message{}, false
	}
	return explain.Error(p.err), true
}

// Check asks the server, again when it was asked before. What was known is
// shown until the answer comes; a failure takes it away, since it may be wrong
// by now.
func (p *Properties) Check() {
	if p.busy {
		return
	}
	p.busy = true
	loop.Fetch(p.ctx, p.world.Loop, func(ctx context.Context) (session.Properties, error) {
		return p.world.Ask(ctx, p.at, client.ReadOptions{VersionID: p.version})
	}, func(found session.Properties, err error) {
		p.busy, p.err, p.known, p.found = false, err, err == nil, found
		p.changed()
	})
	p.changed()
}

// Verdict is whether the object is encrypted as the rules ask for its name, and
// why that is said. It claims only what was compared.
func (p *Properties) Verdict() (badge string, role explain.Role, why string) {
	f, d := p.found.Finding, p.found.Decision
	badge, role = explain.AsAsked(f)
	if f.Verdict == transfer.VerdictNone {
		return badge, role, explain.Sentence(d.Refuse)
	}
	return badge, role, explain.Sentence(f.Why)
}

// ruleForName is the rule that takes this name today.
func (p *Properties) ruleForName() (text string, role explain.Role) {
	d := p.found.Decision
	switch {
	case d.Treatment.Rule > 0:
		text = i18n.Say(d.Treatment.Because)
	case !d.Refuse.IsZero():
		return i18n.Say(d.Refuse), explain.RoleBad
	default:
		return i18n.T("no rule matches: bucket default"), explain.RoleNormal
	}
	if !d.Refuse.IsZero() {
		return i18n.T("%s: refused, %s", text, i18n.Say(d.Refuse)), explain.RoleBad
	}
	return text, explain.RoleNormal
}

func (p *Properties) changed() {
	if p.OnChange != nil {
		p.OnChange()
	}
}
