package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// lookEvery is how often what is under way is looked at and the status line drawn.
const lookEvery = 150 * time.Millisecond

// mostLines is how many files that went well are named at a terminal, which nobody
// can read as fast as small files go; where the output is read by a program each is.
const mostLines = 200

// A carrying is the jobs of one command, from their plan to the last line about
// them. It belongs to one goroutine.
type carrying struct {
	app    *app
	engine *transfer.Engine
	keeps  bool // what is cut off can be gone on with

	cursor   transfer.Cursor
	planned  bool // no more jobs will come
	refused  int
	told     int          // lines of files that went well
	doubted  map[int]bool // rows that are stored, and of which it was told that their proof is tried again
	same     func() int64 // files that need nothing, nil where nobody compares
	failures failures
	tally    tally
	estimate estimate
	began    time.Time
	memory   *memory
	code     int
}

// carryOut submits what is planned while it is planned, shows how it goes and
// reports each file as it ends.
func (a *app) carryOut(ctx context.Context, s *session.Session, pieces iter.Seq2[transfer.Plan, error]) error {
	c, done := a.carrying(s)
	defer done()
	err := c.outcome(ctx, c.run(ctx, planned(ctx, pieces)))
	if err == nil && c.tally.files == 0 {
		return &client.Error{Op: "cp", Kind: client.KindNotFound, Err: errors.New("the source holds no files, so nothing was done")}
	}
	return err
}

// carrying begins to carry jobs out; what it returns beside has to be called when all
// is told.
func (a *app) carrying(s *session.Session) (*carrying, func()) {
	c := &carrying{app: a, engine: s.Transfers(), keeps: s.Keeps(), doubted: map[int]bool{}, began: time.Now(), memory: newMemory()}
	left := func() string { return whatIsLeft(c.engine, c.keeps) }
	a.cleaning.Store(&left)
	return c, func() { a.cleaning.Store(nil) }
}

// outcome says how all of it went, and returns with what the command ends. err is why not
// all was planned.
func (c *carrying) outcome(ctx context.Context, err error) error {
	a := c.app
	a.status.leave()
	c.conclude()
	if ctx.Err() == nil {
		c.engine.ClearOver() // all was told; nobody has to see it again in another program
	}
	switch {
	case c.code == exitNotEncrypted:
		if err != nil && ctx.Err() == nil {
			a.report(err)
		}
		return &partial{exitNotEncrypted}
	case ctx.Err() != nil:
		return &interruption{ctx.Err(), c.keeps && c.goesOn()}
	case err != nil:
		return err
	case c.code != exitOK:
		return &partial{c.code}
	}
	return nil
}

// A part is a piece of a plan, or why there is no more.
type part struct {
	plan transfer.Plan
	err  error
	over []transfer.Row // what was done by itself
	// settled is told, once all before it is over, whether all of that went well; nil
	// where nobody waits for it.
	settled chan<- bool
}

// planned is a plan's pieces as they are made, ahead by one, until ctx ends.
func planned(ctx context.Context, pieces iter.Seq2[transfer.Plan, error]) <-chan part {
	return ahead(ctx, func(yield func(part) bool) {
		for p, err := range pieces {
			if !yield(part{plan: p, err: err}) {
				return
			}
		}
	})
}

// ahead is parts as they are made, ahead by one, until ctx ends.
func ahead(ctx context.Context, made iter.Seq[part]) <-chan part {
	parts := make(chan part)
	go func() {
		defer close(parts)
		for p := range made {
			select {
			case parts <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	return parts
}

// run waits until all is over, and returns why not all was planned. An interruption
// closes the engine, and waits until it has come to rest.
func (c *carrying) run(ctx context.Context, parts <-chan part) (err error) {
	var over, settled <-chan struct{}
	var waits chan<- bool
	interrupted, closing := ctx.Done(), false
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case p, more := <-parts:
			if err = p.err; more && err == nil {
				err = c.take(p.plan)
				for _, r := range p.over {
					c.ended(r)
				}
			}
			if p.settled != nil {
				waits = p.settled
				settled = after(func() { _ = c.engine.Wait(ctx) })
			}
			if !more || err != nil {
				c.planned, parts = true, nil
				over = after(func() { _ = c.engine.Wait(context.WithoutCancel(ctx)) })
			}
		case <-interrupted:
			interrupted, parts = nil, nil
			over = after(func() { _ = c.engine.Close(context.WithoutCancel(ctx)) })
		case <-settled:
			settled = nil
			c.look()
			waits <- c.code == exitOK && ctx.Err() == nil
		case <-over:
			c.look()
			return err
		case <-tick.C:
			if c.look(); interrupted == nil && !closing {
				closing = true
				c.closing()
			}
		}
	}
}

// after is closed when something that waits is done.
func after(wait func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		wait()
		close(done)
	}()
	return done
}

