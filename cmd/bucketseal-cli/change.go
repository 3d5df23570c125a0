package main

import (
	"cmp"
	"context"

	"github.com/spf13/pflag"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// A changing is one command that changes what lies beside the bytes of objects, without a
// copy: of one version, or of all current ones in a folder.
type changing struct {
	app       *app
	op        transfer.Op
	recursive bool
	dryRun    bool
	version   string
	verb      string // what was done, "" is changed
	done      int
	code      int
	failures  failures
}

func (d *changing) register(flags *pflag.FlagSet) {
	flags.BoolVarP(&d.recursive, "recursive", "r", false, "of all in the folder")
	flags.BoolVarP(&d.dryRun, "dry-run", "n", false, dryRunHelp)
	flags.StringVar(&d.version, "version-id", "", "of this version `ID` instead of the current one")
}

// run changes what a place names.
func (d *changing) run(ctx context.Context, place string, change func(context.Context, *session.Session, session.Seen) session.Changed) error {
	at, err := objectOrFolder(place, d.recursive)
	switch {
	case err != nil:
		return err
	case d.recursive && d.version != "":
		return usage("--version-id is of one object: leave -r out")
	}
	if err := checkVersion(d.version); err != nil {
		return err
	}
	return d.app.with(ctx, transfer.Config{}, func(s *session.Session) error {
		all, err := d.found(ctx, s, at)
		if err != nil {
			return err
		}
		if d.dryRun {
			return d.rehearse(all)
		}
		for c := range s.Each(ctx, all, func(ctx context.Context, o session.Seen) session.Changed { return change(ctx, s, o) }) {
			d.over(c)
		}
		return d.conclude(ctx, len(all))
	})
}

// found is the one object, or all in a folder.
func (d *changing) found(ctx context.Context, s *session.Session, at client.Location) ([]session.Seen, error) {
	if !d.recursive {
		return []session.Seen{{At: at, VersionID: d.version, Size: client.NotTold}}, nil
	}
	what, err := s.Find(ctx, at, true)
	if err != nil {
		return nil, err
	}
	totals, err := s.Count(ctx, []client.Object{what})
	return totals.Objects, err
}

func (d *changing) rehearse(all []session.Seen) error {
	for _, o := range all {
		if d.app.flags.json {
			line := changedJSON(session.Changed{Op: d.op, At: o.At, VersionID: o.VersionID, Size: o.Size})
			line.Status = "planned"
			d.app.line(plannedLine{transferLine: line.transferLine, DryRun: true})
			continue
		}
		d.app.say("would change %s", nameOf(session.Removed{At: o.At, VersionID: o.VersionID}))
	}
	if !d.app.flags.json {
		d.app.say("Dry run, nothing was changed: %s.", plural(len(all), "object"))
	}
	return nil
}

// over tells of one object.
func (d *changing) over(c session.Changed) {
	a, name := d.app, nameOf(session.Removed{At: c.At, VersionID: d.version})
	verdict := c.Finding.Verdict
	worse := c.Err == nil && verdict != transfer.Verified && verdict != transfer.NothingAsked
	switch {
	case c.Err != nil:
		d.code = max(d.code, exitFailed)
	case worse:
		d.code = exitNotEncrypted
	default:
		d.done++
	}
	switch {
	case a.flags.json:
		if c.Err != nil {
			d.failures.add(c.Err)
		}
		a.line(changedJSON(c))
	case c.Err != nil:
		if kind, first, named := d.failures.add(c.Err); first {
			printf(a.err, "NOT CHANGED %s\n", name)
			a.report(c.Err)
		} else if named {
			printf(a.err, "NOT CHANGED %s: %s\n", name, kind.title)
		}
	case worse:
		printf(a.err, "NOT ENCRYPTED AS IT WAS %s: %s\n", name, c.Finding.Why)
	default:
		a.say("%s %s  (%s)", cmp.Or(d.verb, "changed"), name, c.Reported.Describe())
	}
}

func (d *changing) conclude(ctx context.Context, all int) error {
	if all > 1 && !d.app.flags.json && !d.app.flags.quiet {
		printf(d.app.err, "%s of %s objects are as asked.\n", explain.Count(d.done), explain.Count(all))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case d.code != exitOK:
		return &partial{d.code}
	}
	return nil
}

// A changedLine is what became of an object, as of a transfer. Its verdict is not-asked
// where the object is encrypted as it was: what the rules ask is compared in asAsked.
type changedLine struct {
	transferLine
	AsAsked *bool `json:"asAsked"` // null: cannot be told
}

func changedJSON(c session.Changed) changedLine {
	l := changedLine{transferLine: transferLine{
		Op: c.Op, Source: c.At.String(), SourceVersion: c.VersionID, Target: c.At.String(), Bytes: told(c.Size), Status: transfer.Done.String(),
		Why: c.Finding.Why.String(), Error: errorJSON(c.Err),
	}}
	if asAsked, known := c.AsAsked(); known {
		l.AsAsked = &asAsked
	}
	if c.Reported.Told {
		l.Reported = reportedJSON(c.Reported)
	}
	if c.Finding.Verdict != "" {
		l.Verdict = named(c.Finding.Verdict)
	}
	if c.Err != nil {
		l.Status = transfer.Failed.String()
	}
	return l
}
