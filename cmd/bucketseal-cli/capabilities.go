package main

import (
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

type capabilityLine struct {
	Bucket string `json:"bucket"` // "" is the service, as far as it was not asked
	client.Ability
}

func (a *app) accountsCapabilities() *cobra.Command {
	return &cobra.Command{
		Use: "capabilities [s3://BUCKET]", Short: "Show what an account's server can do, and how that is known", Args: atMost(1),
		Long: `Show what the server of an account can do: beyond the oldest calls of S3, which every
server has. Of a bucket it is asked, by reads alone; nothing is written to find out.

A call that a server does not know may run as another: old Ceph deletes an empty bucket
that is asked to forget its encryption. So what would change something is sent only where
the capability is known: told, because the service is known to have it, or tried, because
an answer could come only from a server that knows the call. What is assumed is taken for
missing. Who may not read is told what is assumed.`,
		Example: "  bucketseal-cli accounts capabilities\n  bucketseal-cli accounts capabilities s3://reports --json",
		RunE: func(c *cobra.Command, args []string) error {
			bucket := ""
			if len(args) > 0 {
				at, err := placeWithBucket(args[0])
				if err != nil {
					return err
				}
				if bucket = at.Bucket; at.Key != "" {
					return usage("%s names an object: capabilities are a bucket's, s3://%s", args[0], bucket)
				}
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				all, err := s.Capabilities(c.Context(), bucket)
				if err != nil {
					return err
				}
				a.capabilities(bucket, all)
				return nil
			})
		},
	}
}

func (a *app) capabilities(bucket string, all []client.Ability) {
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	defer w.Flush() //nolint:errcheck // the console keeps what went wrong
	for _, can := range all {
		if a.flags.json {
			a.line(capabilityLine{bucket, can})
			continue
		}
		answer := "no"
		switch {
		case can.Can:
			answer = "yes"
		case can.Known == client.Assumed:
			answer = "not known"
		}
		printf(w, "%s\t%s\t%s\n", string(can.Capability), answer, string(can.Known))
	}
}
