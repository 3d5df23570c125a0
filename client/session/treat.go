package session

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A Choice is what a person may still choose once disk and server have been
// looked at.
type Choice struct {
	// Encryption is asked for every file, over the rules; the zero value lets them
	// decide. The key of an SSE-C is given to the session ([Session.Give]).
	Encryption client.Treatment
	Overwrite  transfer.Overwrite // "" is always
}

// overwrite is the choice with its default.
func (c Choice) overwrite() transfer.Overwrite {
	if c.Overwrite == "" {
		return transfer.OverwriteAlways
	}
	return c.Overwrite
}

// Treat says what an upload of what was found would do under these rules with
// this choice. It is pure: the same again gives the same plan.
func (u *UploadSurvey) Treat(set rules.Set, c Choice) transfer.Plan {
	p := u.decide(set, c)
	u.warn(set, &p)
	return p
}

// decide is a plan without warnings.
func (u *UploadSurvey) decide(set rules.Set, c Choice) (p transfer.Plan) {
	for _, f := range u.Files {
		refuse := func(t client.Treatment, kind client.Kind, why client.Text) {
			p.Refused = append(p.Refused, transfer.Refusal{Op: transfer.Upload, Source: f.From.String(), Target: f.Target, Rule: t.Rule, RuleID: t.RuleID, Kind: kind, Reason: why})
		}
		if !f.Why.IsZero() {
			refuse(client.Treatment{}, client.KindLocal, f.Why)
			continue
		}
		d := set.Decide(rules.File{Size: f.Expect.Size, Override: c.Encryption}, f.Target)
		if !d.Refuse.IsZero() {
			refuse(d.Treatment, client.KindRefused, d.Refuse)
			continue
		}
		p.Bytes += f.Expect.Size
		if p.Jobs == nil {
			p.Jobs = make([]transfer.Job, 0, len(u.Files))
		}
		p.Jobs = append(p.Jobs, transfer.Job{
			ID: f.ID, Op: transfer.Upload, From: f.From, To: transfer.ObjectAt(u.account, f.Target, ""), Expect: f.Expect,
			Treatment: d.Treatment, ContentType: f.ContentType, Overwrite: c.overwrite(),
		})
		u.Existing.mark(&p, f.Target)
	}
	return p
}

// warn says what a person should know of a plan.
func (u *UploadSurvey) warn(set rules.Set, p *transfer.Plan) {
	c := newCritic(set)
	for _, w := range u.Existing.warnings(p.MayExist) {
		c.say(w)
	}
	c.left(u.Skipped)
	c.look(u, p.Jobs)
	c.masks()
	p.Warnings = c.take()
}

// asksForEncryption reports whether any job does.
func asksForEncryption(jobs []transfer.Job) bool {
	for _, j := range jobs {
		if j.Treatment.Type != client.TypeInherit {
			return true
		}
	}
	return false
}
