package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// syncFlags are the flags of sync.
type syncFlags struct {
	cpFlags
	options                          session.SyncOptions
	dryRun, checksum, size, checkEnc bool
	despite                          bool // failures, deletions go on
}

const syncHelp = `Make the tree DST like the tree SRC: a folder and a place in the store, either way, or
two places in the store, of which one copies to the other on the server. What is new or
differs is sent, by the rules of its target, and verified as with cp. Look first with
--dry-run: it says what would be done, why, and by which rule, and does nothing.

Two files are the same if their sizes are, and their dates (the file's, which uploads
leave as mtime in the metadata, as rclone does; else the object's, which downloads give
to the file) or, where the dates are not, the checksums of their contents. What cannot
be told is sent. Each object whose size is right is asked for once; --size-only asks for
none. An object that is not encrypted as the rules ask is sent again.

--delete removes what DST has and SRC has not, at the end, if everything before it went
well, both sides were listed whole and SRC holds a file at all; and only what is still
what was listed. Links and special files are left alone on both sides; empty folders are
not kept, since a store has none.

--include and --exclude take masks as rules have them: * is any run of characters, ? is
one. One with a / is compared with the path below SRC, others with the last name. What
is left out is neither sent nor deleted.

With --account-from or --account-to both places may be of two accounts; the bytes pass
through this machine then. Interrupted, the same command goes on.`

func (a *app) syncCommand() *cobra.Command {
	f := &syncFlags{}
	c := &cobra.Command{
		Use: "sync SRC DST", Short: "Make a folder or a place in the store like another", Args: exactly(2), Long: syncHelp,
		Example: "  bucketseal-cli sync --dry-run results s3://reports/results\n  bucketseal-cli sync --delete --max-delete 100 results s3://reports/results\n  bucketseal-cli sync s3://reports/results restored",
		RunE: func(c *cobra.Command, args []string) error {
			config, err := f.config()
			if err != nil {
				return err
			}
			from, to, err := f.sides(args)
			if err != nil {
				return err
			}
			switch {
			case from.Path == "" && to.Path == "":
				return a.withBoth(c.Context(), config, &f.between, func(target, source *session.Session) error {
					return a.syncInside(c.Context(), target, source, f, from, to)
				})
			case f.between.given():
				return usage("--account-from and --account-to are for a sync from one account to another, both beginning with s3://: use --account")
			}
			return a.with(c.Context(), config, func(s *session.Session) error { return a.sync(c.Context(), s, f, from, to) })
		},
	}
	f.registerSync(c)
	return c
}

func (f *syncFlags) registerSync(c *cobra.Command) {
	p := c.Flags()
	f.transferFlags.register(p)
	f.between.register(p)
	p.StringVar(&f.partSize, "part-size", "", "`SIZE` of the parts of large files, 5M to 5G (default 8M, up to 16M of files above 1G)")
	p.BoolVarP(&f.dryRun, "dry-run", "n", false, "say what would be done and why, and do nothing")
	p.BoolVar(&f.options.Delete, "delete", false, "remove from DST what SRC has not")
	p.IntVar(&f.options.MostDeleted, "max-delete", -1, "delete nothing if it would be more than `N`; -1 is any number")
	p.BoolVar(&f.options.FromNothing, "allow-empty-source", false, "with --delete, empty DST where SRC holds no file")
	p.BoolVar(&f.despite, "delete-despite-failures", false, "with --delete, delete also where files could not be sent; never where a side could not be listed whole")
	p.StringArrayVar(&f.options.Filter.Include, "include", nil, "only files that fit this `MASK`; may be repeated")
	p.StringArrayVar(&f.options.Filter.Exclude, "exclude", nil, "no files that fit this `MASK`; may be repeated")
	p.BoolVar(&f.options.DeleteExcluded, "delete-excluded", false, "with --delete, remove from DST what the masks leave out too")
	p.BoolVar(&f.checksum, "checksum", false, "compare by size and checksum, not by date")
	p.BoolVar(&f.size, "size-only", false, "compare by size alone")
	p.BoolVar(&f.checkEnc, "check-encryption", false, "with --size-only, look at each object and send again what is not encrypted as the rules ask")
	p.BoolVar(&f.options.Renames, "track-renames", false, "copy on the server what DST has under another name; new files are held until both sides are listed")
	p.StringVar(&f.sse, "sse", "", "encrypt what is written so, over the rules: `inherit`|s3|kms|dsse|c")
	p.StringVar(&f.kmsKey, "kms-key", "", "KMS key `ID`, ARN or alias for --sse kms or dsse")
	f.key.register(c, "for --sse c or to download such objects")
	f.overwrite = string(transfer.OverwriteAlways)
}

