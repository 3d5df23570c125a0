// Command nulls3 is the other end of our measurements, and their yardstick.
//
// As a server it speaks S3 and costs next to nothing: bodies are thrown away,
// objects are made up, signatures are not looked at. What a client needs to check
// its own work it gets as from S3: the checksums, encryption and metadata that it
// told come back, and what can be downloaded has its true CRC64NVME. It proves
// nothing about a client's encryption, for it believes everything; mocks3 does
// not.
//
// As a client (up, down) it is what the machine allows: bare net/http, no hash, no
// signature, nothing compared.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.Stdout).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "nulls3:", err)
		os.Exit(1)
	}
}

func command(stdout io.Writer) *cobra.Command {
	root := &cobra.Command{Use: "nulls3", Short: "An S3 server that discards bodies, and a client that checks nothing", SilenceUsage: true, SilenceErrors: true}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(serveCommand(stdout), contentCommand(stdout), upCommand(), downCommand())
	return root
}

func serveCommand(stdout io.Writer) *cobra.Command {
	var (
		o     options
		seeds []string
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serves until SIGTERM; prints one line of JSON when it listens, as mocks3 does",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			debug.SetGCPercent(800) // few megabytes are alive: collecting them often is all it would cost
			for _, s := range seeds {
				seed, err := parseSeed(s)
				if err != nil {
					return err
				}
				o.seeds = append(o.seeds, seed)
			}
			s, err := listen(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := s.announce(stdout); err != nil {
				return errors.Join(err, s.Close())
			}
			<-cmd.Context().Done()
			return s.Close()
		},
	}
	p := cmd.Flags()
	p.BoolVar(&o.plain, "plain-http", false, "no TLS")
	p.StringVar(&o.caFile, "ca-file", "", "file to write the certificate to that clients are to trust; needed unless --plain-http")
	p.BoolVar(&o.noChecksums, "no-checksums", false, "keep no checksums and name none: what is seeded has its MD5 for an ETag, and no KMS key")
	p.DurationVar(&o.latency, "latency", 0, "how long each answer waits, for example 10ms")
	p.StringArrayVar(&seeds, "objects", nil, "BUCKET/PREFIX=COUNTxSIZE: objects that can be downloaded, SIZE in bytes; repeatable")
	p.StringArrayVar(&o.shapes, "keys", nil, "BUCKET/PREFIX=COUNTxSHAPE: objects to be listed, their names of a shape (uuid, dates, range, deep, unicode); repeatable")
	p.StringArrayVar(&o.buckets, "bucket", []string{"bench"}, "bucket that is there; repeatable")
	return cmd
}

func contentCommand(stdout io.Writer) *cobra.Command {
	var size int64
	cmd := &cobra.Command{
		Use: "content", Short: "Writes what an object of a size holds", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return writeContent(stdout, 0, size) },
	}
	cmd.Flags().Int64Var(&size, "size", 0, "bytes")
	return cmd
}
