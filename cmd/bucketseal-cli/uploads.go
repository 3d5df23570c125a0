package main

import (
	"context"
	"errors"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

type uploadLine struct {
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	UploadID  string `json:"uploadId"`
	Started   string `json:"started"`
	Bytes     *int64 `json:"bytes"` // null: the server did not tell
	Ours      bool   `json:"ours"`
	Resumable bool   `json:"resumable"` // the same command again goes on with it
}

func (a *app) uploadsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "uploads", Short: "Find and drop uploads that were begun and never finished",
		Long: `Find and drop uploads that were begun and never finished. Their parts are paid for,
and no listing shows them. What a program of yours that was killed has left is ours and
resumable: the same command again goes on with it. What others have left is yours to
judge: an upload may also be under way just now.`,
	}
	c.AddCommand(a.uploadsListCommand(), a.uploadsAbortCommand())
	return c
}

func (a *app) uploadsListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list s3://BUCKET[/PREFIX]", Short: "List unfinished uploads", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := inBucket(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				all, err := s.OpenUploads(c.Context(), at)
				if err != nil {
					return err
				}
				return a.printUploads(all)
			})
		},
	}
}

// inBucket reads a place that has a bucket.
func inBucket(arg string) (client.Location, error) {
	at, err := client.ParseLocation(arg)
	if err != nil {
		return at, usage("%w", err)
	}
	if at.Bucket == "" {
		return at, usage("%s names no bucket", arg)
	}
	return at, nil
}

func (a *app) printUploads(all []session.OpenUpload) error {
	if a.flags.json {
		for _, u := range all {
			l := uploadLine{Bucket: u.At.Bucket, Key: u.At.Key, UploadID: u.ID, Started: stamp(u.Begun), Ours: u.Ours, Resumable: u.Row != 0}
			if u.Bytes != client.NotTold {
				l.Bytes = &u.Bytes
			}
			a.line(l)
		}
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, u := range all {
		size, whose := "size not told", "somebody's"
		if u.Bytes != client.NotTold {
			size = humanize.IBytes(uint64(u.Bytes))
		}
		switch {
		case u.Row != 0:
			whose = "ours, resumable"
		case u.Ours:
			whose = "ours"
		}
		printf(w, "%s\t%s\t%s\t%s\t%s\n", stamp(u.Begun), size, whose, u.At.Key, u.ID)
	}
	return w.Flush()
}

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
