package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// graceTime is how long a run that was interrupted may take to end by itself,
// unless it comes to rest with what is under way.
const graceTime = 2 * time.Second

// endings are the signals by which a person, a closed terminal or the system
// asks the program to end. A program started by nohup outlives its terminal.
func endings() []os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}

// interruptible is a context that the first signal ends: what is under way comes to
// rest, kept where it can be gone on with. The second ends the program, whatever it
// waits for.
func (a *app) interruptible(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endings()...)
	go func() {
		<-signals
		cancel()
		grace := time.After(graceTime)
		for {
			select {
			case s := <-signals:
				// A terminal that closes is told by the system and by its shell.
				if s != syscall.SIGHUP {
					a.abandon()
				}
			case <-grace:
				// It waits where no context reaches: a pipe nobody opens, a dead disk.
				if a.cleaning.Load() == nil {
					a.abandon()
				}
			}
		}
	}()
	return ctx
}

// abandon ends the program with whatever is under way, and says what that is.
func (a *app) abandon() {
	if under := a.cleaning.Load(); under != nil {
		if left := (*under)(); left != "" {
			printf(a.err, "bucketseal-cli: ended at once; %s\n", left)
		}
	}
	a.exit(exitInterrupted)
}

// exit ends the program. A question that is still open leaves the terminal as
// it was before.
func (a *app) exit(code int) {
	if before := a.hidden.Load(); before != nil {
		_ = term.Restore(int(a.tty.Fd()), before)
		printf(a.err, "\n")
	}
	os.Exit(code)
}

// input is the standard input, which nobody waits for any longer than the
// context allows: a read under way is left alone.
type input struct {
	ctx  context.Context //nolint:containedctx // that of the whole run
	from io.Reader
	hint func() // says that the input is read now, once; nil for nobody to tell
	buf  []byte
}

func (i *input) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if i.hint != nil {
		i.hint()
		i.hint = nil
	}
	if len(i.buf) < len(p) {
		i.buf = make([]byte, len(p))
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func(b []byte) {
		n, err := i.from.Read(b)
		done <- result{n, err}
	}(i.buf[:len(p)])
	select {
	case r := <-done:
		return copy(p, i.buf[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
