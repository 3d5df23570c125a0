package browser

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// probesAtOnce bounds the questions about visible rows under way.
const probesAtOnce = 4

// probes is the Encryption column: what the server said of the objects asked
// about so far, by key. Nothing is asked unless the user turned it on.
type probes struct {
	answers map[string]probe
	asking  map[string]bool
	round   int // answers of an earlier round are dropped
}

type probe struct {
	text string
	role explain.Role
}

func (p *probes) reset() {
	p.answers, p.asking = map[string]probe{}, map[string]bool{}
	p.round++
}

func (p *probes) text(key string) (string, explain.Role) {
	if a, ok := p.answers[key]; ok {
		return a.text, a.role
	}
	if p.asking[key] {
		return "…", explain.RoleMuted
	}
	return "", explain.RoleMuted
}

// Visible tells which rows are seen, first to end excluded, so that their
// encryption can be asked for. It does nothing where HideEncryption is set.
func (b *Browser) Visible(first, end int) {
	if b.session == nil || b.world.HidesEncryption() {
		return
	}
	for row := max(first, 0); row < min(end, b.Rows()) && len(b.probes.asking) < probesAtOnce; row++ {
		o := b.list.object(row)
		_, known := b.probes.answers[o.At.Key]
		if o.IsFolder || known || b.probes.asking[o.At.Key] {
			continue
		}
		b.ask(o.At)
	}
}

// ask asks about one object. When the answer is shown the screen calls Visible
// again, which asks about the next.
func (b *Browser) ask(at client.Location) {
	s, set, round := b.session, b.ruleSet, b.probes.round
	b.probes.asking[at.Key] = true
	loop.Fetch(b.ctx, b.world.Loop, func(ctx context.Context) (client.Reported, error) {
		return s.Encryption(ctx, set, at)
	}, func(r client.Reported, err error) {
		b.world.Heard(s.Account(), err, b.world.Now())
		if round != b.probes.round {
			return
		}
		delete(b.probes.asking, at.Key)
		b.probes.answers[at.Key] = b.probed(at, r, err)
		b.changed()
	})
}

// probed compares an answer with the rules as they were read last. An alias
// stays unresolved here: whether its key is the one reported cannot be told
// without another request.
func (b *Browser) probed(at client.Location, r client.Reported, err error) probe {
	if err != nil {
		return probe{i18n.T("not told: %s", explain.Error(err).Title), explain.RoleWarn}
	}
	var f transfer.Finding
	if b.rulesErr == nil {
		if asked := b.ruleSet.Decide(rules.File{}, at).Treatment; asked.Type != client.TypeUndecided {
			f = transfer.Judge(asked, r, client.Key{})
		}
	}
	return probeOf(explain.Encryption(r, f))
}

func probeOf(text string, role explain.Role) probe { return probe{text, role} }
