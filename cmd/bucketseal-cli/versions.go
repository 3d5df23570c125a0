package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

type versionLine struct {
	Bucket       string `json:"bucket"`
	Key          string `json:"key"`
	VersionID    string `json:"versionId"`
	Latest       bool   `json:"latest"`
	DeleteMarker bool   `json:"deleteMarker"`
	Size         *int64 `json:"size"` // null: a delete marker has none, or it was not told
	LastModified string `json:"lastModified"`
}

func (a *app) versionsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "versions s3://BUCKET/KEY", Short: "List the versions of an object, the newest first", Args: exactly(1),
		Long: `List the versions of an object and the delete markers that hide them, the newest first:
date, size, what it is, version ID, key. 'restore' makes an older one the latest, 'cp' and 'props'
take one by --version-id, and 'ls --versions' lists those of all objects below a place.`,
		Example: "  bucketseal-cli versions s3://reports/q3/a.csv\n  bucketseal-cli restore s3://reports/q3/a.csv --version-id ID",
		RunE: func(c *cobra.Command, args []string) error {
			at, err := placeWithBucket(args[0])
			if err != nil {
				return err
			}
			if at.Key == "" {
				return usage("%s names no object: 'ls --versions' lists the versions of a whole bucket", args[0])
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				return a.lsVersions(c.Context(), s, at, true)
			})
		},
	}
}

// lsVersions lists the versions below a place, or only those of the one object.
func (a *app) lsVersions(ctx context.Context, s *session.Session, at client.Location, one bool) error {
	defer a.buffered()()
	found := false
	for page, err := range s.Pages(ctx, at, listing.Options{InOrder: true, Versions: true}) {
		for _, o := range page {
			if one && o.At.Key != at.Key {
				break // of the names that begin so it is the first
			}
			a.version(o)
			found = true
		}
		if err != nil {
			return err
		}
		if one && len(page) > 0 && page[len(page)-1].At.Key != at.Key {
			break
		}
	}
	if !found && at.Key != "" {
		return a.matchesNothing(at)
	}
	return nil
}

// version prints a version, or a delete marker.
func (a *app) version(o client.Object) {
	if a.flags.json {
		a.line(versionLine{
			Bucket: o.At.Bucket, Key: o.At.Key, VersionID: o.VersionID, Latest: o.Latest, DeleteMarker: o.DeleteMarker,
			Size: told(o.Size), LastModified: stamp(o.Modified),
		})
		return
	}
	size, what := sizeColumn(o), "older"
	switch {
	case o.DeleteMarker:
		size, what = "-", "removed"
	case o.Latest:
		what = "latest"
	}
	printf(a.out, "%-20s  %14s  %-7s  %s  %s\n", stamp(o.Modified), size, what, o.VersionID, o.At.Key)
}
