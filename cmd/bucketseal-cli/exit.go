package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// The exit codes.
const (
	exitOK           = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNotEncrypted = 3
	exitInterrupted  = 130
)

// usageError is a mistake in how the program was called or set up.
type usageError struct{ err error }

// Error says what is wrong without the kind of an error that no server gave:
// that would be read as somebody's answer.
func (u *usageError) Error() string {
	var e *client.Error
	if !errors.As(u.err, &e) || e.Status != 0 {
		return u.err.Error()
	}
	why := e.Said
	if why.IsZero() {
		why = client.TextOf(e.Err)
	}
	if why.IsZero() {
		return u.err.Error()
	}
	return strings.Replace(u.err.Error(), e.Error(), e.Op+": "+why.String(), 1)
}

func (u *usageError) Unwrap() error { return u.err }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// settingsError marks an error of the settings on disk.
func settingsError(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// partial says that some transfers did not end as they should; each was
// reported already.
type partial struct{ code int }

func (p *partial) Error() string { return "some transfers failed" }

// reported is an error that was reported already, since something else had to be said
// after it.
type reported struct{ error }

func (r *reported) Unwrap() error { return r.error }

// exitCode says with what the program ends after err.
func exitCode(ctx context.Context, err error) int {
	var p *partial
	var u *usageError
	var r *session.RulesError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &p) && p.code == exitNotEncrypted:
		return exitNotEncrypted // whatever came afterwards
	case ctx.Err() != nil || client.KindOf(err) == client.KindCancelled:
		return exitInterrupted
	case errors.As(err, &p):
		return p.code
	case errors.As(err, &u), errors.As(err, &r):
		return exitUsage
	case client.KindOf(err) == client.KindEncryptionNotAsAsked:
		return exitNotEncrypted
	}
	return exitFailed
}

// report prints an error the way people or scripts read it.
func (a *app) report(err error) {
	var p *partial
	var said *reported
	if errors.As(err, &p) || errors.As(err, &said) {
		return
	}
	var cut *interruption
	goesOn := errors.As(err, &cut) && cut.goesOn
	if a.flags.json {
		line := errorJSON(err)
		if goesOn {
			line.Hint = howToGoOn
		}
		a.line(map[string]any{"error": line})
		return
	}
	if client.KindOf(err) == client.KindCancelled {
		after := ""
		if goesOn {
			after = "; parts that arrived whole are kept: " + howToGoOn
		}
		printf(a.err, "bucketseal-cli: interrupted%s\n", after)
		return
	}
	var u *usageError
	var known *client.Error
	if errors.As(err, &u) || !errors.As(err, &known) {
		printf(a.err, "bucketseal-cli: %s\n", err)
		return
	}
	m := explain.Error(err)
	printf(a.err, "bucketseal-cli: %s\n", m.Title)
	for _, s := range append(strings.Split(m.Body, "\n"), m.Hints...) {
		if s != "" {
			printf(a.err, "  %s\n", s)
		}
	}
	details := err.Error()
	if known.RequestID != "" {
		details += ", request id " + known.RequestID
	}
	printf(a.err, "  (%s)\n", details)
}
