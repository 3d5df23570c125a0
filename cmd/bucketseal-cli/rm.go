package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) rmCommand() *cobra.Command {
	var recursive, dryRun bool
	c := &cobra.Command{
		Use: "rm s3://BUCKET/KEY", Short: "Remove an object, or a folder with -r", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := client.ParseLocation(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if at.Bucket == "" || at.Key == "" && !recursive {
				return usage("%s names no object; a whole bucket is emptied with -r and removed with rb", args[0])
			}
			return a.with(c.Context(), a.removeConfig(), func(s *session.Session) error {
				return a.remove(c.Context(), s, at, recursive, dryRun)
			})
		},
	}
	c.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would be removed, and remove nothing")
	c.Flags().BoolVarP(&recursive, "recursive", "r", false, "remove everything in the folder")
	return c
}

// removeConfig has one request at a time: when it is cut short, no more than the
// thousand objects of that one may be gone and nobody was told.
func (a *app) removeConfig() transfer.Config {
	return transfer.Config{Concurrency: 1, OnSlowDown: a.slowed}
}

func (a *app) removed(at client.Location, err error) {
	switch {
	case a.flags.json:
		status := "done"
		if err != nil {
			status = "failed"
		}
		a.line(map[string]any{"op": "rm", "target": at.String(), "status": status, "error": errorJSON(err)})
	case err != nil:
		a.report(err)
	default:
		a.say("removed %s", at)
	}
}

// remove tells of each object as it goes: when it is cut short, what is gone was
// said.
func (a *app) remove(ctx context.Context, s *session.Session, at client.Location, recursive, dryRun bool) error {
	what := client.Object{At: at}
	var err error
	if recursive {
		what, err = s.Find(ctx, at, false)
	} else if there, herr := s.IsThere(ctx, at); herr == nil && !there { // who may remove and not look is believed
		err = notThere(ctx, s, at)
	}
	if err != nil {
		return err
	}
	totals, err := s.Count(ctx, []client.Object{what})
	if err != nil {
		return err
	}
	if dryRun {
		return a.wouldRemove(totals.Objects)
	}
	removal, err := s.Remove(ctx, totals.Objects)
	if err != nil {
		return err
	}
	gone, failed := 0, 0
	for err == nil {
		var news []session.Removed
		news, err = removal.Next(ctx)
		for _, n := range news {
			if n.Err == nil {
				gone++
			} else {
				failed++
			}
			a.removed(n.At, n.Err)
		}
	}
	if all := len(totals.Objects); gone < all && all > 1 {
		printf(a.err, "%d of %d objects are removed, %d could not be; of %d nothing is known.\n", gone, all, failed, all-gone-failed)
	}
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case failed > 0:
		return &partial{exitFailed}
	}
	return nil
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
