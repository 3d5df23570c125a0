package main

import (
	"context"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// copyInside copies or moves what is in the store, inside an account or from one to
// another.
func (a *app) copyInside(ctx context.Context, config transfer.Config, f *cpFlags, from, to string) error {
	return a.withBoth(ctx, config, &f.between, func(target, source *session.Session) error {
		pieces, err := a.planInside(ctx, target, source, f, from, to)
		if err != nil {
			return err
		}
		return a.orIsFolder(ctx, source, f, from, a.carryOrRehearse(ctx, target, f, pieces))
	})
}

// planInside plans a copy of what is in one session's store into another's, which may be
// the same.
func (a *app) planInside(ctx context.Context, s, source *session.Session, f *cpFlags, from, to string) (iter.Seq2[transfer.Plan, error], error) {
	at, err := placeWithBucket(from)
	if err != nil {
		return nil, err
	}
	into, err := placeWithBucket(to)
	if err != nil {
		return nil, err
	}
	switch {
	case f.sha256:
		return nil, usage("--sha256 is for uploads: a copy has what its source has")
	case s == source && f.acceptStale:
		return nil, usage("--accept-stale-checksum is for what passes through this machine: downloads, and copies between accounts")
	case s == source && (f.partSize != "" || f.limitRate != ""):
		return nil, usage("--part-size and --limit-rate are for uploads, downloads and copies between accounts: what the server copies does not pass through this machine")
	case f.version != "" && f.move:
		return nil, usage("--version-id is for copies: a move has the current version")
	case f.version != "" && f.recursive:
		return nil, usage("--version-id is of one object, and -r takes a folder")
	}
	o := session.CopyOptions{From: source, VersionID: f.version, Contents: true, Move: f.move, AcceptStale: f.acceptStale}
	o.InPlace = transfer.Overwrite(f.overwrite) == transfer.OverwriteAlways
	what := client.Object{At: at, Size: client.NotTold}
	if f.recursive {
		if what, err = source.Find(ctx, at, true); err != nil {
			return nil, err
		}
	}
	switch {
	case what.IsFolder:
		into = into.Folder()
	case into.IsFolder() || into.Key == "":
	default:
		o.As = into.Key
	}
	if !what.IsFolder {
		if folder, err := a.isOnlyFolder(ctx, source, at); err != nil {
			return nil, err
		} else if folder {
			return nil, usage("%s is a folder: add -r to take all it holds", from)
		}
	}
	c := session.Choice{Overwrite: transfer.Overwrite(f.overwrite)}
	if c.Encryption, err = a.overrideEncryption(ctx, s, f); err != nil {
		return nil, err
	}
	return s.PlanCopy(ctx, []client.Object{what}, into, o, c), nil
}

// placeWithBucket is a place in the store.
func placeWithBucket(text string) (client.Location, error) {
	at, err := client.ParseLocation(text)
	switch {
	case err != nil:
		return at, usage("%w", err)
	case at.Bucket == "":
		return at, usage("%s names no bucket", text)
	}
	return at, nil
}

// objectOrFolder is the object that a command is about, or with -r the folder.
func objectOrFolder(text string, recursive bool) (client.Location, error) {
	at, err := placeWithBucket(text)
	if err == nil && at.Key == "" && !recursive {
		err = usage("%s names no object: -r takes all in a folder", text)
	}
	return at, err
}

func (a *app) mvCommand() *cobra.Command {
	f := &cpFlags{move: true}
	c := &cobra.Command{
		Use: "mv SRC DST", Short: "Move or rename objects on the server, and verify", Args: exactly(2),
		Long: `Move an object or, with -r, what is in a folder to another name, folder or bucket of
the account. Nothing is sent through this machine, unless it goes to another account
(--account-from, --account-to). Each copy is encrypted by the rules
of its target, else as its source is, compared with what the server reports and read;
only then its source is removed, and only while it is still what was copied. A bucket
that keeps versions keeps those of the source. What is there already stays, and so does
the source of it, unless --overwrite says otherwise. (Ceph and MinIO know no condition on
the target of a copy: what is written there at that very moment is overwritten.)`,
		Example: "  bucketseal-cli mv s3://reports/a.csv s3://reports/2026/a.csv\n  bucketseal-cli mv -r s3://reports/q3 s3://archive/q3",
		RunE: func(c *cobra.Command, args []string) error {
			config, err := f.config()
			switch {
			case err != nil:
				return err
			case !strings.HasPrefix(args[0], client.Scheme) || !strings.HasPrefix(args[1], client.Scheme):
				return usage("mv moves what is in the store: both begin with s3://")
			}
			return a.copyInside(c.Context(), config, f, args[0], args[1])
		},
	}
	f.transferFlags.registerPassing(c.Flags())
	f.register(c, "the copies", "for --sse c", transfer.OverwriteSkip)
	return c
}