// take tells of a piece of the plan and submits it.
func (c *carrying) take(p transfer.Plan) error {
	for _, w := range p.Warnings {
		c.app.note(w.String())
	}
	for _, r := range p.Refused {
		c.refused++
		c.ended(refused(r))
	}
	if len(p.Jobs) == 0 {
		return nil
	}
	_, err := c.engine.Submit(slices.Values(p.Jobs))
	return err
}

// look tells of what changed since the last look, and draws the status line.
func (c *carrying) look() {
	c.memory.look()
	changes := c.engine.ChangedSince(c.cursor)
	c.cursor = changes.Cursor
	for _, change := range changes.Rows {
		switch {
		case change.Phase == transfer.Queued || change.Phase == transfer.Paused || change.Gone:
			continue
		case change.Phase == transfer.Done && c.app.flags.quiet && !c.app.flags.json:
			c.tally.files += change.N // nobody is told more
			continue
		}
		for r := range rowsOf(c.engine, change.Range) { // may have ended since: then that is another change
			if change.Phase.Over() {
				c.ended(r)
			} else {
				c.doubt(r)
			}
		}
	}
	p := progressOf(changes.Summary)
	p.files, p.all, p.failed, p.planned = p.files+c.refused, p.all+c.refused, c.failures.files, c.planned
	if c.same != nil {
		p.same = c.same()
	}
	if p.waiting == "" {
		p.waiting = c.app.slowdowns.now()
	}
	c.estimate.of(&p, time.Now())
	if !c.app.flags.quiet && !c.app.flags.json {
		c.app.status.show(p.String())
	}
}

// rowsOf are the rows of a range that are there.
func rowsOf(e *transfer.Engine, in transfer.Range) iter.Seq[transfer.Row] {
	const some = 256
	return func(yield func(transfer.Row) bool) {
		var rows []transfer.Row
		for next := in.First; next < in.End(); next = rows[len(rows)-1].Nth + 1 {
			if rows = e.AppendRows(rows[:0], next, min(some, in.End()-next)); len(rows) == 0 {
				return
			}
			for _, r := range rows {
				if !in.Holds(r.Nth) || !yield(r) {
					return
				}
			}
		}
	}
}

// doubt says once that a file is stored and its proof tried again.
func (c *carrying) doubt(r transfer.Row) {
	if r.Again == nil || c.doubted[r.Nth] || len(c.doubted) == mostFailures {
		return
	}
	c.doubted[r.Nth] = true
	c.app.note(r.Job.At().String() + " is stored and not yet verified: the server is asked again")
}

// ended tells of a file that is over.
func (c *carrying) ended(r transfer.Row) {
	a := c.app
	c.tally.add(r)
	other := errors.Is(r.Err, transfer.ErrOtherContents)
	switch {
	case client.KindOf(r.Err) == client.KindEncryptionNotAsAsked:
		c.code = exitNotEncrypted
	case (r.Phase == transfer.Failed || r.Phase == transfer.Cancelled || other || stays(r)) && c.code == exitOK:
		c.code = exitFailed
	}
	switch {
	case a.flags.json:
		a.line(transferJSON(r))
	case r.Job.To.Stream != "" && client.KindOf(r.Err) == client.KindLocal && isClosed(r.Err): // whoever read the object knows that they left
	case r.Phase == transfer.Failed && r.Err != nil || other:
		c.failed(r)
	default:
		if c.told++; c.told <= mostLines || !a.readByPerson {
			a.transferred(r)
		} else if c.told == mostLines+1 {
			a.say("The files that follow are counted, and named only where they fail; --json names each.")
		}
	}
}

