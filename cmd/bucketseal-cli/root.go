package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bucketseal/bucketseal/client"
)

// globalFlags are the flags every command takes.
type globalFlags struct {
	account, endpoint, profile, region string
	kmsEndpoint, addressing, caFile    string
	rules, configDir                   string
	json, quiet, verbose               bool
}

const rootHelp = `bucketseal-cli moves files to and from S3 and S3-compatible stores, encrypts them by
your rules, and proves it: every transfer ends in a comparison of what the server
reports with what the rule asked.

  bucketseal-cli accounts add team --endpoint https://cos.example --access-key AKIA...
  bucketseal-cli rules add --bucket 'reports*' --type kms --kms-key 1234abcd-...
  bucketseal-cli rules test reports q3/a.csv
  bucketseal-cli cp a.csv s3://reports/q3/
  bucketseal-cli props s3://reports/q3/a.csv

Without an account, --endpoint takes credentials and region from AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, or from --profile; without
--endpoint the service is that of AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile.

Exit codes: 0 all done and verified, 1 some transfers failed or are not yet verified,
nothing matched or the output could not be written, 2 usage or settings,
3 encryption not as asked, 130 interrupted.`

// run does what the arguments say and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	// Where nobody can be told what is done, no more is done.
	out, errs := newConsole(a.out, stop), newConsole(a.err, func(error) {})
	if a.terminal {
		a.status.to, a.status.width = a.err, columns
	}
	a.slowdowns.clock = time.Now
	out.line, errs.line = &a.status, &a.status
	a.stdout, a.screen, a.out, a.err = a.out, a.err, out, errs
	in := &input{ctx: ctx, from: a.in}
	if a.canAsk() {
		in.hint = func() {
			printf(a.err, "Reading from the terminal; end it with Ctrl-D (on Windows: Ctrl-Z and Enter).\n")
		}
	}
	a.in = in
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(client.WithMonitor(working, &client.RequestMonitor{OnSlowDown: a.slowed}))
	if err != nil && out.err() == nil {
		a.report(err)
	}
	code := exitCode(ctx, err)
	lost := out.err()
	if lost == nil {
		return code
	}
	if !isClosed(lost) {
		printf(a.err, "bucketseal-cli: the output could not be written, so results are missing from it: %v\n", lost)
	}
	if code == exitOK || code == exitInterrupted && ctx.Err() == nil {
		return exitFailed
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "bucketseal-cli", Short: "S3 with encryption you can prove", Long: rootHelp, Version: version,
		SilenceErrors: true, SilenceUsage: true, Args: noArguments, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage("%w; see '%s --help'", err, c.CommandPath()) })
	f := root.PersistentFlags()
	f.StringVar(&a.flags.account, "account", "", "use the saved account `NAME`")
	f.StringVar(&a.flags.endpoint, "endpoint", "", "use the service at `URL` with credentials from the environment or --profile; a host alone means https")
	f.StringVar(&a.flags.profile, "profile", "", "take credentials, region and service from this `NAME` in ~/.aws")
	f.StringVar(&a.flags.region, "region", "", "sign for this `REGION` (default: AWS_REGION, the account's, us-east-1)")
	f.StringVar(&a.flags.kmsEndpoint, "kms-endpoint", "", "`URL` of a KMS API beside --endpoint, to resolve aliases")
	f.StringVar(&a.flags.addressing, "addressing", "", "how buckets are addressed: `auto`|path|virtual")
	f.StringVar(&a.flags.caFile, "ca-file", "", "trust the certificate authorities in this `PEM` file too")
	f.StringVar(&a.flags.rules, "rules", "", "use the rules in this exported `FILE` instead of the saved ones")
	f.StringVar(&a.flags.configDir, "config-dir", "", "keep settings in `DIR` (also BUCKETSEAL_CONFIG_DIR)")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON object a line")
	f.BoolVar(&a.flags.quiet, "quiet", false, "print errors only")
	f.BoolVar(&a.flags.verbose, "verbose", false, "log every request to stderr, without secrets")
	root.AddCommand(a.accountsCommand(), a.lsCommand(), a.cpCommand(), a.mvCommand(), a.syncCommand(), a.rmCommand(), a.versionsCommand(), a.restoreCommand(), a.metaCommand(), a.classCommand(),
		a.undeleteCommand(), a.tagsCommand(), a.aclCommand(), a.lockCommand(), a.presignCommand(),
		a.findCommand(), a.duCommand(), a.mbCommand(), a.rbCommand(), a.bucketDocumentsCommand(),
		a.propsCommand(), a.uploadsCommand(), a.receiptsCommand(), a.rulesCommand(), a.keysCommand())
	refuseUnknownCommands(root)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return refuseEmpty(c.Flags()) }
	return root
}

// noArguments refuses a word that is no command, which cobra would take for an
// argument.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%q is no command of %s; see '%s --help'", args[0], c.CommandPath(), c.CommandPath())
	}
	return nil
}

// mayBeEmpty marks a flag for which an empty value has a meaning of its own.
const mayBeEmpty = "may be empty"

func letBeEmpty(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		_ = flags.SetAnnotation(name, mayBeEmpty, nil) // the flag is there: see the tests
	}
}

// refuseEmpty refuses a flag that was given an empty value, as --endpoint "$COS"
// or --sse "$SSE" is where nothing has set the variable: the command would do
// its work elsewhere, by other rules, on another version, without a word.
func refuseEmpty(given *pflag.FlagSet) (err error) {
	given.Visit(func(f *pflag.Flag) {
		_, may := f.Annotations[mayBeEmpty]
		if !may && strings.TrimSpace(f.Value.String()) == "" && err == nil {
			err = usage("--%s is empty: give it a value, or leave it out", f.Name)
		}
	})
	return err
}

// exactly wants n arguments, named in the usage line.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("usage: %s", c.UseLine())
		}
		return nil
	}
}

// atMost wants n arguments or fewer.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("usage: %s", c.UseLine())
		}
		return nil
	}
}

// atLeast wants n arguments or more.
func atLeast(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return usage("usage: %s", c.UseLine())
		}
		return nil
	}
}

// refuseUnknownCommands makes groups of commands answer a wrong word with an
// error instead of their help.
func refuseUnknownCommands(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.HasSubCommands() && sub.RunE == nil && sub.Run == nil {
			sub.Args = noArguments
			sub.RunE = func(c *cobra.Command, _ []string) error {
				_ = c.Help()
				return usage("choose one of the commands above")
			}
		}
		refuseUnknownCommands(sub)
	}
}

// note tells people what is no failure and yet worth knowing.
func (a *app) note(text string) {
	if !a.flags.quiet {
		printf(a.err, "note: %s\n", text)
	}
}

// confirm says, as say does, that a change of the settings is saved. It is saved
// whether that can be printed or not: the exit code of a command that changed
// them is not that of one that did not, or a script that tries again would do it
// twice.
func (a *app) confirm(format string, args ...any) {
	if !a.tells() {
		return
	}
	printf(newConsole(a.stdout, func(err error) {
		if !isClosed(err) {
			a.note("it is saved, and this could not be printed: " + err.Error())
		}
	}), format+"\n", args...)
}

// tells reports whether people are told what is done; scripts (--json) and --quiet are not.
func (a *app) tells() bool { return !a.flags.json && !a.flags.quiet }

// say prints for people.
func (a *app) say(format string, args ...any) {
	if a.tells() {
		printf(a.out, format+"\n", args...)
	}
}
