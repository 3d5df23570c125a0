package main

import (
	"context"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// plannedLine is a transfer line of what would be done.
type plannedLine struct {
	transferLine
	DryRun bool `json:"dryRun"`
	// Overwrites: something that is there would be overwritten. Loses is what a copy would
	// not have of its source. LeavesVersion: what is encrypted anew stays as it is, as a version.
	Overwrites    bool     `json:"overwrites,omitempty"`
	Loses         []string `json:"loses,omitempty"`
	LeavesVersion bool     `json:"leavesVersion,omitempty"`
}

// syncDry says what a sync would do.
func (a *app) syncDry(ctx context.Context, pieces syncPieces, o session.SyncOptions) (err error) {
	var sum syncSum
	bytes, some := int64(0), false
	for p, failed := range pieces {
		err = failed
		sum.Unchanged += p.Kept
		bytes += p.Plan.Bytes
		for _, w := range p.Plan.Warnings {
			a.note(w.String())
		}
		for _, r := range p.Plan.Refused {
			sum.Failed++
			a.wouldFail(refused(r))
		}
		for i, j := range p.Plan.Jobs {
			some = true
			sum.add(j.Op)
			a.would(j, p.Why[i])
		}
		for _, d := range p.Local {
			some = true
			sum.add(transfer.Delete)
			a.would(transfer.Job{Op: transfer.Delete, From: transfer.ReadFrom(d.Path()), Expect: transfer.Expect{Size: d.Size}}, client.Say("the source does not have it"))
		}
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err != nil:
		err = howToDelete(err)
	case sum.Failed > 0:
		err = &partial{exitFailed}
	case !some && sum.Unchanged == 0 && !o.FromNothing:
		err = nothingToSync()
	}
	return a.concluded(err, "Dry run, nothing was changed. "+humanize.IBytes(uint64(max(bytes, 0)))+" would be written: "+syncWould, sum)
}

// add counts what would be done.
func (s *syncSum) add(op transfer.Op) {
	switch op {
	case transfer.Upload:
		s.Uploaded++
	case transfer.Download:
		s.Downloaded++
	case transfer.Copy:
		s.Copied++
	case transfer.Delete:
		s.Deleted++
	}
}

// would says what would be done with one file, and why.
func (a *app) would(j transfer.Job, why client.Text) {
	l := transferJSON(transfer.Row{Job: j})
	l.Status, l.Why = "planned", why.String()
	switch {
	case a.flags.json:
		a.line(plannedLine{transferLine: l, DryRun: true})
	case j.Op == transfer.Delete:
		a.say("would remove %s  (%s)", l.what(), l.Why)
	case l.Because != "":
		a.say("would %s %s  %s  (%s; %s)", j.Op, l.what(), sizeOf(j), l.Why, l.Because)
	default:
		a.say("would %s %s  %s  (%s)", j.Op, l.what(), sizeOf(j), l.Why)
	}
}

func sizeOf(j transfer.Job) string {
	if j.Expect.Size < 0 {
		return "?"
	}
	return humanize.IBytes(uint64(j.Expect.Size))
}

// wouldFail says what could not be done.
func (a *app) wouldFail(r transfer.Row) {
	if a.flags.json {
		a.line(plannedLine{transferLine: transferJSON(r), DryRun: true})
		return
	}
	printf(a.err, "CANNOT %s\n", transferJSON(r).what())
	a.report(r.Err)
}
