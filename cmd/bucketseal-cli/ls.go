package main

import (
	"bufio"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

type objectLine struct {
	Bucket       string        `json:"bucket"`
	Key          string        `json:"key"`
	Folder       bool          `json:"folder,omitempty"`
	Size         *int64        `json:"size"` // null: not told
	LastModified string        `json:"lastModified"`
	ETag         string        `json:"etag"`
	StorageClass string        `json:"storageClass"`
	Encryption   *reportedLine `json:"encryption,omitempty"` // with --encryption only
	// EncryptionError is why encryption could not be asked for.
	EncryptionError *errorLine `json:"encryptionError,omitempty"`
}

func (a *app) lsCommand() *cobra.Command {
	var recursive, encryption, versions bool
	c := &cobra.Command{
		Use: "ls [s3://BUCKET[/PREFIX]]", Short: "List buckets, or what lies in a folder",
		Long: `List buckets, or what lies in a folder. A listing says nothing of encryption; with
--encryption each object is asked for by a HEAD request of its own; with --versions
all versions and delete markers below a place are listed, each with its ID. A name
that matches nothing, and an object that could not be asked for, end in exit code 1.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("usage: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			at := client.Location{}
			if len(args) == 1 {
				var err error
				if at, err = client.ParseLocation(args[0]); err != nil {
					return usage("%w", err)
				}
			}
			switch {
			case versions && encryption:
				return usage("--versions and --encryption do not go together: props --version-id shows how a version is encrypted")
			case at.Bucket == "" && (recursive || encryption || versions):
				return usage("-r, --encryption and --versions are about objects: name a bucket, as s3://BUCKET")
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				switch {
				case at.Bucket == "":
					return a.lsBuckets(c.Context(), s)
				case versions:
					return a.lsVersions(c.Context(), s, at, false)
				}
				return a.lsObjects(c.Context(), s, at, recursive, encryption)
			})
		},
	}
	c.Flags().BoolVarP(&recursive, "recursive", "r", false, "list everything below")
	c.Flags().BoolVar(&encryption, "encryption", false, "show how each object is encrypted (one request each)")
	c.Flags().BoolVar(&versions, "versions", false, "list all versions and delete markers below, with their IDs")
	return c
}

func (a *app) lsBuckets(ctx context.Context, s *session.Session) error {
	all, err := s.Buckets(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		if a.flags.json {
			a.line(map[string]any{"bucket": b.Name, "created": stamp(b.Created)})
		} else {
			printf(a.out, "%-20s  %s\n", stamp(b.Created), b.Name)
		}
	}
	return nil
}

func (a *app) lsObjects(ctx context.Context, s *session.Session, at client.Location, recursive, encryption bool) error {
	defer a.buffered()()
	found, unknown := false, false
	show := func(page []client.Object) error {
		asked := make([]error, len(page))
		if encryption {
			if err := headAll(ctx, s, page, asked); err != nil {
				return err
			}
		}
		for i, o := range page {
			a.lsObject(o, at, recursive, encryption, asked[i])
			found, unknown = true, unknown || asked[i] != nil
		}
		return nil
	}
	pages := s.Folder(ctx, at)
	if recursive {
		pages = s.Pages(ctx, at, listing.Options{InOrder: true})
	}
	for page, err := range pages {
		if err == nil {
			err = show(page)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !found && at.Key != "" && !a.isEmptyFolder(ctx, s, at):
		return a.matchesNothing(at)
	case unknown:
		return &partial{exitFailed}
	}
	return nil
}

// matchesNothing says that nothing is called so, which is a failure.
func (a *app) matchesNothing(at client.Location) error {
	return a.foundNothing(at, client.Say("nothing is called %s, and nothing lies below it", at.String()))
}

// foundNothing says why a listing is empty that should not be, in one line.
func (a *app) foundNothing(at client.Location, why client.Text) error {
	if a.flags.json {
		a.report(&client.Error{Op: "list", Kind: client.KindNotFound, At: at, Said: why})
	} else {
		printf(a.err, "bucketseal-cli: %s\n", printable(why.String()))
	}
	return &partial{exitFailed}
}

// buffered has the output go out in large pieces; what it returns ends that, and lets
// out what is left.
func (a *app) buffered() func() {
	to := a.out
	w := bufio.NewWriterSize(to, 64<<10)
	a.out = w
	return func() {
		a.out = to
		_ = w.Flush() // the console keeps why it could not be written
	}
}

// isEmptyFolder reports whether at is a folder of which only the marker is
// there, which a listing leaves out.
func (*app) isEmptyFolder(ctx context.Context, s *session.Session, at client.Location) bool {
	there, err := s.IsThere(ctx, at)
	return there && err == nil
}

// headAll asks for the encryption of each object of a page, and notes where
// that failed: an error is not "not told". An object that wants a key is known
// to be encrypted with a customer's.
func headAll(ctx context.Context, s *session.Session, page []client.Object, failed []error) error {
	set, _ := s.RuleSet(ctx) // without the rules there are fewer keys to try
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range page {
		if page[i].IsFolder {
			continue
		}
		group.Go(func() error {
			r, err := s.Encryption(ctx, set, page[i].At)
			switch client.KindOf(err) {
			case client.KindNeedsKey, client.KindWrongKey:
				r, err = client.Reported{Told: true, Type: client.TypeSSEC}, nil
			}
			page[i].Encryption, failed[i] = r, err
			return ctx.Err()
		})
	}
	return group.Wait()
}

func (a *app) lsObject(o client.Object, at client.Location, recursive, encryption bool, asked error) {
	if a.flags.json {
		l := objectLine{
			Bucket: o.At.Bucket, Key: o.At.Key, Folder: o.IsFolder, Size: told(o.Size), LastModified: stamp(o.Modified),
			ETag: o.ETag, StorageClass: o.StorageClass,
		}
		if encryption && !o.IsFolder {
			l.Encryption, l.EncryptionError = reportedJSON(o.Encryption), errorJSON(asked)
		}
		a.line(l)
		return
	}
	name := o.At.Key
	if !recursive {
		name = strings.TrimPrefix(name, at.Key[:strings.LastIndexByte(at.Key, '/')+1])
	}
	encrypted := ""
	if encryption {
		encrypted = o.Encryption.Describe().String()
	}
	switch {
	case o.IsFolder:
		encrypted = ""
	case asked != nil:
		encrypted = "could not be asked: " + explain.Error(asked).Title
	case o.Encryption.Type == client.TypeSSEC && o.Encryption.CustomerKeyMD5 == "":
		encrypted += ", its key is needed to see more"
	}
	if encryption {
		printf(a.out, "%-20s  %14s  %s  [%s]\n", stamp(o.Modified), sizeColumn(o), name, encrypted)
		return
	}
	a.row(o, name)
}

// row prints an object without its encryption; there may be a million of them.
func (a *app) row(o client.Object, name string) {
	line := make([]byte, 0, 256)
	if !o.Modified.IsZero() {
		line = o.Modified.UTC().AppendFormat(line, time.RFC3339)
	}
	const date, size = 20, 14
	line = append(line, spaces[:max(0, date-len(line))+2]...)
	text := sizeColumn(o)
	line = append(line, spaces[:max(0, size-len(text))]...)
	line = append(append(append(line, text...), "  "...), printable(name)...)
	_, _ = a.out.Write(append(line, '\n')) // the console keeps why it could not be written
}

const spaces = "                        "

func sizeColumn(o client.Object) string {
	switch {
	case o.IsFolder:
		return "-"
	case !o.SizeTold():
		return "?"
	}
	return strconv.FormatInt(o.Size, 10)
}