// sides reads what is to be like what.
func (f *syncFlags) sides(args []string) (from, to session.Side, err error) {
	if from, err = sideOf(args[0]); err != nil {
		return from, to, err
	}
	if to, err = sideOf(args[1]); err != nil {
		return from, to, err
	}
	o := &f.options
	switch {
	case from.Path != "" && to.Path != "":
		return from, to, usage("one of %s and %s must be a place in the store: s3://BUCKET/PREFIX", args[0], args[1])
	case f.checksum && f.size:
		return from, to, usage("--checksum and --size-only are two ways to compare: choose one")
	case !o.Delete && (o.DeleteExcluded || o.FromNothing || o.MostDeleted >= 0 || f.despite):
		return from, to, usage("--delete-excluded, --delete-despite-failures, --allow-empty-source and --max-delete say how --delete deletes, and it is not given")
	case o.MostDeleted < -1:
		return from, to, usage("--max-delete %d: give 0 or more, or -1 for any number", o.MostDeleted)
	case to.Path != "" && (f.sse != "" || f.kmsKey != ""):
		return from, to, usage("--sse and --kms-key are for uploads and copies; a download decrypts by itself")
	case to.Path != "" && o.Renames:
		return from, to, usage("--track-renames is for what the server can copy: DST is a folder")
	}
	switch {
	case f.checksum:
		o.By = treesync.ByChecksum
	case f.size:
		o.By = treesync.BySize
	}
	o.Look = f.checkEnc
	o.CheckEncryption = !f.allowUnverified && (!f.size || f.checkEnc)
	return from, to, nil
}

func sideOf(text string) (session.Side, error) {
	if text == "" { // as "$BACKUP" is where nothing has set the variable
		return session.Side{}, usage("a place to sync is empty: write a folder, or s3://BUCKET/PREFIX")
	}
	if !strings.HasPrefix(text, client.Scheme) {
		return session.Side{Path: text}, nil
	}
	at, err := placeWithBucket(text)
	return session.Side{At: at}, err
}

// syncInside syncs two places in the store, of one account or of two.
func (a *app) syncInside(ctx context.Context, target, source *session.Session, f *syncFlags, from, to session.Side) error {
	switch {
	case !from.Overlaps(to):
	case source.Account().Endpoint == target.Account().Endpoint:
		return usage("%s and %s lie in each other, so the sync would go on with its own work: choose others", from.At, to.At)
	case f.options.Delete && from.At.Folder() != to.At.Folder():
		// A bucket of the same name is another, or the same under another address, where
		// what is deleted would be the source.
		return usage("%s and %s lie in each other, if both accounts see the same bucket, and --delete would remove what is to be copied: leave --delete out", from.At, to.At)
	}
	f.options.From = source
	return a.sync(ctx, target, f, from, to)
}

// sync compares and carries out.
func (a *app) sync(ctx context.Context, s *session.Session, f *syncFlags, from, to session.Side) (err error) {
	o := f.options
	if to.Path == "" {
		if o.Encryption, err = a.overrideEncryption(ctx, s, &f.cpFlags); err != nil {
			return err
		}
	} else {
		key, err := a.customerKey(ctx, s, f.key)
		if err != nil {
			return err
		}
		s.Give(key)
	}
	pieces := s.Sync(ctx, from, to, o)
	if f.dryRun {
		return a.syncDry(ctx, pieces, o)
	}
	c, done := a.carrying(s)
	defer done()
	w := &syncWork{ctx: ctx, app: a, despite: f.despite}
	c.same = w.kept.Load
	err = c.outcome(ctx, howToDelete(c.run(ctx, ahead(ctx, w.parts(pieces)))))
	sum := syncSum{
		Uploaded: c.tally.done[transfer.Upload], Downloaded: c.tally.done[transfer.Download], Copied: c.tally.done[transfer.Copy],
		Deleted: c.tally.done[transfer.Delete], Unchanged: int(w.kept.Load()), Failed: c.tally.bad(),
	}
	if err == nil && !o.FromNothing && c.tally.files == 0 && sum.Unchanged == 0 {
		err = nothingToSync()
	}
	return a.concluded(err, syncDone, sum)
}

// concluded says why a sync ended early, and last how many files were treated how.
func (a *app) concluded(err error, form string, sum syncSum) error {
	if err != nil {
		a.report(err)
		err = &reported{err}
	}
	a.summary(form, sum)
	return err
}

// howToDelete names the flags by which somebody may delete what a sync would not.
func howToDelete(err error) error {
	var many *treesync.TooManyError
	switch {
	case errors.Is(err, treesync.ErrFromNothing):
		return fmt.Errorf("%w (--allow-empty-source)", err)
	case errors.As(err, &many):
		return fmt.Errorf("%w (--dry-run, --max-delete)", err)
	}
	return err
}

// syncPieces are those of a sync.
type syncPieces = iter.Seq2[session.SyncPiece, error]
