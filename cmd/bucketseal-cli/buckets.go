package main

import (
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) mbCommand() *cobra.Command {
	return a.bucketCommand("mb", "Make a bucket", "made", func(c *cobra.Command, s *session.Session, name string) error {
		return s.MakeBucket(c.Context(), name)
	})
}

func (a *app) rbCommand() *cobra.Command {
	return a.bucketCommand("rb", "Remove an empty bucket", "removed", func(c *cobra.Command, s *session.Session, name string) error {
		return s.RemoveBucket(c.Context(), name)
	})
}

func (a *app) bucketCommand(verb, short, past string, do func(*cobra.Command, *session.Session, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " s3://BUCKET", Short: short, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := client.ParseLocation(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if at.Bucket == "" || at.Key != "" {
				return usage("%s is no bucket: write s3://BUCKET", args[0])
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				if err := do(c, s, at.Bucket); err != nil {
					return err
				}
				if a.flags.json {
					a.line(map[string]any{"op": verb, "bucket": at.Bucket, "status": "done"})
				}
				a.say("%s: %s.", at.Bucket, past)
				return nil
			})
		},
	}
}
