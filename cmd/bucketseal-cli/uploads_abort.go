package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) uploadsAbortCommand() *cobra.Command {
	var id string
	var older time.Duration
	c := &cobra.Command{
		Use: "abort s3://BUCKET/KEY", Short: "Drop unfinished uploads and their parts", Args: exactly(1),
		Long: `Drop the unfinished uploads of an object, or the one with --upload-id. Of a folder or a
whole bucket (s3://BUCKET/FOLDER/, s3://BUCKET) only those older than --older are
dropped. An upload that is under way fails then, whoever runs it.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := inBucket(args[0])
			switch {
			case err != nil:
				return err
			case older < 0:
				return usage("--older %s: an age is never negative", older)
			case at.IsFolder() && older == 0:
				return usage("%s is a folder: name one object, or give --older, so that uploads under way are left alone", args[0])
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				return a.abort(c.Context(), s, at, func(u session.OpenUpload) bool {
					return (at.IsFolder() || u.At == at) && (id == "" || u.ID == id) &&
						(older == 0 || u.WasBegunBefore(time.Now().Add(-older)))
				})
			})
		},
	}
	c.Flags().StringVar(&id, "upload-id", "", "only the upload with this `ID`")
	c.Flags().DurationVar(&older, "older", 0, "only uploads begun longer ago than this, e.g. `24h`")
	return c
}

// abort drops the uploads below a place that are meant, and tells of each.
func (a *app) abort(ctx context.Context, s *session.Session, at client.Location, isMeant func(session.OpenUpload) bool) error {
	all, err := s.OpenUploads(ctx, at)
	if err != nil {
		return err
	}
	found, failed := 0, 0
	for _, u := range all {
		if !isMeant(u) {
			continue
		}
		found++
		err := s.DropUpload(ctx, u)
		if err != nil {
			failed++
		}
		a.aborted(u, err)
	}
	switch {
	case found == 0:
		return &client.Error{Op: "find", Kind: client.KindNoUpload, At: at, Err: errors.New("no such upload is open")}
	case failed > 0:
		return &partial{exitFailed}
	}
	return nil
}

func (a *app) aborted(u session.OpenUpload, err error) {
	switch {
	case a.flags.json:
		status := "done"
		if err != nil {
			status = "failed"
		}
		a.line(map[string]any{"op": "abort", "target": u.At.String(), "uploadId": u.ID, "status": status, "error": errorJSON(err)})
	case err != nil:
		a.report(err)
	default:
		a.say("dropped the upload %s of %s", u.ID, u.At)
	}
}
