package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

type tagsLine struct {
	Bucket    string            `json:"bucket"`
	Key       string            `json:"key"`
	VersionID string            `json:"versionId"` // as it was asked for
	Tags      map[string]string `json:"tags"`
}

func (a *app) tagsCommand() *cobra.Command {
	c := &cobra.Command{Use: "tags", Short: "Show and change the tags of objects"}
	c.AddCommand(a.tagsGet(), a.tagsSet(), a.tagsRemove())
	return c
}

func (a *app) tagsGet() *cobra.Command {
	return a.getCommand("Show the tags of an object", "tags get s3://reports/a.csv --json",
		func(ctx context.Context, s *session.Session, at client.Location, version string) error {
			tags, err := s.Tags(ctx, at, version)
			if err != nil {
				return err
			}
			if a.flags.json {
				a.line(tagsLine{at.Bucket, at.Key, version, orEmpty(tags)})
				return nil
			}
			for _, name := range slices.Sorted(maps.Keys(tags)) {
				printf(a.out, "%s=%s\n", name, tags[name])
			}
			return nil
		})
}

func (a *app) tagsSet() *cobra.Command {
	d := &changing{app: a, op: session.Tag}
	only := false
	c := &cobra.Command{
		Use: "set s3://BUCKET/KEY NAME=VALUE...", Short: "Give an object tags, beside those it has", Args: atLeast(2),
		Long: `Give an object, or all in a folder with -r, tags beside those it has; with --only in their
place. Its bytes, its encryption and its metadata stay as they are: nothing is copied. The
tags are read again, and the object is looked at before and behind. A server that is not
known to know tags is asked for them first: an old one would write over the object.`,
		Example: "  bucketseal-cli tags set s3://reports/a.csv project=q3 reviewed=yes\n  bucketseal-cli tags set -r s3://reports/q3 --dry-run project=q3",
		RunE: func(c *cobra.Command, args []string) error {
			set := map[string]string{}
			for _, pair := range args[1:] {
				name, value, ok := strings.Cut(pair, "=")
				if !ok || name == "" {
					return usage("%q is no tag: write NAME=VALUE", pair)
				}
				if _, twice := set[name]; twice {
					return usage("the tag %q is named twice: say its value once", name)
				}
				set[name] = value
			}
			return a.changeTags(c.Context(), d, args[0], func(tags map[string]string) map[string]string {
				if only {
					return set
				}
				maps.Copy(tags, set)
				return tags
			})
		},
	}
	d.register(c.Flags())
	c.Flags().BoolVar(&only, "only", false, "take away the tags that are not named")
	return c
}

func (a *app) tagsRemove() *cobra.Command {
	d := &changing{app: a, op: session.Tag}
	all := false
	c := &cobra.Command{
		Use: "remove s3://BUCKET/KEY NAME...", Short: "Take tags of an object away", Args: atLeast(1),
		Long:    "Take tags away of an object, or of all in a folder with -r: those that are named, or --all.",
		Example: "  bucketseal-cli tags remove s3://reports/a.csv reviewed\n  bucketseal-cli tags remove -r s3://reports/q3 --all",
		RunE: func(c *cobra.Command, args []string) error {
			if all == (len(args) > 1) {
				return usage("say which tags: their names, or --all")
			}
			return a.changeTags(c.Context(), d, args[0], func(tags map[string]string) map[string]string {
				if all {
					return map[string]string{}
				}
				for _, name := range args[1:] {
					delete(tags, name)
				}
				return tags
			})
		},
	}
	d.register(c.Flags())
	c.Flags().BoolVar(&all, "all", false, "take all tags away")
	return c
}

func (a *app) changeTags(ctx context.Context, d *changing, place string, become func(map[string]string) map[string]string) error {
	return d.run(ctx, place, func(ctx context.Context, s *session.Session, o session.Seen) session.Changed {
		return s.ChangeTags(ctx, o.At, o.VersionID, become)
	})
}
