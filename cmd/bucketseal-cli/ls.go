package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

type objectLine struct {
	Bucket       string        `json:"bucket"`
	Key          string        `json:"key"`
	Folder       bool          `json:"folder,omitempty"`
	Size         int64         `json:"size"`
	LastModified string        `json:"lastModified"`
	ETag         string        `json:"etag"`
	StorageClass string        `json:"storageClass"`
	Encryption   *reportedLine `json:"encryption,omitempty"` // with --encryption only
}

func (a *app) lsCommand() *cobra.Command {
	var recursive, encryption bool
	c := &cobra.Command{
		Use: "ls [s3://BUCKET[/PREFIX]]", Short: "List buckets, or what lies in a folder",
		Long: `List buckets, or what lies in a folder. A listing says nothing of encryption; with
--encryption each object is asked for by a HEAD request of its own.`,
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
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				if at.Bucket == "" {
					return a.lsBuckets(c.Context(), s)
				}
				return a.lsObjects(c.Context(), s, at, recursive, encryption)
			})
		},
	}
	c.Flags().BoolVarP(&recursive, "recursive", "r", false, "list everything below")
	c.Flags().BoolVar(&encryption, "encryption", false, "show how each object is encrypted (one request each)")
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
			fmt.Fprintf(a.out, "%-20s  %s\n", stamp(b.Created), b.Name)
		}
	}
	return nil
}

func (a *app) lsObjects(ctx context.Context, s *session.Session, at client.Location, recursive, encryption bool) error {
	for after := ""; ; {
		page, err := s.List(ctx, at, client.ListOptions{Recursive: recursive, After: after})
		if err != nil {
			return err
		}
		if encryption {
			if err := headAll(ctx, s, page.Objects); err != nil {
				return err
			}
		}
		for _, o := range page.Objects {
			a.lsObject(o, at, recursive, encryption)
		}
		if page.Next == "" {
			return nil
		}
		after = page.Next
	}
}

// headAll asks for the encryption of each object of a page. One that may not
// be asked stays not told.
func headAll(ctx context.Context, s *session.Session, page []client.Object) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range page {
		if page[i].IsFolder {
			continue
		}
		group.Go(func() error {
			if r, err := s.Encryption(ctx, page[i].At); err == nil {
				page[i].Encryption = r
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

func (a *app) lsObject(o client.Object, at client.Location, recursive, encryption bool) {
	if a.flags.json {
		l := objectLine{
			Bucket: o.At.Bucket, Key: o.At.Key, Folder: o.IsFolder, Size: o.Size, LastModified: stamp(o.Modified),
			ETag: o.ETag, StorageClass: o.StorageClass,
		}
		if encryption && !o.IsFolder {
			l.Encryption = reportedJSON(o.Encryption)
		}
		a.line(l)
		return
	}
	name := o.At.Key
	if !recursive {
		name = strings.TrimPrefix(name, at.Key[:strings.LastIndexByte(at.Key, '/')+1])
	}
	size, told := fmt.Sprint(o.Size), o.Encryption.Describe()
	if o.IsFolder {
		size, told = "-", ""
	}
	if encryption {
		fmt.Fprintf(a.out, "%-20s  %14s  %s  [%s]\n", stamp(o.Modified), size, printable(name), told)
		return
	}
	fmt.Fprintf(a.out, "%-20s  %14s  %s\n", stamp(o.Modified), size, printable(name))
}

// printable keeps a hostile name from moving the cursor or colouring the
// terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e || r == 0x2066 || r == 0x2067 {
			return '\uFFFD'
		}
		return r
	}, s)
}
