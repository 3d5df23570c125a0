package main

import (
	"context"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// duLine is what lies below a place. Bytes are as far as they are told.
type duLine struct {
	Op            string `json:"op"`
	Target        string `json:"target"`
	Objects       int    `json:"objects"`
	Bytes         int64  `json:"bytes"`
	SizeNotTold   int    `json:"sizeNotTold"`             // objects
	DeleteMarkers int    `json:"deleteMarkers,omitempty"` // with --versions only
}

func (a *app) duCommand() *cobra.Command {
	var versions bool
	c := &cobra.Command{
		Use: "du s3://BUCKET[/PREFIX]", Short: "Count the objects below a prefix and their bytes", Args: exactly(1),
		Long: `Count the objects below a prefix and their bytes. Many requests are under way at
once; a listing that is not whole ends in exit code 1 without a sum. So does a
prefix that matches nothing.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := bucketIn(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error { return a.du(c.Context(), s, at, versions) })
		},
	}
	c.Flags().BoolVar(&versions, "versions", false, "count all versions, not only the current ones")
	return c
}

// bucketIn reads a place that has to name a bucket.
func bucketIn(written string) (client.Location, error) {
	at, err := client.ParseLocation(written)
	switch {
	case err != nil:
		return at, usage("%w", err)
	case at.Bucket == "":
		return at, usage("%s names no bucket: write s3://BUCKET or s3://BUCKET/PREFIX", written)
	}
	return at, nil
}

func (a *app) du(ctx context.Context, s *session.Session, at client.Location, versions bool) error {
	sum := duLine{Op: "du", Target: at.String()}
	for page, err := range s.Pages(ctx, at, listing.Options{Versions: versions}) {
		if err != nil {
			return err
		}
		for i := range page {
			sum.add(&page[i])
		}
	}
	if sum.Objects+sum.DeleteMarkers == 0 && at.Key != "" {
		return a.matchesNothing(at)
	}
	if a.flags.json {
		a.line(sum)
		return nil
	}
	printf(a.out, "%s objects  %s  (%d bytes)  %s\n", humanize.Comma(int64(sum.Objects)), humanize.IBytes(uint64(sum.Bytes)), sum.Bytes, at)
	if sum.DeleteMarkers > 0 {
		printf(a.out, "%s delete markers\n", humanize.Comma(int64(sum.DeleteMarkers)))
	}
	if sum.SizeNotTold > 0 {
		printf(a.out, "%s objects are not in the bytes: the server does not tell their size\n", humanize.Comma(int64(sum.SizeNotTold)))
	}
	return nil
}

func (d *duLine) add(o *client.Object) {
	switch {
	case o.DeleteMarker:
		d.DeleteMarkers++
		return
	case !o.SizeTold():
		d.SizeNotTold++
	}
	d.Objects++
	d.Bytes += o.Bytes()
}