// stays reports whether something was not deleted because it is another by now.
func stays(r transfer.Row) bool { return r.Job.Op == transfer.Delete && r.Phase == transfer.Skipped }

// failed tells of a file that is not done: in full where nothing like it was said
// before, by its name where few were, and else in the sum.
func (c *carrying) failed(r transfer.Row) {
	a, what := c.app, transferJSON(r).what()
	kind, first, named := c.failures.add(r.Err)
	switch {
	case r.Phase == transfer.Skipped && named:
		a.skipped(what, r)
	case r.Phase == transfer.Skipped:
	case first:
		printf(a.err, "FAILED %s\n", what)
		a.report(r.Err)
	case named:
		printf(a.err, "FAILED %s\n  As before: %s\n", what, kind.title)
	}
}

// conclude says how all of it went, where there were several files.
func (c *carrying) conclude() {
	a := c.app
	if a.flags.json {
		return
	}
	if sum := c.failures.sum(); sum != "" {
		_, _ = a.err.Write([]byte(sum)) // a console keeps what went wrong
	}
	if c.tally.files > 1 && !a.flags.quiet {
		printf(a.err, "%s\n", c.tally.sum(time.Since(c.began)))
	}
}

// begunTargets names what is under way, or a few of many.
func begunTargets(e *transfer.Engine) string {
	const few = 4
	var names []string
	more := 0
	for _, c := range e.ChangedSince(0).Rows {
		if c.Phase != transfer.Sending && c.Phase != transfer.Verifying {
			continue
		}
		more += c.N
		for r := range rowsOf(e, c.Range) {
			if len(names) == few {
				break
			}
			names = append(names, transferJSON(r).Target)
			more--
		}
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// closing says what an interrupted run waits for.
func (c *carrying) closing() {
	targets, a := begunTargets(c.engine), c.app
	doing := "cleaning up what was begun of"
	if c.keeps {
		doing = "keeping what was begun of"
	}
	if targets != "" && !a.flags.quiet {
		printf(a.err, "bucketseal-cli: interrupted; "+doing+" %s; press Ctrl-C again to end at once\n", targets)
	}
}

// whatIsLeft says what a run that ends at once leaves behind, "" for nothing.
func whatIsLeft(e *transfer.Engine, keeps bool) string {
	targets := begunTargets(e)
	switch {
	case targets == "":
		return ""
	case keeps:
		return "what was begun of " + targets + " is kept: " + howToGoOn
	}
	return "what was begun of " + targets + " may be left behind; 'bucketseal-cli uploads list s3://BUCKET' shows unfinished uploads"
}

// howToGoOn says how an interrupted command is gone on with.
const howToGoOn = "the same command again goes on with it, and so does 'bucketseal-cli uploads resume'"

// goesOn reports whether anything is left that another run of the program can go on
// with, once the engine is closed.
func (c *carrying) goesOn() bool { return !c.planned || c.engine.Summary().Open() > 0 }

// An interruption is the end of a command that somebody cut short.
type interruption struct {
	err    error
	goesOn bool
}

func (i *interruption) Error() string { return i.err.Error() }
func (i *interruption) Unwrap() error { return i.err }

// refused shows a file that was not sent as a failed row.
func refused(r transfer.Refusal) transfer.Row {
	op := "plan"
	if r.Rule == 0 && r.Op.Copies() { // nor is it about a file of this computer
		op = string(r.Op)
	}
	return transfer.Row{
		Job: transfer.Job{
			Op: r.Op, From: transfer.ReadFrom(r.Source), To: transfer.ObjectAt("", r.Target, ""),
			Treatment: client.Treatment{Rule: r.Rule, RuleID: r.RuleID},
		},
		Phase: transfer.Failed,
		Err:   &client.Error{Op: op, Kind: r.Kind, At: r.Target, Said: r.Reason},
	}
}
