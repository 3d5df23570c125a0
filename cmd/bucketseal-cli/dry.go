package main

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// rehearsedAtOnce is how many jobs a dry run looks at before it tells of them.
const rehearsedAtOnce = 256

// carryOrRehearse does what is planned, or with --dry-run says what that is.
func (a *app) carryOrRehearse(ctx context.Context, s *session.Session, f *cpFlags, pieces iter.Seq2[transfer.Plan, error]) error {
	if f.dryRun {
		return a.rehearse(ctx, s, pieces)
	}
	return a.carryOut(ctx, s, pieces)
}

// rehearse says what a plan would do, and does nothing of it.
func (a *app) rehearse(ctx context.Context, s *session.Session, pieces iter.Seq2[transfer.Plan, error]) error {
	var d drySum
	for p, err := range pieces {
		if err != nil {
			return err
		}
		for _, r := range p.Refused {
			d.failed++
			a.wouldFail(refused(r))
		}
		for jobs := p.Jobs; len(jobs) > 0; {
			n := min(rehearsedAtOnce, len(jobs))
			all, err := s.Rehearse(ctx, jobs[:n])
			if err != nil {
				return err
			}
			for _, r := range all {
				d.add(a, r)
			}
			jobs = jobs[n:]
		}
	}
	if !a.flags.json {
		a.say("Dry run, nothing was changed: %s, %s; %d would stay as they are, %d could not be done.", plural(d.done, "file"), humanize.IBytes(uint64(d.bytes)), d.stays, d.failed)
	}
	switch {
	case d.failed > 0:
		return &partial{exitFailed}
	case d.done+d.stays == 0:
		return nothingToDo()
	}
	return nil
}

// A drySum counts what would be done.
type drySum struct {
	done, stays, failed int
	bytes               int64
}

func (d *drySum) add(a *app, r session.Rehearsal) {
	switch {
	case r.Err != nil:
		d.failed++
		phase := transfer.Failed
		if errors.Is(r.Err, transfer.ErrOtherContents) {
			phase = transfer.Skipped // as it is when it is done, and the exit code too
		}
		a.wouldFail(transfer.Row{Job: r.Job, Phase: phase, Err: r.Err})
		return
	case !r.Stays.IsZero():
		d.stays++
	default:
		d.done++
		d.bytes += max(0, r.Job.Expect.Size)
	}
	a.rehearsed(r)
}

// rehearsed says what would be done with one file.
func (a *app) rehearsed(r session.Rehearsal) {
	l := plannedLine{transferLine: transferJSON(transfer.Row{Job: r.Job}), DryRun: true, Overwrites: r.Overwrites, LeavesVersion: r.LeavesVersion}
	if r.Was.Told {
		l.Reported = reportedJSON(r.Was)
	}
	l.Status, l.Why = "planned", r.Stays.String()
	if l.Why != "" {
		l.Status = "skipped"
	}
	for _, what := range r.Loses {
		l.Loses = append(l.Loses, what.String())
	}
	if a.flags.json {
		a.line(l)
		return
	}
	var beside []string
	if r.Overwrites {
		beside = append(beside, "over what is there")
	}
	if r.Was.Told {
		beside = append(beside, "now: "+r.Was.Describe().String(), "then: "+r.Job.Treatment.Describe().String())
	}
	if r.LeavesVersion {
		beside = append(beside, "the version that is there stays as it is")
	}
	if l.Because != "" {
		beside = append(beside, l.Because)
	}
	if len(l.Loses) > 0 {
		beside = append(beside, "loses: "+strings.Join(l.Loses, ", "))
	}
	text := ""
	if len(beside) > 0 {
		text = "  (" + strings.Join(beside, "; ") + ")"
	}
	if l.Status == "skipped" {
		a.say("would leave %s  (%s)", l.what(), l.Why)
		return
	}
	a.say("would %s %s  %s%s", r.Job.Op, l.what(), sizeOf(r.Job), text)
}

// nothingToDo says that a source matches nothing.
func nothingToDo() error {
	return &client.Error{Op: "cp", Kind: client.KindNotFound, Err: client.Say("the source holds no files, so nothing would be done").Err()}
}

// wouldRemove says what a deletion would remove.
func (a *app) wouldRemove(was []session.Seen) error {
	var bytes int64
	untold := 0
	for _, o := range was {
		if bytes += max(0, o.Size); o.Size < 0 {
			untold++
		}
		removed := session.Removed{At: o.At, VersionID: o.VersionID}
		if a.flags.json {
			line := removalLine(removed)
			line["status"], line["dryRun"] = "planned", true
			a.line(line)
		} else {
			a.say("would remove %s", nameOf(removed))
		}
	}
	if !a.flags.json {
		a.say("Dry run, nothing was removed: %s, %s.", plural(len(was), "object"), explain.TotalSize(bytes, untold))
	}
	return nil
}
