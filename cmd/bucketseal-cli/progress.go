package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// follow waits until the jobs are over, with a progress bar on a terminal. An
// interruption cancels them and waits for what they clean up.
func (a *app) follow(ctx context.Context, e *transfer.Engine, ids []string, total int64) {
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(a.screen), progressbar.OptionShowBytes(true),
		progressbar.OptionSetVisibility(a.terminal && !a.flags.quiet && !a.flags.json), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true))
	defer bar.Finish() //nolint:errcheck // a bar that cannot be drawn changes nothing
	begun := func() string { _, open := progress(e, ids); return targetsOf(open) }
	a.cleaning.Store(&begun)
	defer a.cleaning.Store(nil)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	interrupted, told := ctx.Done(), false
	said := map[string]bool{}
	for {
		sent, open := progress(e, ids)
		if len(open) == 0 {
			return
		}
		for _, r := range open {
			if r.Again != nil && !said[r.Job.ID] {
				said[r.Job.ID] = true
				a.note(r.Job.Remote.String() + " is stored and not yet verified: the server is asked again")
			}
		}
		_ = bar.Set64(min(sent, total))
		select {
		case <-interrupted:
			e.Cancel(ids...)
			interrupted = nil
		case <-e.Changed():
		case <-tick.C:
			if interrupted == nil && !told {
				told = true
				_ = bar.Clear()
				a.cleaningUp(targetsOf(open))
			}
		}
	}
}

// progress is how many bytes moved, and which rows are not over.
func progress(e *transfer.Engine, ids []string) (sent int64, open []transfer.Row) {
	for _, id := range ids {
		r, _ := e.Row(id)
		sent += r.Sent
		if !r.Phase.Over() {
			open = append(open, r)
		}
	}
	return sent, open
}

// targetsOf names what is transferred, or a few of many.
func targetsOf(rows []transfer.Row) string {
	const few = 4
	var names []string
	for _, r := range rows[:min(few, len(rows))] {
		names = append(names, transferJSON(r).Target)
	}
	if more := len(rows) - few; more > 0 {
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

var verdictWords = map[transfer.Verdict]string{
	transfer.Verified:       "Verified",
	transfer.OtherKey:       "Encrypted, another key",
	transfer.KeyNotReported: "Encrypted, key not reported",
	transfer.NotEncrypted:   "Not encrypted",
	transfer.NothingAsked:   "Nothing asked",
	transfer.NotYetVerified: "Not yet verified",
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
	case r.Job.Into != nil && client.KindOf(r.Err) == client.KindLocal && isClosed(r.Err): // whoever read the object knows that they left
	case r.Phase == transfer.Failed && r.Err != nil:
		printf(a.err, "FAILED %s\n", what)
		a.report(r.Err)
	case r.Phase == transfer.Done && r.Receipt != nil && r.Job.Op == transfer.Upload:
		a.say("%s  %s  %s (%s)  content: %s", what, humanize.IBytes(uint64(r.Receipt.Size)), verdictWords[r.Receipt.Verdict], r.Receipt.Reported.Describe(), r.Receipt.Content)
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
		a.say("%s: %s (%s)", text, verdictWords[r.Receipt.Verdict], r.Receipt.Reported.Describe())
	default:
		a.say("%s", text)
	}
}
