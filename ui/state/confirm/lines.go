package confirm

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Planning reports whether the files are still being looked at.
func (t *Transfer) Planning() bool { return t.planning }

// MayOverwrite reports whether files are there already, or may be.
func (t *Transfer) MayOverwrite() bool {
	return len(t.drafted.Plan.Existing)+t.drafted.Plan.MayExist > 0
}

// Headline is the question.
func (t *Transfer) Headline() string {
	n := explain.Files(len(t.drafted.Plan.Jobs))
	switch {
	case t.planning && len(t.drafted.Plan.Jobs) == 0:
		return i18n.T("Looking at the files…")
	case t.err != nil:
		return explain.Error(t.err).Title
	case len(t.drafted.Plan.Jobs) == 0:
		return i18n.T("None of this can be transferred")
	case t.Op == transfer.Download:
		return i18n.T("Download %s (%s) into %s", n, explain.TotalSize(t.drafted.Plan.Bytes, t.drafted.Plan.Untold), t.Target)
	case t.Op == transfer.Copy:
		return i18n.T("Copy %s (%s) to %s", n, explain.TotalSize(t.drafted.Plan.Bytes, t.drafted.Plan.Untold), t.Target)
	case t.Op == transfer.Move:
		return i18n.T("Move %s (%s) to %s", n, explain.TotalSize(t.drafted.Plan.Bytes, t.drafted.Plan.Untold), t.Target)
	}
	return i18n.T("Upload %s (%s) to %s", n, explain.Size(t.drafted.Plan.Bytes), t.Target)
}

// Lines say what each file gets and why, what is refused and why, what would
// be overwritten, and what else to know.
func (t *Transfer) Lines() []explain.Line {
	if t.err != nil {
		m := explain.Error(t.err)
		return []explain.Line{{Text: m.Body, Role: explain.RoleBad, More: m.Hints}}
	}
	var lines []explain.Line
	if t.outdated {
		lines = append(lines, explain.Line{Text: i18n.T("The rules were changed meanwhile: this is what would happen by them now."), Role: explain.RoleWarn})
	}
	lines = append(lines, planLines(t.drafted.Plan)...)
	if t.Op == transfer.Move && len(t.drafted.Plan.Jobs) > 0 {
		lines = append(lines, explain.Line{Text: i18n.T("Each is removed from where it is now once its copy is proved."), Role: explain.RoleMuted})
	}
	if n := len(t.drafted.Plan.Existing); n > 0 {
		line := explain.Line{Role: explain.RoleWarn, More: names(t.drafted.Plan.Existing)}
		switch {
		case t.overwrite == transfer.OverwriteSkip:
			line.Text = i18n.N(n, "%s file is there already: it stays as it is", "%s files are there already: they stay as they are", explain.Count(n))
		default:
			line.Text = i18n.N(n, "%s file is there already and will be OVERWRITTEN", "%s files are there already and will be OVERWRITTEN", explain.Count(n))
		}
		lines = append(lines, line)
	}
	return lines
}

// planLines groups a plan by what is done and why, in the order of the files.
func planLines(p transfer.Plan) []explain.Line {
	var lines []explain.Line
	for _, g := range groups(p.Jobs) {
		text := i18n.T("%s, %s", explain.Files(len(g.jobs)), explain.TotalSize(g.bytes, g.untold))
		role := explain.RoleNormal
		if !g.why.IsZero() {
			text = i18n.T("%s, %s: %s", explain.Files(len(g.jobs)), explain.TotalSize(g.bytes, g.untold), i18n.Say(g.why))
			if g.jobs[0].Treatment.Type == client.TypeInherit && !g.why.Equal(transfer.AsItsSource) {
				role = explain.RoleWarn
			}
		}
		line := explain.Line{Text: text, Role: role}
		for _, j := range g.jobs {
			line.More = append(line.More, j.At().Base())
		}
		line.More = explain.Shorten(line.More)
		lines = append(lines, line)
	}
	if n := len(p.Refused); n > 0 {
		line := explain.Line{Text: i18n.T("%s refused, the rest goes ahead", explain.Files(n)), Role: explain.RoleBad}
		if len(p.Jobs) == 0 {
			line.Text = i18n.T("%s refused", explain.Files(n))
		}
		for _, r := range p.Refused {
			line.More = append(line.More, i18n.T("%s: %s", r.Source, i18n.Say(r.Reason)))
		}
		line.More = explain.Shorten(line.More)
		lines = append(lines, line)
	}
	for _, w := range p.Warnings {
		lines = append(lines, explain.Line{Text: explain.Sentence(w), Role: explain.RoleWarn})
	}
	return lines
}

// A group is the jobs of a plan that one rule treats, or that none does.
type group struct {
	why    client.Text
	jobs   []transfer.Job
	bytes  int64 // as far as it is told
	untold int
}

func groups(jobs []transfer.Job) []group {
	var all []group
	at := map[int]int{} // by the number of the rule
	for _, j := range jobs {
		i, ok := at[j.Treatment.Rule]
		if !ok {
			i = len(all)
			at[j.Treatment.Rule] = i
			all = append(all, group{why: j.Treatment.Because})
		}
		all[i].jobs = append(all[i].jobs, j)
		all[i].bytes += max(0, j.Expect.Size)
		if j.Expect.Size < 0 {
			all[i].untold++
		}
	}
	return all
}

func names(all []client.Location) []string {
	var out []string
	for _, l := range all {
		out = append(out, l.Base())
	}
	return explain.Shorten(out)
}
