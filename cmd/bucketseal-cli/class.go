package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

type classLine struct {
	Bucket       string `json:"bucket"`
	Key          string `json:"key"`
	VersionID    string `json:"versionId"`
	StorageClass string `json:"storageClass"`
	Archived     bool   `json:"archived"`      // it cannot be read at once
	Restoring    bool   `json:"restoring"`     // a copy that can be read is being made
	RestoredTill string `json:"restoredUntil"` // it is there, until then; "" for none
}

func (a *app) classGet() *cobra.Command {
	return a.getCommand("Show the storage class of an object, and whether it can be read", "class get s3://archive/a.csv --json",
		func(ctx context.Context, s *session.Session, at client.Location, version string) error {
			o, err := s.Look(ctx, at, version)
			if err != nil {
				return err
			}
			a.class(o)
			return nil
		})
}

func (a *app) class(o client.Object) {
	class, r := cmp.Or(o.StorageClass, "STANDARD"), o.Restoration()
	if a.flags.json {
		a.line(classLine{o.At.Bucket, o.At.Key, o.VersionID, class, o.IsArchived(), r.Ongoing, stamp(r.Until)})
		return
	}
	state := "it can be read at once"
	switch {
	case r.Ongoing:
		state = "archived; a copy that can be read is being made"
	case !r.Until.IsZero():
		state = "archived; a copy can be read until " + stamp(r.Until)
	case o.IsArchived():
		state = "archived: it cannot be read until 'class thaw' has made a copy"
	}
	printf(a.out, "%s  (%s)\n", class, state)
}

func (a *app) classThaw() *cobra.Command {
	d := &changing{app: a, op: session.Thaw, verb: "begun to restore"}
	days, tier := 0, ""
	c := &cobra.Command{
		Use: "thaw s3://BUCKET/KEY --days N", Short: "Make archived objects readable for some days", Args: exactly(1),
		Long: `Have a copy made of an archived object (GLACIER, DEEP_ARCHIVE), or with -r of all in a folder,
that can be read for so many days. It takes minutes to two days, by tier, and is paid for:
  expedited   1 to 5 minutes (not DEEP_ARCHIVE)
  standard    3 to 5 hours; DEEP_ARCHIVE 12 hours
  bulk        5 to 12 hours; DEEP_ARCHIVE 48 hours
The command does not wait: 'class get' says how far it is. The object stays archived, and is
encrypted as it was. What can be read at once is refused, since there is nothing to do. A
server that is not AWS is asked only for what it refused to read as archived.`,
		Example: "  bucketseal-cli class thaw s3://archive/a.csv --days 3\n  bucketseal-cli class thaw -r s3://archive/2019 --days 7 --tier bulk --dry-run",
		RunE: func(c *cobra.Command, args []string) error {
			if tier != "" {
				tier = strings.ToUpper(tier[:1]) + strings.ToLower(tier[1:])
				if !slices.Contains(client.Tiers, tier) {
					return usage("--tier %s: expedited, standard or bulk", tier)
				}
			}
			if days < 1 || days > mostDays {
				return usage("say for how long: --days N, from 1 to %d", mostDays)
			}
			return d.run(c.Context(), args[0], func(ctx context.Context, s *session.Session, o session.Seen) session.Changed {
				return s.Thaw(ctx, o.At, o.VersionID, days, tier)
			})
		},
	}
	d.register(c.Flags())
	c.Flags().IntVar(&days, "days", 0, "how many `DAYS` the copy can be read")
	c.Flags().StringVar(&tier, "tier", "", "`expedited`|standard|bulk")
	return c
}
