package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// undeleteSummary is the last line of a folder's undelete in JSON.
type undeleteSummary struct {
	Summary struct {
		Undeleted int `json:"undeleted"`
		Failed    int `json:"failed"`
	} `json:"summary"`
}

func (a *app) undeleteCommand() *cobra.Command {
	d := &changing{app: a, op: session.Undelete, verb: "undeleted"}
	c := &cobra.Command{
		Use: "undelete s3://BUCKET/KEY", Short: "Bring removed objects back in a bucket that keeps versions", Args: exactly(1),
		Long: `Bring a removed object back, or with -r all that were removed from a folder: the delete
markers that hide it are taken away, those and nothing else, and the version before them is
the current one again, with its encryption and all else as it was. Each is looked at then.
What was removed by 'rm --versions', or from a bucket that kept no versions, is gone.`,
		Example: "  bucketseal-cli undelete s3://reports/q3/a.csv\n  bucketseal-cli undelete -r s3://reports/q3 --dry-run",
		RunE: func(c *cobra.Command, args []string) error {
			at, err := objectOrFolder(args[0], d.recursive)
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{Concurrency: requestsAtOnce, OnSlowDown: a.slowed}, func(s *session.Session) error {
				return d.undelete(c.Context(), s, client.Object{At: at, IsFolder: d.recursive})
			})
		},
	}
	c.Flags().BoolVarP(&d.recursive, "recursive", "r", false, "all that were removed from the folder")
	c.Flags().BoolVarP(&d.dryRun, "dry-run", "n", false, dryRunHelp)
	return c
}

func (d *changing) undelete(ctx context.Context, s *session.Session, what client.Object) error {
	all, err := s.Hidden(ctx, what)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return nothingHidden(ctx, s, what)
	case d.dryRun:
		seen := make([]session.Seen, len(all))
		for i, h := range all {
			seen[i] = session.Seen{At: h.Version.At, VersionID: h.Version.VersionID, Size: h.Version.Size}
		}
		return d.rehearse(seen)
	}
	for c := range s.Undelete(ctx, all) {
		d.over(c)
	}
	if d.recursive && d.app.flags.json {
		var l undeleteSummary
		l.Summary.Undeleted, l.Summary.Failed = d.done, len(all)-d.done
		d.app.line(l)
	}
	return d.conclude(ctx, len(all))
}

// nothingHidden says why nothing comes back.
func nothingHidden(ctx context.Context, s *session.Session, what client.Object) error {
	why := client.Say("no removed object is there of which a version was left")
	if !what.IsFolder {
		if there, err := s.IsThere(ctx, what.At); err == nil && there {
			why = client.Say("it is there: nothing hides it")
		}
	}
	return &client.Error{Op: "undelete", Kind: client.KindNotFound, At: what.At, Said: why}
}
