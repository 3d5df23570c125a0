package main

import (
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) rmCommand() *cobra.Command {
	var recursive bool
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
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				ctx := c.Context()
				census := session.Census{Objects: []client.Location{at}}
				if recursive {
					if census, err = s.Count(ctx, []client.Object{{At: at, IsFolder: true}}); err != nil {
						return err
					}
				}
				removal, err := s.Delete(ctx, census.Objects)
				if err != nil {
					return err
				}
				failed := map[client.Location]error{}
				for _, f := range removal.Failed {
					failed[f.At] = f.Err
				}
				for _, at := range census.Objects {
					a.removed(at, failed[at])
				}
				if len(failed) > 0 {
					return &partial{exitFailed}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVarP(&recursive, "recursive", "r", false, "remove everything in the folder")
	return c
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
		a.say("removed %s", printable(at.String()))
	}
}
