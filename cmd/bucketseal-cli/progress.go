package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// follow waits until the jobs are over, with a progress bar on a terminal. An
// interruption cancels them and waits for that.
func (a *app) follow(ctx context.Context, e *transfer.Engine, ids []string, total int64) {
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(a.screen), progressbar.OptionShowBytes(true),
		progressbar.OptionSetVisibility(a.terminal && !a.flags.quiet && !a.flags.json), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true))
	defer bar.Finish() //nolint:errcheck // a bar that cannot be drawn changes nothing
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	interrupted := ctx.Done()
	for {
		var sent int64
		over := true
		for _, id := range ids {
			r, _ := e.Row(id)
			sent += r.Sent
			over = over && r.Phase.Over()
		}
		if over {
			return
		}
		_ = bar.Set64(min(sent, total))
		select {
		case <-interrupted:
			e.Cancel(ids...)
			interrupted = nil
		case <-e.Changed():
		case <-tick.C:
		}
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
