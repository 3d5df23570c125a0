package main

import (
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) uploadsResumeCommand() *cobra.Command {
	var id string
	var key keyFlags
	f := &transferFlags{}
	c := &cobra.Command{
		Use: "resume [s3://BUCKET[/PREFIX]]", Short: "Go on with what interrupted commands have left", Args: cobra.MaximumNArgs(1),
		Long: `Go on with the uploads and downloads of this account that commands which were
interrupted or killed have left: with what the server and the disk have of each, and
with those whose turn had not come. Each is carried out as it was planned, and told of
as by cp, with the same exit codes. A file that has changed since is sent anew.
What somebody has written since over what a transfer had written already stays.

With s3://BUCKET[/PREFIX] only transfers of objects whose names begin so, with
--upload-id only that upload. An SSE-C key that was given to a command and is not kept
has to be given again. What an upload encrypts with was decided when it was planned.`,
		RunE: func(c *cobra.Command, args []string) error {
			config, err := f.config()
			if err != nil {
				return err
			}
			var under client.Location
			if len(args) > 0 {
				if under, err = inBucket(args[0]); err != nil {
					return err
				}
			}
			return a.with(c.Context(), config, func(s *session.Session) error {
				given, err := a.customerKey(c.Context(), s, key)
				if err != nil {
					return err
				}
				s.Give(given)
				left, err := s.Resume(session.Leftovers{Under: under, UploadID: id})
				if err != nil {
					return err
				}
				return a.goOn(c, s, left)
			})
		},
	}
	f.register(c.Flags())
	c.Flags().StringVar(&id, "upload-id", "", "only the upload with this `ID`")
	key.register(c, "for what was begun with it")
	return c
}

// goOn carries out what was left.
func (a *app) goOn(c *cobra.Command, s *session.Session, left int) error {
	if left == 0 {
		return errors.New("nothing was left to go on with: what earlier runs of this account began is over, or a program that runs goes on with it (uploads list shows what the server holds)")
	}
	a.note(fmt.Sprintf("going on with %s that earlier runs have left", plural(left, "transfer")))
	return a.carryOut(c.Context(), s, func(func(transfer.Plan, error) bool) {}) // all is submitted
}

// plural is a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return humanize.Comma(int64(n)) + " " + thing + "s"
}
