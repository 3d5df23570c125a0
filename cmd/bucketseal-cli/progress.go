package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// drawEvery is how often what is under way is looked at.
const drawEvery = 100 * time.Millisecond

// follow waits until an engine's jobs are over, with a progress bar on a
// terminal. An interruption cancels them and waits for what they clean up.
func (a *app) follow(ctx context.Context, e *transfer.Engine, total int64) {
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(a.screen), progressbar.OptionShowBytes(true),
		progressbar.OptionSetVisibility(a.terminal && !a.flags.quiet && !a.flags.json), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true))
	defer bar.Finish() //nolint:errcheck // a bar that cannot be drawn changes nothing
	begun := func() string { return openTargets(e) }
	a.cleaning.Store(&begun)
	defer a.cleaning.Store(nil)
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = e.Wait(context.WithoutCancel(ctx))
	}()
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	interrupted, told := ctx.Done(), false
	doubts := doubts{engine: e, said: map[int]bool{}}
	for {
		select {
		case <-over:
			return
		case <-interrupted:
			e.Cancel()
			interrupted = nil
		case <-tick.C:
			doubts.tell(a.note)
			s := e.Summary()
			_ = bar.Set64(min(s.Done+s.Moved, total))
			if interrupted == nil && !told {
				told = true
				_ = bar.Clear()
				a.cleaningUp(openTargets(e))
			}
		}
	}
}

// doubts are the files that are stored and whose proof is tried again.
type doubts struct {
	engine *transfer.Engine
	cursor transfer.Cursor
	said   map[int]bool // rows that were told of
}

// tell notes each of them once.
func (d *doubts) tell(note func(string)) {
	changes := d.engine.ChangedSince(d.cursor)
	d.cursor = changes.Cursor
	for _, c := range changes.Rows {
		if d.said[c.Nth] || c.Phase != transfer.Sending && c.Phase != transfer.Verifying {
			continue
		}
		if r, ok := d.engine.Nth(c.Nth); ok && r.Again != nil {
			d.said[c.Nth] = true
			note(r.Job.At().String() + " is stored and not yet verified: the server is asked again")
		}
	}
}

// rowsOf are the rows of an engine, some at a time.
func rowsOf(e *transfer.Engine) iter.Seq[transfer.Row] {
	const some = 256
	return func(yield func(transfer.Row) bool) {
		var rows []transfer.Row
		for next := 0; ; {
			rows = e.AppendRows(rows[:0], next, some)
			if len(rows) == 0 {
				return
			}
			for _, r := range rows {
				if !yield(r) {
					return
				}
			}
			next = rows[len(rows)-1].Nth + 1
		}
	}
}

// openTargets names what is not over yet, or a few of many.
func openTargets(e *transfer.Engine) string {
	const few = 4
	ids := e.IDs(func(r *transfer.Row) bool { return !r.Phase.Over() })
	var names []string
	for _, id := range ids[:min(few, len(ids))] {
		r, _ := e.Row(id)
		names = append(names, transferJSON(r).Target)
	}
	if more := len(ids) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// cleaningUp says what an interrupted run waits for.
func (a *app) cleaningUp(targets string) {
	if targets != "" && !a.flags.quiet {
		printf(a.err, "bucketseal-cli: interrupted; cleaning up what was begun of %s; press Ctrl-C again to end at once\n", targets)
	}
}

// transferred reports one file that is over.
func (a *app) transferred(r transfer.Row) {
	if a.flags.json {
		a.line(transferJSON(r))
		return
	}
	l := transferJSON(r)
	what := fmt.Sprintf("%s -> %s", l.Source, l.Target)
	switch {
	case r.Job.To.Stream != "" && client.KindOf(r.Err) == client.KindLocal && isClosed(r.Err): // whoever read the object knows that they left
	case r.Phase == transfer.Failed && r.Err != nil:
		printf(a.err, "FAILED %s\n", what)
		a.report(r.Err)
	case r.Phase == transfer.Done && r.Receipt != nil && r.Job.Op == transfer.Upload:
		a.say("%s  %s  %s (%s)  content: %s", what, humanize.IBytes(uint64(r.Receipt.Size)), explain.VerdictName(r.Receipt.Verdict), r.Receipt.Reported.Describe(), r.Receipt.Content)
	case r.Phase == transfer.Skipped && r.Err != nil:
		a.skipped(what, r)
	default:
		size := "?"
		if l.Bytes != nil {
			size = humanize.IBytes(uint64(*l.Bytes))
		}
		if r.Receipt != nil && r.Receipt.Content != transfer.ContentNone {
			l.Status += "  content: " + string(r.Receipt.Content)
		}
		a.say("%s  %s  %s", what, size, l.Status)
	}
}

// skipped says why a file was not sent, and what was found out about what is
// there. That it is not the file is said even where only failures are.
func (a *app) skipped(what string, r transfer.Row) {
	why := r.Err
	if inner := errors.Unwrap(r.Err); inner != nil {
		why = inner
	}
	text := fmt.Sprintf("%s  skipped, %s", what, printable(why.Error()))
	switch {
	case errors.Is(r.Err, transfer.ErrOtherContents):
		fmt.Fprintln(a.err, text)
	case r.Receipt != nil && r.Job.Op == transfer.Upload:
		a.say("%s: %s (%s)", text, explain.VerdictName(r.Receipt.Verdict), r.Receipt.Reported.Describe())
	default:
		a.say("%s", text)
	}
}
