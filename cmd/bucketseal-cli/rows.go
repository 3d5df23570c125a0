package main

import (
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// transferred tells of one file that is over and has not failed.
func (a *app) transferred(r transfer.Row) {
	l := transferJSON(r)
	what := l.what()
	switch {
	case r.Phase == transfer.Done && r.Job.Op == transfer.Delete:
		a.say("removed %s", what)
	case r.Phase == transfer.Done && r.Receipt != nil && r.Job.Op.WritesObject():
		a.say("%s  %s  %s (%s)  content: %s", what, humanize.IBytes(uint64(r.Receipt.Size)), explain.VerdictName(r.Receipt.Verdict), r.Receipt.Reported.Describe(), r.Receipt.Content)
	case r.Phase == transfer.Skipped && r.Err != nil:
		a.skipped(what, r)
	default:
		size := "?"
		if l.Bytes != nil {
			size = humanize.IBytes(uint64(*l.Bytes))
		}
		switch {
		case r.Receipt == nil:
		case r.Receipt.IsUnverified():
			l.Status += ", " + printable(r.Receipt.Compared.String())
		case r.Receipt.Content != transfer.ContentNone:
			l.Status += "  content: " + string(r.Receipt.Content)
		}
		a.say("%s  %s  %s", what, size, l.Status)
	}
}

// what names the file in a line for people.
func (l transferLine) what() string {
	if l.Op == transfer.Delete {
		return l.Target
	}
	switch {
	case l.Op.InPlace():
		return l.Target
	case l.SourceVersion != "" && l.SourceModified != "":
		return l.Source + " (version " + l.SourceVersion + " of " + l.SourceModified + ") -> " + l.Target
	case l.SourceVersion != "":
		return l.Source + " (version " + l.SourceVersion + ") -> " + l.Target
	}
	return l.Source + " -> " + l.Target
}

// skipped says why a file was not sent, and what was found out about what is
// there. That it is not the file is said even where only failures are.
func (a *app) skipped(what string, r transfer.Row) {
	why := r.Err
	if inner := errors.Unwrap(r.Err); inner != nil {
		why = inner
	}
	text := fmt.Sprintf("%s  skipped, %s", what, printable(why.Error()))
	if r.Job.Op == transfer.Move {
		text += "; the source stays"
	}
	switch {
	case errors.Is(r.Err, transfer.ErrOtherContents):
		fmt.Fprintln(a.err, text)
	case r.Receipt != nil && r.Job.Op.WritesObject():
		a.say("%s: %s (%s)", text, explain.VerdictName(r.Receipt.Verdict), r.Receipt.Reported.Describe())
	default:
		a.say("%s", text)
	}
}
