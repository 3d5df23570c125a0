package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// getCommand is a command that shows what lies beside the bytes of one object: of its
// current version, or of the one that --version-id names ("" is the current one).
func (a *app) getCommand(short, example string, show func(ctx context.Context, s *session.Session, at client.Location, version string) error) *cobra.Command {
	var version string
	c := &cobra.Command{
		Use: "get s3://BUCKET/KEY", Short: short, Args: exactly(1),
		Example: "  bucketseal-cli " + example,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := object(args[0])
			if err == nil {
				err = checkVersion(version)
			}
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error { return show(c.Context(), s, at, version) })
		},
	}
	c.Flags().StringVar(&version, "version-id", "", "of this version `ID` instead of the current one")
	return c
}
