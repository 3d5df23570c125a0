package state

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Line is a line of a confirmation.
type Line struct {
	Text string
	Role Role
	More []string // what it is about, at most moreLines of it
}

// moreLines is how many names stand below a line at most.
const moreLines = 20

// Planning reports whether the files are still being looked at.
func (c *Confirm) Planning() bool { return c.planning }

// Existing is how many files are there already.
func (c *Confirm) Existing() int { return len(c.existing) }

// Headline is the question.
func (c *Confirm) Headline() string {
	n := files(len(c.plan.Jobs))
	switch {
	case c.planning && len(c.plan.Jobs) == 0:
		return i18n.T("Looking at the files…")
	case c.err != nil:
		return Explain(c.err).Title
	case len(c.plan.Jobs) == 0:
		return i18n.T("None of this can be transferred")
	case c.Op == transfer.Download:
		return i18n.T("Download %s (%s) into %s", n, together(c.plan.Bytes, c.plan.Untold), c.Target())
	}
	return i18n.T("Upload %s (%s) to %s", n, size(c.plan.Bytes), c.Target())
}

// Lines say what each file gets and why, what is refused and why, what would
// be overwritten, and what else to know.
func (c *Confirm) Lines() []Line {
	if c.err != nil {
		m := Explain(c.err)
		return []Line{{Text: m.Body, Role: RoleBad, More: m.Hints}}
	}
	lines := planLines(c.plan)
	if n := len(c.existing); n > 0 {
		line := Line{Role: RoleWarn, More: names(c.existing)}
		switch {
		case c.overwrite == transfer.OverwriteSkip:
			line.Text = i18n.N(n, "%s file is there already: it stays as it is", "%s files are there already: they stay as they are", count(n))
		default:
			line.Text = i18n.N(n, "%s file is there already and will be OVERWRITTEN", "%s files are there already and will be OVERWRITTEN", count(n))
		}
		lines = append(lines, line)
	}
	return lines
}

// planLines groups a plan by what is done and why, in the order of the files.
func planLines(p transfer.Plan) []Line {
	var lines []Line
	for _, g := range groups(p.Jobs) {
		text := i18n.T("%s, %s", files(len(g.jobs)), together(g.bytes, g.untold))
		role := RoleNormal
		if g.why != "" {
			text = i18n.T("%s, %s: %s", files(len(g.jobs)), together(g.bytes, g.untold), inReasons(g.why))
			if client.TypeOf(g.jobs[0].Put.Encryption) == client.TypeInherit {
				role = RoleWarn
			}
		}
		line := Line{Text: text, Role: role}
		for _, j := range g.jobs {
			line.More = append(line.More, j.Remote.Base())
		}
		line.More = shorten(line.More)
		lines = append(lines, line)
	}
	if n := len(p.Refused); n > 0 {
		line := Line{Text: i18n.T("%s refused, the rest goes ahead", files(n)), Role: RoleBad}
		if len(p.Jobs) == 0 {
			line.Text = i18n.T("%s refused", files(n))
		}
		for _, r := range p.Refused {
			line.More = append(line.More, i18n.T("%s: %s", r.Source, inReasons(r.Reason)))
		}
		line.More = shorten(line.More)
		lines = append(lines, line)
	}
	for _, w := range p.Warnings {
		lines = append(lines, Line{Text: remark(inReasons(w)), Role: RoleWarn})
	}
	return lines
}

// A group is the jobs of a plan for which the same holds for the same reason.
type group struct {
	why    string
	jobs   []transfer.Job
	bytes  int64 // as far as it is told
	untold int
}

func groups(jobs []transfer.Job) []group {
	var all []group
	at := map[string]int{}
	for _, j := range jobs {
		i, ok := at[j.Because]
		if !ok {
			i = len(all)
			at[j.Because] = i
			all = append(all, group{why: j.Because})
		}
		all[i].jobs = append(all[i].jobs, j)
		all[i].bytes += max(0, j.Size)
		if j.Size < 0 {
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
	return shorten(out)
}

func shorten(all []string) []string {
	if len(all) <= moreLines {
		return all
	}
	return append(all[:moreLines:moreLines], i18n.T("… and %s more", count(len(all)-moreLines)))
}
