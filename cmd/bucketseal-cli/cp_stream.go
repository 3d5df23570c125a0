package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// stdio is how cp is told to use the standard input or output. A file of that
// name is ./-.
const stdio = "-"

// planFromInput uploads the standard input.
func (a *app) planFromInput(ctx context.Context, s *session.Session, f *cpFlags, at client.Location, o session.UploadOptions, c session.Choice) (iter.Seq2[transfer.Plan, error], error) {
	switch {
	case f.recursive:
		return nil, usage("- is one stream: leave -r out")
	case at.IsFolder():
		return nil, usage("%s is a folder: name the object that the standard input becomes", at)
	}
	o.As = at.Key
	o.From = func() (io.ReadCloser, error) { return io.NopCloser(a.in), nil }
	return s.PlanUpload(ctx, []string{stdio}, at.Parent(), o, c), nil
}

// into is how a download is written to what is no file: the standard output, a
// pipe, a device; nil where to names a file, a folder, or nothing yet. Whatever
// else it names is for the download to refuse.
func (a *app) into(to string) func(io.Reader) error {
	if to == stdio {
		return a.intoOutput()
	}
	stat, err := os.Stat(to)
	if err != nil {
		return nil // not there yet, or the download says what is wrong with it
	}
	if out, isFile := a.stdout.(*os.File); isFile {
		if same, err := out.Stat(); err == nil && os.SameFile(stat, same) && stat.Mode()&os.ModeDevice == 0 {
			return a.intoOutput() // /dev/stdout
		}
	}
	switch stat.Mode().Type() {
	case os.ModeNamedPipe, os.ModeDevice | os.ModeCharDevice:
		return func(r io.Reader) error { return writeInto(to, r) }
	}
	return nil
}

// intoOutput leaves the standard output to the bytes: whatever else is to be said
// goes to the standard error.
func (a *app) intoOutput() func(io.Reader) error {
	a.out = a.err
	return func(r io.Reader) error {
		_, err := io.Copy(a.stdout, r)
		return err
	}
}

// writeInto writes into what is there and makes nothing.
func writeInto(name string, r io.Reader) error {
	w, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}
