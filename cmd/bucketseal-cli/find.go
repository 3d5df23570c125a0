package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) findCommand() *cobra.Command {
	var f findFlags
	c := &cobra.Command{
		Use: "find s3://BUCKET[/PREFIX]", Short: "Find objects by name, size, date, storage class or encryption", Args: exactly(1),
		Long: `Find objects below a prefix. What is asked for by several flags has to be so all at
once. What is found comes as the server answers, in no order.

  --name MASK       the name behind the last /, or the whole key where the mask has
                    a /; * is any run of characters, ? is one, as in rules
  --size +10M       at least that; -10M at most; without + or - exactly so much
                    (K, M, G, T: 1024 each)
  --newer 7d        changed within that time (7d, 24h, 30m), or since a day or a moment
                    (2026-01-31, 2026-01-31T12:00:00Z); --older is the other way round
  --encryption TYPE none, s3, kms, dsse or c, or unknown where the server does not
                    tell: one request for each object that is so otherwise

Nothing found, and an object that could not be asked for, end in exit code 1.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := bucketIn(args[0])
			if err != nil {
				return err
			}
			w, err := f.wanted(time.Now())
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error { return a.find(c.Context(), s, at, w) })
		},
	}
	p := c.Flags()
	p.StringVar(&f.name, "name", "", "the name fits this `MASK`")
	p.StringVar(&f.size, "size", "", "at least (+), at most (-) or exactly `BYTES`")
	p.StringVar(&f.newer, "newer", "", "changed since this `DATE`, or within this time")
	p.StringVar(&f.older, "older", "", "changed before this `DATE`, or longer ago than this time")
	p.StringVar(&f.class, "storage-class", "", "stored as this `CLASS`, for example STANDARD")
	p.StringVar(&f.encryption, "encryption", "", "encrypted so: `TYPE` is none, s3, kms, dsse, c or unknown")
	return c
}

// find prints what is wanted.
func (a *app) find(ctx context.Context, s *session.Session, at client.Location, w wanted) error {
	defer a.buffered()()
	found, unknown := 0, false
	for page, err := range s.Pages(ctx, at, listing.Options{}) {
		if err != nil {
			return err
		}
		page = slices.DeleteFunc(page, func(o client.Object) bool { return !w.listed(&o) })
		asked := make([]error, len(page))
		if w.encryption != "" {
			if err := headAll(ctx, s, page, asked); err != nil {
				return err
			}
		}
		for i, o := range page {
			switch {
			case asked[i] != nil:
				unknown = true
				a.report(asked[i])
			case w.encrypted(o):
				found++
				a.found(o, w)
			}
		}
	}
	switch {
	case found == 0 && !unknown:
		return a.foundNothing(at, client.Say("no object below %s is as asked for", at.String()))
	case unknown:
		return &partial{exitFailed}
	}
	return nil
}

// found prints an object by its place.
func (a *app) found(o client.Object, w wanted) {
	if a.flags.json {
		a.lsObject(o, client.Location{}, true, w.encryption != "", nil)
		return
	}
	printf(a.out, "%s\n", o.At)
}
