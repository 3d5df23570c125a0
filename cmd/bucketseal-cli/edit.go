package main

import (
	"context"
	"iter"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) restoreCommand() *cobra.Command {
	f := &cpFlags{}
	c := &cobra.Command{
		Use: "restore s3://BUCKET/KEY --version-id ID", Short: "Make an older version of an object the current one, and verify", Args: exactly(1),
		Long: `Make an older version of an object its current one: the server copies it, with all that
is stored beside its bytes. The copy is encrypted by the rules, else as the version is,
and proved as by cp. What is current now stays as a version.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := object(args[0])
			if err != nil {
				return err
			}
			if f.version == "" {
				return usage("say which version: --version-id ID ('bucketseal-cli versions %s' lists them)", args[0])
			}
			if err := checkVersion(f.version); err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				choice := session.Choice{}
				if choice.Encryption, err = a.overrideEncryption(c.Context(), s, f); err != nil {
					return err
				}
				plan, err := s.PlanRestore(c.Context(), at, f.version, choice)
				if f.dryRun {
					return a.rehearse(c.Context(), s, one(plan, err))
				}
				return a.carryOut(c.Context(), s, one(plan, err))
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.version, "version-id", "", "the `ID` of the version")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, dryRunHelp)
	f.registerEncryption(c, "the restored version", "for --sse c")
	return c
}

const dryRunHelp = "say what would be done, and do nothing"

// registerFolder makes the flags of what is done with an object or with all in a folder.
func (f *cpFlags) registerFolder(flags *pflag.FlagSet) {
	flags.BoolVarP(&f.recursive, "recursive", "r", false, "of all in the folder")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, dryRunHelp)
}

// checkVersion refuses what no server calls a version.
func checkVersion(id string) error {
	if strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) || len(id) > 1024 {
		return usage("--version-id %q is no id of a version: letters, digits and signs without blanks are, as the server lists them", id)
	}
	return nil
}

// one is a plan in one piece.
func one(p transfer.Plan, err error) iter.Seq2[transfer.Plan, error] {
	return func(yield func(transfer.Plan, error) bool) { yield(p, err) }
}

// object is the place of an object.
func object(text string) (client.Location, error) {
	at, err := placeWithBucket(text)
	if err == nil && at.Key == "" {
		err = usage("%s names no object", text)
	}
	return at, err
}

func (a *app) metaCommand() *cobra.Command {
	c := &cobra.Command{Use: "meta", Short: "Show and change metadata, content type and headers of objects"}
	var edit transfer.Edit
	var set []string
	headers := map[string]*string{}
	f := &cpFlags{}
	do := &cobra.Command{
		Use: "set s3://BUCKET/KEY", Short: "Change what is stored beside an object's bytes, and verify", Args: exactly(1),
		Long: `Change the content type, the headers and the metadata (x-amz-meta-*) of an object, or of
all in a folder with -r. What is not named stays. S3 cannot change them: the server
copies the object onto itself, encrypted as it is, and only while it is what was looked
at. Tags stay. An object that would lose something else is refused: one with an object
lock, and one to which others were given rights (ACL), as far as that may be looked at.
The copy is compared and read as by cp. In a bucket that keeps versions it is a new one.`,
		Example: "  bucketseal-cli meta set s3://reports/a.csv --content-type text/csv --set project=q3 --unset draft\n  bucketseal-cli meta set -r s3://site/assets --cache-control max-age=86400",
		RunE: func(c *cobra.Command, args []string) error {
			edit.Set, edit.Headers = map[string]string{}, map[string]string{}
			for _, pair := range set {
				name, value, ok := strings.Cut(pair, "=")
				if !ok {
					return usage("--set %s: write NAME=VALUE", pair)
				}
				name = strings.ToLower(name)
				if _, twice := edit.Set[name]; twice {
					return usage("--set %s twice: say it once", name)
				}
				edit.Set[name] = value
			}
			for i, name := range edit.Unset {
				edit.Unset[i] = strings.ToLower(name)
			}
			for name, value := range headers {
				if c.Flags().Changed(strings.ToLower(name)) {
					edit.Headers[name] = *value
				}
			}
			return a.edit(c.Context(), transfer.Meta, args[0], edit, f)
		},
	}
	flags := do.Flags()
	flags.StringVar(&edit.ContentType, "content-type", "", "the `TYPE` of the contents, as text/csv")
	flags.StringArrayVar(&set, "set", nil, "metadata that is written: `NAME=VALUE`; may be given again")
	flags.StringArrayVar(&edit.Unset, "unset", nil, "metadata that is taken away: `NAME`; may be given again")
	for _, name := range []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"} {
		headers[name] = flags.String(strings.ToLower(name), "", "the header "+name+" of downloads; empty takes it away")
		letBeEmpty(flags, strings.ToLower(name))
	}
	f.registerFolder(flags)
	c.AddCommand(a.metaGet(), do)
	return c
}

func (a *app) classCommand() *cobra.Command {
	c := &cobra.Command{Use: "class", Short: "Show and change the storage class of objects, and make archived ones readable"}
	f := &cpFlags{}
	do := &cobra.Command{
		Use: "set s3://BUCKET/KEY CLASS", Short: "Store an object in another storage class, and verify", Args: exactly(2),
		Long: `Store an object, or all in a folder with -r, in another storage class, as STANDARD_IA or
GLACIER. The server copies it onto itself, as 'meta set' says, with all else as it is.`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.edit(c.Context(), transfer.Class, args[0], transfer.Edit{Headers: map[string]string{"X-Amz-Storage-Class": strings.ToUpper(args[1])}}, f)
		},
	}
	f.registerFolder(do.Flags())
	c.AddCommand(a.classGet(), do, a.classThaw())
	return c
}

// edit changes what is stored beside the bytes of an object, or of all in a folder.
func (a *app) edit(ctx context.Context, op transfer.Op, place string, e transfer.Edit, f *cpFlags) error {
	at, err := objectOrFolder(place, f.recursive)
	if err != nil {
		return err
	}
	if err := e.Check(); err != nil {
		return usage("%w", err)
	}
	return a.with(ctx, transfer.Config{}, func(s *session.Session) error {
		what := client.Object{At: at, Size: client.NotTold}
		if f.recursive {
			if what, err = s.Find(ctx, at, true); err != nil {
				return err
			}
		}
		pieces := s.PlanEdit(ctx, []client.Object{what}, op, e)
		if f.dryRun {
			return a.rehearse(ctx, s, pieces)
		}
		return a.orIsFolder(ctx, s, f, place, a.carryOut(ctx, s, pieces))
	})
}
