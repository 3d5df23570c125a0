package main

import (
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
	Resumable bool   `json:"resumable"` // uploads resume goes on with it, and the same command again
}

func (a *app) uploadsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "uploads", Short: "Find, go on with and drop uploads that were begun and never finished",
		Long: `Find, go on with and drop uploads that were begun and never finished. Their parts are
paid for, and no listing shows them. What a program of yours that was interrupted or
killed has left is ours and resumable: 'uploads resume' goes on with it, and so does the
same command again. What others have left is yours to judge: an upload may also be under
way just now.`,
	}
	c.AddCommand(a.uploadsListCommand(), a.uploadsResumeCommand(), a.uploadsAbortCommand())
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
			l := uploadLine{
				Bucket: u.At.Bucket, Key: u.At.Key, UploadID: u.ID, Started: stamp(u.Begun), Ours: u.Ours, Resumable: u.Resumable(),
			}
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
		case u.Resumable():
			whose = "ours, resumable"
		case u.Ours:
			whose = "ours"
		}
		printf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", stamp(u.Begun), age(u.Begun), size, whose, u.At.Key, u.ID)
	}
	return w.Flush()
}

// age is how long ago something began, as people say it.
func age(begun time.Time) string {
	if begun.IsZero() {
		return "age not told"
	}
	return humanize.Time(begun)
}
