package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func (a *app) rmCommand() *cobra.Command {
	var r removing
	c := &cobra.Command{
		Use: "rm s3://BUCKET/KEY", Short: "Remove an object, or a folder with -r", Args: exactly(1),
		Long: "Remove an object, or a folder with -r: each object while it is the one that was found, so that what somebody " +
			"wrote meanwhile stays. Of a bucket that keeps versions they stay too, unless --versions or --older-versions is given.",
		Example: "  bucketseal-cli rm s3://reports/q3/a.csv\n  bucketseal-cli rm -r --older-versions --dry-run s3://reports/q3",
		RunE: func(c *cobra.Command, args []string) error {
			at, err := client.ParseLocation(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if at.Bucket == "" || at.Key == "" && !r.recursive {
				return usage("%s names no object; a whole bucket is emptied with -r and removed with rb", args[0])
			}
			return a.with(c.Context(), transfer.Config{Concurrency: requestsAtOnce, OnSlowDown: a.slowed}, func(s *session.Session) error {
				r.app = a
				return r.remove(c.Context(), s, at)
			})
		},
	}
	c.Flags().BoolVarP(&r.dryRun, "dry-run", "n", false, "say what would be removed, and remove nothing")
	c.Flags().BoolVarP(&r.recursive, "recursive", "r", false, "remove everything in the folder")
	c.Flags().BoolVar(&r.versions, "versions", false, "remove all versions and delete markers, for good")
	c.Flags().BoolVar(&r.older, "older-versions", false, "remove all versions but the current ones, for good; of removed objects none")
	return c
}

// requestsAtOnce of a thousand objects each are as much as a bucket of AWS bears.
const requestsAtOnce = 16

// A removing is one rm, and what became of it.
type removing struct {
	app                 *app
	recursive, versions bool
	older               bool // but the current ones
	dryRun              bool
	gone, unknown       int
	first               client.Location // that is gone
	failures            failures
}

// remove tells of each object as it goes: when it is cut short, what is gone was
// said.
func (r *removing) remove(ctx context.Context, s *session.Session, at client.Location) error {
	was, err := r.found(ctx, s, at)
	if err != nil {
		return err
	}
	if r.dryRun {
		return r.app.wouldRemove(was)
	}
	removal, err := s.Remove(ctx, was)
	if err != nil {
		return err
	}
	for err == nil {
		var news []session.Removed
		news, err = removal.Next(ctx)
		for _, n := range news {
			r.removed(n)
		}
	}
	r.conclude(len(was))
	if gone := r.first; gone.Key != "" && !r.versions && !r.older && ctx.Err() == nil && !r.app.flags.json && s.KeepsVersions(ctx, gone) {
		r.app.note("the bucket keeps versions: what was removed is hidden and still stored; rm --versions removes it for good")
	}
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case r.failures.files > 0:
		return &partial{exitFailed}
	}
	return nil
}

// found are the objects that a place names, or their versions.
func (r *removing) found(ctx context.Context, s *session.Session, at client.Location) ([]session.Seen, error) {
	what := client.Object{At: at, Size: client.NotTold}
	var totals session.Totals
	var err error
	switch {
	case r.older && r.versions:
		return nil, usage("give --versions or --older-versions, not both")
	case r.older:
		what.IsFolder = r.recursive
		removed := 0
		totals, removed, err = s.OlderVersions(ctx, what)
		if err == nil && removed > 0 {
			r.app.note(fmt.Sprintf("%s removed: their versions are all that is left of them, and stay ('undelete' brings them back, rm --versions removes them)", plural(removed, "object")+map[bool]string{true: " is", false: " are"}[removed == 1]))
		}
		if err == nil && len(totals.Objects) == 0 && removed == 0 && !r.recursive {
			if there, herr := s.IsThere(ctx, at); herr == nil && !there {
				err = notThere(ctx, s, at)
			}
		}
		return totals.Objects, err
	case r.versions:
		what.IsFolder = r.recursive
		totals, err = s.CountVersions(ctx, what)
		if err == nil && len(totals.Objects) == 0 {
			err = notThere(ctx, s, at)
		}
		return totals.Objects, err
	case r.recursive:
		what, err = s.Find(ctx, at, false)
	default:
		if there, herr := s.IsThere(ctx, at); herr == nil && !there { // who may remove and not look is believed
			err = notThere(ctx, s, at)
		}
	}
	if err == nil {
		totals, err = s.Count(ctx, []client.Object{what})
	}
	return totals.Objects, err
}

// removed tells of one object. What stays is named, each, and why it stays is said in
// full where nothing failed so before.
func (r *removing) removed(n session.Removed) {
	a, name := r.app, nameOf(n)
	var kind *failure
	var first bool
	switch {
	case n.Err == nil:
		if r.gone++; r.gone == 1 {
			r.first = n.At
		}
	default:
		kind, first, _ = r.failures.add(n.Err)
		if n.Unknown {
			r.unknown++
		}
	}
	switch {
	case a.flags.json:
		a.line(removalLine(n))
	case n.Err == nil:
		a.say("removed %s", name)
	case first:
		printf(a.err, "%s %s\n", notRemoved(n), name)
		a.report(n.Err)
	default:
		printf(a.err, "%s %s: %s\n", notRemoved(n), name, kind.title)
	}
}

func notRemoved(n session.Removed) string {
	if n.Unknown {
		return "NOT KNOWN TO BE REMOVED"
	}
	return "NOT REMOVED"
}

// nameOf is an object, with its version where that is meant.
func nameOf(n session.Removed) string {
	if n.VersionID == "" {
		return n.At.String()
	}
	return n.At.String() + " (version " + n.VersionID + ")"
}

// removalLine is what became of an object, in JSON.
func removalLine(n session.Removed) map[string]any {
	line := map[string]any{"op": "rm", "target": n.At.String(), "status": "done", "error": errorJSON(n.Err)}
	if n.VersionID != "" {
		line["versionId"] = n.VersionID
	}
	if n.Err != nil {
		line["status"], line["unknown"] = "failed", n.Unknown
	}
	return line
}

// conclude says how all of it went, where it was more than one object.
func (r *removing) conclude(all int) {
	a, failed := r.app, r.failures.files
	switch {
	case all <= 1 || a.flags.json && r.gone == all:
		return
	case r.gone == all:
		if !a.flags.quiet {
			printf(a.err, "%s objects are removed.\n", explain.Count(all))
		}
		return
	}
	printf(a.err, "%s of %s objects are removed, %s could not be", explain.Count(r.gone), explain.Count(all), explain.Count(failed-r.unknown))
	if r.unknown > 0 {
		printf(a.err, ", of %s nothing is known", explain.Count(r.unknown))
	}
	if rest := all - r.gone - failed; rest > 0 {
		printf(a.err, ", %s were left alone", explain.Count(rest))
	}
	printf(a.err, "%s\n", map[bool]string{true: ":", false: "."}[failed > 0])
	for _, k := range r.failures.kinds {
		printf(a.err, "  %s: %s\n", explain.Count(k.files), k.title)
	}
}

// notThere says that no object is called so: a folder is removed only with -r.
func notThere(ctx context.Context, s *session.Session, at client.Location) error {
	if found, err := s.Find(ctx, at, true); err == nil && found.IsFolder {
		return usage("%s is a folder: add -r to remove all it holds", at)
	}
	return nothingFound(at)
}

// nothingFound says that there is nothing to do the work on.
func nothingFound(at client.Location) error {
	return &client.Error{Op: "find", Kind: client.KindNotFound, At: at, Err: errors.New("nothing is called so")}
}
