package main

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

type metaLine struct {
	Bucket      string            `json:"bucket"`
	Key         string            `json:"key"`
	VersionID   string            `json:"versionId"`
	ContentType string            `json:"contentType"`
	Headers     map[string]string `json:"headers"`  // that are kept with the object, by canonical name
	Metadata    map[string]string `json:"metadata"` // x-amz-meta-*, in lower case
	URI         string            `json:"uri"`
	ARN         string            `json:"arn"`
	Address     string            `json:"address"` // without a signature: for what is public
}

func (a *app) metaGet() *cobra.Command {
	c := a.getCommand("Show the content type, headers and metadata of an object", "meta get s3://reports/a.csv --json",
		func(ctx context.Context, s *session.Session, at client.Location, version string) error {
			o, err := s.Look(ctx, at, version)
			if err != nil {
				return err
			}
			address, err := s.Address(ctx, at)
			if err != nil {
				return err
			}
			a.meta(o, s.ARN(at), address)
			return nil
		})
	c.Long = `Show what is kept beside the bytes of an object: its content type, the headers that downloads
get, its metadata (x-amz-meta-*), and how it is called: its URI, its ARN, and its address for
who may read it without an account.`
	return c
}

func (a *app) meta(o client.Object, arn, address string) {
	headers := o.System().Headers()
	if a.flags.json {
		a.line(metaLine{o.At.Bucket, o.At.Key, o.VersionID, o.ContentType, headers, orEmpty(o.Metadata), o.At.String(), arn, address})
		return
	}
	printf(a.out, "Content-Type: %s\n", o.ContentType)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		printf(a.out, "%s: %s\n", name, headers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(o.Metadata)) {
		printf(a.out, "x-amz-meta-%s: %s\n", name, o.Metadata[name])
	}
	printf(a.out, "URI: %s\nARN: %s\nAddress: %s\n", o.At.String(), arn, address)
}
