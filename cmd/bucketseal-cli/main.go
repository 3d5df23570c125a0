// Command bucketseal-cli does every job of Bucketseal without a window: the
// same accounts, rules, transfers and proofs, for scripts and servers.
//
// It exits with 0 when everything was done and verified, 1 when something
// failed, nothing matched or the output could not be written, 2 for wrong usage
// or settings, 3 when an object is not encrypted as asked, and 130 when
// interrupted.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"

	"github.com/bucketseal/bucketseal/client"
)

// version is set by the build (-ldflags "-X main.version=...").
var version = "dev"

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that went away is an error of the output, not the end of an upload halfway
	if os.Getenv("GOGC") == "" {
		collectLate(liveBytes, setPace)
	}
	a := &app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv,
		terminal: term.IsTerminal(int(os.Stderr.Fd())), readByPerson: term.IsTerminal(int(os.Stdout.Fd())),
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		a.tty = os.Stdin
	}
	a.exit(a.run(a.interruptible(context.Background()), os.Args[1:]))
}

// columns is how wide the terminal is at which the standard error is read.
func columns() int {
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// app is one run of the program; tests make their own.
type app struct {
	in       io.Reader // ends with the run's context
	tty      *os.File  // in, where it is a terminal; nil else
	out, err io.Writer // consoles while it runs
	stdout   io.Writer // out as it is, for the bytes of an object
	screen   io.Writer // err as it is, for what draws: nothing of others' making goes there
	env      func(string) string
	// dial reaches a store; nil is over the network.
	dial     func(client.Account, client.Credentials) (client.Store, error)
	terminal bool // err is a terminal: the status line may be drawn, questions asked
	// readByPerson: out is a terminal, where only so many lines are read.
	readByPerson bool
	status       statusLine
	slowdowns    slowdowns

	flags globalFlags

	questions *term.Terminal                // asks at tty; nil until the first question
	hidden    atomic.Pointer[term.State]    // the terminal before a question whose answer is not shown
	cleaning  atomic.Pointer[func() string] // says what is left behind where the program does not wait; nil where nothing is under way
}
