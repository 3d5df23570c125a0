// Command mocks3 is the local endpoint: S3 and KMS on one loopback port, which
// really encrypts what it keeps. It is for demos, tests and other people's CI.
//
// Once it listens it prints one line of JSON with the address, the CA file and
// the credentials, and writes the same to --ready-file. SIGTERM or an interrupt
// ends it once the running requests are answered, after ten seconds in any case; a
// second one ends it at once. A temporary data folder is removed. docs/mocks3.md
// is its manual.
//
// The commands keys, users and faults speak to one that is running.
//
// Credentials are taken from MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY, never from
// the command line, where other users could read them; without them they are
// made up. Those of further people are read from the file --people.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/mock"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal is the system's
	cmd := command(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mocks3:", err)
		os.Exit(1)
	}
}

// flags of the command line.
type flags struct {
	listen      mock.Listen
	data        string
	personality string
	faults      string
	readyFile   string
	region      string
	logLevel    string
	buckets     []string
	keys        []string
	keyPolicies []string
	people      string
	fast        bool
	allowPublic bool
	domain      string
}

// grace is how long running requests may take after the signal to end.
const grace = 10 * time.Second

func command(stdin io.Reader, stdout, stderr io.Writer, env func(string) string) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "mocks3",
		Short: "An S3 and KMS endpoint on loopback that really encrypts",
		Long: "mocks3 serves S3 and KMS on one port. When it listens it prints one line of JSON:\n" +
			"url, caFile, region, accessKey, secretKey, keys.\n\n" +
			"Credentials come from MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY; without them they are made up.",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), f, stdout, stderr, env) },
	}
	p := cmd.Flags()
	p.StringVar(&f.listen.Address, "listen", "127.0.0.1:0", "address to listen on; port 0 is any free one")
	p.BoolVar(&f.listen.PlainHTTP, "plain-http", false, "no TLS; SSE-KMS and SSE-C are then refused")
	p.BoolVar(&f.listen.AllowRemote, "allow-remote", false, "permit an address that others can reach")
	p.StringVar(&f.listen.CertFile, "tls-cert", "", "PEM file of the certificate to serve, with --tls-key; without both one is made for this run")
	p.StringVar(&f.listen.KeyFile, "tls-key", "", "PEM file of the certificate's private key")
	p.StringVar(&f.data, "data", "", "data folder, kept; empty is a temporary one, removed at exit")
	p.BoolVar(&f.fast, "fast", false, "no fsync: faster, but a crash of the machine may lose what was acknowledged; always so for a temporary folder")
	p.StringVar(&f.personality, "personality", "aws", "aws, ceph16, minio or plain")
	p.StringVar(&f.faults, "faults", "", "JSON file of what goes wrong on purpose")
	p.StringVar(&f.readyFile, "ready-file", "", "file to write the ready line to (mode 0600)")
	p.StringVar(&f.region, "region", "us-east-1", "region that requests are signed for")
	p.StringVar(&f.logLevel, "log-level", "warn", "debug, info, warn or error; JSON on stderr")
	p.StringArrayVar(&f.buckets, "bucket", nil, "bucket to make; repeatable")
	p.StringArrayVar(&f.keys, "key", []string{"=alias/demo"}, "KMS key to make, as ID, ID=alias/NAME or =alias/NAME; repeatable")
	p.StringArrayVar(&f.keyPolicies, "key-policy", nil, "KEY=FILE: policy of a KMS key, JSON; KEY is an id or alias/NAME; repeatable")
	p.BoolVar(&f.allowPublic, "allow-public", false, "new buckets have no public access block, as on AWS before April 2023")
	p.StringVar(&f.domain, "domain", "", "buckets are also hosts under this name, BUCKET.NAME, as they are under localhost")
	p.StringVar(&f.people, "people", "", "JSON file (mode 0600) of users with their access keys and policies, and of roles")
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.AddCommand(adminCommands(stdin, stdout, env)...)
	return cmd
}

func run(ctx context.Context, f flags, stdout, stderr io.Writer, env func(string) string) (err error) {
	c, err := config(f, stderr, env)
	if err != nil {
		return err
	}
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "mocks3-*"); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Dir)) }()
	}
	e, err := mock.Serve(c, f.listen)
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err = errors.Join(err, e.Shutdown(ending))
	}()
	if err := setKeyPolicies(e, f.keyPolicies); err != nil {
		return err
	}
	if err := announce(e, f.readyFile, stdout); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// setKeyPolicies reads KEY=FILE; a key of a kept data folder gets it too.
func setKeyPolicies(e *mock.Endpoint, flags []string) error {
	for _, flag := range flags {
		key, file, ok := strings.Cut(flag, "=")
		if !ok {
			return fmt.Errorf("--key-policy %s: write KEY=FILE", flag)
		}
		policy, err := os.ReadFile(file)
		if err == nil {
			err = e.Keys().SetPolicy(key, string(policy))
		}
		if err != nil {
			return fmt.Errorf("--key-policy %s: %w", key, err)
		}
	}
	return nil
}

// config turns the flags into a configuration.
func config(f flags, stderr io.Writer, env func(string) string) (mock.Config, error) {
	c := mock.Config{
		Dir: f.data, Region: f.region, Buckets: f.buckets, Fast: f.fast || f.data == "", AllowPublic: f.allowPublic, Domain: f.domain,
		AccessKey: env("MOCKS3_ACCESS_KEY"), SecretKey: env("MOCKS3_SECRET_KEY"),
	}
	if (c.AccessKey == "") != (c.SecretKey == "") {
		return c, errors.New("set both MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY, or neither")
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return c, fmt.Errorf("--log-level %s: choose debug, info, warn or error", f.logLevel)
	}
	c.Log = slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: level}))
	var err error
	if c.Personality, err = mock.PersonalityNamed(f.personality); err != nil {
		return c, fmt.Errorf("--personality: %w", err)
	}
	if f.faults != "" {
		if c.Faults, err = mock.ReadFaults(f.faults); err != nil {
			return c, err
		}
	}
	if f.people != "" {
		people, err := mock.ReadPeople(f.people)
		if err != nil {
			return c, err
		}
		c.Users, c.Roles = people.Users, people.Roles
	}
	for _, key := range f.keys {
		id, alias, _ := strings.Cut(key, "=")
		if alias != "" && !strings.HasPrefix(alias, "alias/") {
			alias = "alias/" + alias
		}
		c.Keys = append(c.Keys, mock.KeySpec{ID: id, Alias: alias})
	}
	return c, nil
}
