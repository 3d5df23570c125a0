package state

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// ObjectProperties is what is known of one object: as the server says it,
// beside what the rules ask for its name.
type ObjectProperties struct {
	// OnChange is called after something came or failed; nil for none.
	OnChange func()

	app     *App
	session *session.Session
	at      client.Location
	version string
	ctx     context.Context
	stop    context.CancelFunc

	busy  bool
	known bool // found holds the last answer
	found session.Properties
	rules []rules.Rule // as they were when it was found, for their words
	err   error        // why the last question failed
}

// Properties begins to ask the server about an object of the open account;
// Close ends it. A folder has none: WhyNotOne says so.
func (a *App) Properties(o client.Object) *ObjectProperties {
	p := &ObjectProperties{app: a, session: a.Session(), at: o.At, version: o.VersionID}
	p.ctx, p.stop = context.WithCancel(a.ctx)
	p.Check()
	return p
}

// Close drops the question under way.
func (p *ObjectProperties) Close() { p.stop() }

// At is the object.
func (p *ObjectProperties) At() client.Location { return p.at }

// Busy reports whether the server is being asked.
func (p *ObjectProperties) Busy() bool { return p.busy }

// Known reports whether there is an answer to show.
func (p *ObjectProperties) Known() bool { return p.known }

// Problem says why the last question failed; ok is false when it did not.
func (p *ObjectProperties) Problem() (m explain.Message, ok bool) {
	if p.err == nil {
		return explain.Message{}, false
	}
	return explain.Error(p.err), true
}

// answer is what one question brings.
type answer struct {
	found session.Properties
	rules []rules.Rule
}

// Check asks the server, again when it was asked before. What was known is
// shown until the answer comes; a failure takes it away, since it may be wrong
// by now.
func (p *ObjectProperties) Check() {
	if p.busy {
		return
	}
	p.busy = true
	s := p.session
	loop.Fetch(p.ctx, p.app.loop, func(ctx context.Context) (answer, error) {
		found, err := s.Properties(ctx, p.at, client.ReadOptions{VersionID: p.version})
		if err != nil {
			return answer{}, err
		}
		all, _ := s.Rules() // only for their words; found says what cannot be read
		return answer{found, all}, nil
	}, func(a answer, err error) {
		p.busy, p.err, p.known = false, err, err == nil
		p.found, p.rules = a.found, a.rules
		p.changed()
	})
	p.changed()
}

// Verdict is whether the object is encrypted as the rules ask for its name, and
// why that is said. It claims only what was compared.
func (p *ObjectProperties) Verdict() (badge string, role explain.Role, why string) {
	f, d := p.found.Finding, p.found.Decision
	why = explain.Sentence(f.Why)
	switch f.Verdict {
	case transfer.Verified:
		return i18n.T("As asked"), explain.RoleGood, why
	case transfer.NotEncrypted, transfer.OtherKey:
		return i18n.T("Not as asked"), explain.RoleBad, why
	case transfer.NothingAsked:
		return i18n.T("Nothing is asked"), explain.RoleMuted, why
	case transfer.KeyNotReported, transfer.NotYetVerified:
		return i18n.T("Cannot be told"), explain.RoleWarn, why
	}
	return i18n.T("Cannot be told"), explain.RoleWarn, explain.Sentence(d.Refuse)
}

// ruleForName is the rule that takes this name today.
func (p *ObjectProperties) ruleForName() (text string, role explain.Role) {
	d := p.found.Decision
	switch {
	case d.Treatment.Rule > 0 && d.Treatment.Rule <= len(p.rules):
		text = ruleWords(d.Treatment.Rule, p.rules[d.Treatment.Rule-1])
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

func (p *ObjectProperties) changed() {
	if p.OnChange != nil {
		p.OnChange()
	}
}
