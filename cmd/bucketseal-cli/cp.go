package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// cpFlags are the flags of cp.
type cpFlags struct {
	transferFlags
	recursive, acceptStale, move bool
	dryRun                       bool
	sse, kmsKey                  string
	key                          keyFlags
	overwrite, partSize, version string
	between                      betweenFlags
}

func (a *app) cpCommand() *cobra.Command {
	f := &cpFlags{}
	c := &cobra.Command{
		Use: "cp SRC DST", Short: "Upload, download or copy, and verify", Args: exactly(2),
		Long: `Upload (SRC is a file or folder, DST begins with s3://), download (the other way
round), or copy on the server (both begin with s3://), where a copy that no rule is
about is encrypted as its source. With --account-from or --account-to the copy goes from
one account to another, in pieces through this machine: each byte is compared at both
ends, and what is cut off is gone on with. An upload is encrypted by the rules, or by
--sse, and then compared with what the server reports: only as asked counts as done.
Copied onto itself, an object is encrypted anew in its place, as --sse or the rules say:
only while it is what was looked at, with all that stands beside its bytes, and proved.
What is so already is left alone. With -r so is all in a folder. Versions stay as they were.

With -r, what is in the folder SRC is put into DST. A DST ending in / is a folder;
otherwise it is the new name of a single file.

With --overwrite skip or newer, what is there and stays is compared too: how it is
encrypted, its size, and the checksum that an upload of ours left with it. An object
that is not encrypted as asked fails; with skip, one of other contents ends with 1.

Files behind symbolic links are uploaded as the files they are (sync leaves links alone).

SRC or DST may be - (standard input, standard output), and DST may be a pipe or a
device: then the object's bytes are written into it. Standard input is read to its
end into a private temporary file before it is sent, since the size must be known;
what is written to standard output, a pipe or a device is fetched into one and
verified first, so not a byte of an object that is not what the server says comes
out. With - as DST, reports go to the standard error.`,
		Example: "  bucketseal-cli cp --account-from old --account-to new -r s3://reports/q3 s3://reports/q3\n  bucketseal-cli cp a.csv s3://reports/q3/\n  bucketseal-cli cp -r results s3://reports/results\n  bucketseal-cli cp s3://reports/q3/a.csv .\n  bucketseal-cli cp -r s3://reports/q3/ s3://reports/q3/ --sse kms --kms-key ID\n  pg_dump ward | bucketseal-cli cp - s3://reports/ward.sql",
		RunE: func(c *cobra.Command, args []string) error {
			config, err := f.config()
			if err != nil {
				return err
			}
			from, to := strings.HasPrefix(args[0], client.Scheme), strings.HasPrefix(args[1], client.Scheme)
			switch {
			case !from && !to:
				return usage("one of %s and %s must be a place in the store: s3://BUCKET/KEY", args[0], args[1])
			case from && to:
				return a.copyInside(c.Context(), config, f, args[0], args[1])
			case f.between.given():
				return usage("--account-from and --account-to are for copies from one account to another, both beginning with s3://: use --account")
			}
			return a.with(c.Context(), config, func(s *session.Session) error {
				plan := a.planUpload
				if from {
					plan = a.planDownload
				}
				pieces, err := plan(c.Context(), s, f, args[0], args[1])
				if err != nil {
					return err
				}
				return a.orIsFolder(c.Context(), s, f, args[0], a.carryOrRehearse(c.Context(), s, f, pieces))
			})
		},
	}
	flags := c.Flags()
	f.transferFlags.register(flags)
	f.register(c, "this upload", "for --sse c or to download such an object", transfer.OverwriteAlways)
	flags.StringVar(&f.version, "version-id", "", "download or copy this version `ID` of an object")
	flags.BoolVar(&f.acceptStale, "accept-stale-checksum", false, "take a download though the checksum noted in its metadata, or its ETag, is of other bytes")
	return c
}

// register makes the flags that say what is written, how it is encrypted, and over what.
func (f *cpFlags) register(c *cobra.Command, what, keyFor string, overwrite transfer.Overwrite) {
	flags := c.Flags()
	flags.BoolVarP(&f.recursive, "recursive", "r", false, "a whole folder")
	f.registerEncryption(c, what, keyFor)
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "say what would be done, and do nothing")
	f.between.register(flags)
	flags.StringVar(&f.partSize, "part-size", "", "`SIZE` of the parts of large files, 5M to 5G (default 8M, up to 16M of files above 1G)")
	flags.StringVar(&f.overwrite, "overwrite", string(overwrite), "when the target exists: always|skip|newer")
}

// registerEncryption makes the flags that say how what is written is encrypted.
func (f *cpFlags) registerEncryption(c *cobra.Command, what, keyFor string) {
	flags := c.Flags()
	flags.StringVar(&f.sse, "sse", "", "encrypt "+what+" so, over the rules: `inherit`|s3|kms|dsse|c")
	flags.StringVar(&f.kmsKey, "kms-key", "", "KMS key `ID`, ARN or alias for --sse kms or dsse")
	f.key.register(c, keyFor)
}

func (f *cpFlags) config() (transfer.Config, error) {
	switch transfer.Overwrite(f.overwrite) {
	case transfer.OverwriteAlways, transfer.OverwriteSkip, transfer.OverwriteNewer:
	default:
		return transfer.Config{}, usage("--overwrite %q: use always, skip or newer", f.overwrite)
	}
	if err := checkVersion(f.version); err != nil {
		return transfer.Config{}, err
	}
	c, err := f.transferFlags.config()
	if err != nil {
		return c, err
	}
	if c.PartSize, err = size("--part-size", f.partSize); err != nil {
		return c, err
	}
	if c.PartSize != 0 && (c.PartSize < 5<<20 || c.PartSize > 5<<30) {
		return c, usage("--part-size %s: S3 takes parts from 5M to 5G", f.partSize)
	}
	return c, nil
}

// overrideEncryption is the encryption that --sse asks for, undecided for the
// rules'.
func (a *app) overrideEncryption(ctx context.Context, s *session.Session, f *cpFlags) (t client.Treatment, err error) {
	if f.sse == "" {
		if f.kmsKey != "" {
			return t, usage("--kms-key needs --sse kms or --sse dsse beside it")
		}
		if f.key.given() {
			return t, usage("an SSE-C key needs --sse c beside it: without, the rules would encrypt the file in their way")
		}
		return t, nil
	}
	if t.Type, err = encryptionType(f.sse); err != nil {
		return t, err
	}
	if f.key.given() && t.Type != client.TypeSSEC {
		return t, usage("an SSE-C key belongs to --sse c")
	}
	switch t.Type {
	case client.TypeSSEKMS, client.TypeDSSEKMS:
		t.Key = client.KeyID(f.kmsKey)
	case client.TypeSSEC:
		if !f.key.given() {
			return t, usage("SSE-C needs a key: give --sse-c-key-file or --sse-c-key-md5")
		}
		key, err := a.customerKey(ctx, s, f.key)
		if err != nil {
			return t, err
		}
		s.Give(key)
		t.CustomerKeyMD5 = key.MD5()
	}
	if f.kmsKey != "" && t.Key == "" {
		return t, usage("--kms-key belongs to --sse kms or --sse dsse")
	}
	return t, settingsError(t.Check())
}
