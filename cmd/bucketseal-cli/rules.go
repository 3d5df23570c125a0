package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "Say which files are encrypted with which key",
		Long: `Rules say which files are encrypted with which key. The first enabled rule whose masks
match wins: * is any run of characters, also across /, ? is one character. No rule:
the bucket's default. --rules FILE works on an exported file instead of the saved rules.`,
	}
	c.AddCommand(a.rulesList(), a.rulesAdd(), a.rulesEdit(), a.rulesRemove(), a.rulesMove(), a.rulesTest(), a.rulesImport(), a.rulesExport())
	return c
}

// encryptionTypes are the words of --type and --sse.
var encryptionTypes = map[string]client.EncryptionType{
	"inherit": client.TypeInherit, "s3": client.TypeSSES3, "kms": client.TypeSSEKMS, "dsse": client.TypeDSSEKMS, "c": client.TypeSSEC,
}

func encryptionType(word string) (client.EncryptionType, error) {
	t, ok := encryptionTypes[word]
	if !ok {
		return "", usage("%q is no encryption type: use inherit, s3, kms, dsse or c", word)
	}
	return t, nil
}

type ruleListLine struct {
	Number         int                   `json:"number"`
	Enabled        bool                  `json:"enabled"`
	Account        string                `json:"account"`
	Bucket         string                `json:"bucket"`
	Key            string                `json:"key"`
	Type           client.EncryptionType `json:"type"`
	KMSKey         client.KeyID          `json:"kmsKey"`
	BucketKey      bool                  `json:"bucketKey"`
	Context        map[string]string     `json:"context,omitempty"`
	CustomerKeyMD5 string                `json:"customerKeyMD5,omitempty"`
	ShadowedBy     int                   `json:"shadowedBy"`
}

func (a *app) rulesList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the rules in their order", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := a.ruleBook(h).Rules()
			if err != nil {
				return settingsError(err)
			}
			shadows := rules.ShadowedBy(all)
			w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
			if !a.flags.json && len(all) > 0 {
				fmt.Fprintln(w, "#\tON\tACCOUNT\tBUCKET\tFILE\tENCRYPTION\t")
			}
			for i, r := range all {
				if a.flags.json {
					a.line(ruleListLine{i + 1, !r.Disabled, r.Account, r.Bucket, r.Key, r.Type, r.KMSKey, r.BucketKey, r.Context, r.CustomerKeyMD5, shadows[i]})
					continue
				}
				on, note := "yes", ""
				if r.Disabled {
					on = "no"
				}
				if shadows[i] > 0 {
					note = fmt.Sprintf("never applies: rule %d takes everything first", shadows[i])
				}
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", i+1, on, orStar(r.Account), orStar(r.Bucket), orStar(r.Key), r.Describe(), note)
			}
			return w.Flush()
		},
	}
}

func orStar(s string) string {
	if s == "" {
		return "*"
	}
	return printable(s)
}

// ruleFlags are the flags of add and edit.
type ruleFlags struct {
	bucket, key, kind, kmsKey, customerKeyFile string
	context                                    []string
	bucketKey, disabled                        bool
	at                                         int
}

func (f *ruleFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.bucket, "bucket", "", "bucket name or `MASK`; empty is all")
	flags.StringVar(&f.key, "key", "", "remote file name or `MASK`; empty is all")
	flags.StringVar(&f.kind, "type", "", "`inherit`|s3|kms|dsse|c")
	flags.StringVar(&f.kmsKey, "kms-key", "", "KMS key `ID`, ARN or alias, sent as it stands; empty is the AWS managed key")
	flags.BoolVar(&f.bucketKey, "bucket-key", false, "ask for an S3 Bucket Key")
	flags.StringArrayVar(&f.context, "context", nil, "encryption context, `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.customerKeyFile, "sse-c-key-file", "", "read the SSE-C key from `FILE`; - is the standard input")
	flags.BoolVar(&f.disabled, "disabled", false, "keep the rule, but switched off")
}

// apply puts the flags that were given onto a rule. --account, a flag of every
// command, is the rule's account here.
func (f *ruleFlags) apply(c *cobra.Command, account string, r *rules.Rule) error {
	given := c.Flags().Changed
	if given("bucket") {
		r.Bucket = f.bucket
	}
	if given("key") {
		r.Key = f.key
	}
	if given("type") {
		t, err := encryptionType(f.kind)
		if err != nil {
			return err
		}
		if r.Type = t; t != client.TypeSSEC {
			r.CustomerKeyMD5 = ""
		}
		if t != client.TypeSSEKMS && t != client.TypeDSSEKMS {
			r.KMSKey, r.BucketKey, r.Context = "", false, nil
		}
	}
	if given("kms-key") {
		r.KMSKey = client.KeyID(f.kmsKey)
	}
	if given("bucket-key") {
		r.BucketKey = f.bucketKey
	}
	if given("disabled") {
		r.Disabled = f.disabled
	}
	if given("account") {
		r.Account = account
	}
	if given("context") {
		var err error
		if r.Context, err = parseContext(f.context); err != nil {
			return err
		}
	}
	return nil
}

func parseContext(pairs []string) (map[string]string, error) {
	context := map[string]string{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usage("--context %q has no =: write NAME=VALUE", p)
		}
		if name == "" {
			continue // --context = empties the context
		}
		context[name] = value
	}
	if len(context) == 0 {
		return nil, nil
	}
	return context, nil
}

// customerKey reads and keeps the key of an SSE-C rule.
func (a *app) customerKey(ctx context.Context, file string, r *rules.Rule, keep func(context.Context, string, client.CustomerKey) error) error {
	if r.Type != client.TypeSSEC {
		if file != "" {
			return usage("--sse-c-key-file belongs to --type c")
		}
		return nil
	}
	if file == "" {
		if r.CustomerKeyMD5 == "" {
			return usage("an SSE-C rule needs its key: give --sse-c-key-file")
		}
		return nil
	}
	s, err := a.secretFrom(file)
	if err != nil {
		return err
	}
	key, err := client.ParseCustomerKey(s)
	if err != nil {
		return settingsError(err)
	}
	r.CustomerKeyMD5 = key.MD5()
	return keep(ctx, r.ID, key)
}

func (a *app) rulesAdd() *cobra.Command {
	f := &ruleFlags{}
	c := &cobra.Command{
		Use: "add --type TYPE", Short: "Add a rule", Args: exactly(0),
		Example: "  bucketseal-cli rules add --bucket 'reports*' --type kms --kms-key 1234abcd-12ab-34cd-56ef-1234567890ab",
		RunE: func(c *cobra.Command, _ []string) error {
			if f.kind == "" {
				return usage("--type is missing: inherit, s3, kms, dsse or c")
			}
			r := rules.Rule{ID: rand.Text()}
			return a.changeRule(c, f, &r, func(all []rules.Rule) ([]rules.Rule, int, error) {
				at := len(all)
				if f.at != 0 {
					if f.at < 1 || f.at > len(all)+1 {
						return nil, 0, usage("--at %d: there are places 1 to %d", f.at, len(all)+1)
					}
					at = f.at - 1
				}
				return append(all[:at:at], append([]rules.Rule{r}, all[at:]...)...), at + 1, nil
			})
		},
	}
	f.register(c)
	c.Flags().IntVar(&f.at, "at", 0, "put the rule at place `N`, counted from 1 (default: last)")
	return c
}

func (a *app) rulesEdit() *cobra.Command {
	f := &ruleFlags{}
	c := &cobra.Command{
		Use: "edit N", Short: "Change rule N: only the flags given", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := a.ruleBook(h).Rules()
			if err != nil {
				return settingsError(err)
			}
			n, err := ruleNumber(args[0], len(all))
			if err != nil {
				return err
			}
			r := all[n-1]
			return a.changeRule(c, f, &r, func(all []rules.Rule) ([]rules.Rule, int, error) {
				for i := range all {
					if all[i].ID == r.ID {
						all[i] = r
						return all, i + 1, nil
					}
				}
				return nil, 0, errors.New("the rule was removed meanwhile: nothing was changed")
			})
		},
	}
	f.register(c)
	return c
}

// changeRule applies the flags to r, keeps its key and saves the list that
// place makes with it.
func (a *app) changeRule(c *cobra.Command, f *ruleFlags, r *rules.Rule, place func([]rules.Rule) ([]rules.Rule, int, error)) error {
	if err := f.apply(c, a.flags.account, r); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return settingsError(err)
	}
	h, err := a.home(c.Context())
	if err != nil {
		return err
	}
	if err := a.customerKey(c.Context(), f.customerKeyFile, r, h.Secrets.SetCustomerKey); err != nil {
		return settingsError(err)
	}
	number := 0
	err = a.ruleBook(h).UpdateRules(func(all []rules.Rule) (next []rules.Rule, err error) {
		next, number, err = place(all)
		return next, err
	})
	if err != nil {
		return settingsError(err)
	}
	for _, p := range r.Problems() { // only warnings are left
		fmt.Fprintf(a.err, "note: %v\n", p)
	}
	if a.flags.json {
		a.line(map[string]any{"rule": number, "status": "saved"})
	}
	a.say("Rule %d: %s", number, r.Describe())
	return nil
}

func ruleNumber(word string, count int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > count {
		return 0, usage("%q is no rule: there are rules 1 to %d", word, count)
	}
	return n, nil
}

func (a *app) rulesRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove N", Short: "Remove rule N", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.reorder(c, func(all []rules.Rule) ([]rules.Rule, error) {
				n, err := ruleNumber(args[0], len(all))
				if err != nil {
					return nil, err
				}
				return append(all[:n-1:n-1], all[n:]...), nil
			}, "Removed rule "+args[0]+". The key of an SSE-C rule stays in the keyring, for objects written with it.")
		},
	}
}

func (a *app) rulesMove() *cobra.Command {
	return &cobra.Command{
		Use: "move N TO", Short: "Move rule N to place TO", Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.reorder(c, func(all []rules.Rule) ([]rules.Rule, error) {
				from, err := ruleNumber(args[0], len(all))
				if err != nil {
					return nil, err
				}
				to, err := ruleNumber(args[1], len(all))
				if err != nil {
					return nil, err
				}
				r := all[from-1]
				rest := append(all[:from-1:from-1], all[from:]...)
				return append(rest[:to-1:to-1], append([]rules.Rule{r}, rest[to-1:]...)...), nil
			}, "Moved rule "+args[0]+" to place "+args[1]+".")
		},
	}
}

func (a *app) reorder(c *cobra.Command, change func([]rules.Rule) ([]rules.Rule, error), done string) error {
	h, err := a.home(c.Context())
	if err != nil {
		return err
	}
	if err := a.ruleBook(h).UpdateRules(change); err != nil {
		return settingsError(err)
	}
	a.say("%s", done)
	return nil
}

func (a *app) rulesTest() *cobra.Command {
	return &cobra.Command{
		Use: "test BUCKET KEY", Short: "Say which rule wins for a name, and why", Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			account := a.override(client.Account{Name: a.flags.account, Endpoint: a.flags.endpoint})
			if a.flags.account != "" || a.flags.endpoint == "" {
				if saved, err := a.account(h); err == nil {
					account = saved
				}
			}
			opener := h.Opener(transfer.Config{})
			opener.Rules = a.ruleBook(h)
			set, err := opener.RuleSet(c.Context(), account)
			if err != nil {
				return settingsError(err)
			}
			d := set.Decide(rules.File{}, client.Location{Bucket: args[0], Key: args[1]})
			if a.flags.json {
				a.line(ruleLine{d.Rule, d.Because, d.Refuse, askedJSON(d.Put.Encryption)})
				return nil
			}
			fmt.Fprintln(a.out, printable(d.Because))
			if d.Refuse != "" {
				fmt.Fprintln(a.out, "refused: "+printable(d.Refuse))
			}
			return nil
		},
	}
}

func (a *app) rulesImport() *cobra.Command {
	var replace bool
	c := &cobra.Command{
		Use: "import FILE", Short: "Add the rules of an exported file; - is the standard input", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := a.in
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return usage("open the rules: %w", err)
				}
				defer f.Close() //nolint:errcheck // opened for reading
				in = f
			}
			imported, err := rules.Import(in)
			if err != nil {
				return settingsError(err)
			}
			return a.reorder(c, func(all []rules.Rule) ([]rules.Rule, error) {
				if replace {
					return imported, nil
				}
				taken := map[string]bool{}
				for _, r := range all {
					taken[r.ID] = true
				}
				for i := range imported {
					if imported[i].ID == "" || taken[imported[i].ID] {
						imported[i].ID = rand.Text()
					}
				}
				return append(all, imported...), nil
			}, fmt.Sprintf("Imported %d rules.", len(imported)))
		},
	}
	c.Flags().BoolVar(&replace, "replace", false, "put them in place of the rules there are")
	return c
}

func (a *app) rulesExport() *cobra.Command {
	return &cobra.Command{
		Use: "export [FILE]", Short: "Write the rules as JSON, without secrets",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("usage: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := a.ruleBook(h).Rules()
			if err != nil {
				return settingsError(err)
			}
			if len(args) == 0 || args[0] == "-" {
				return rules.Export(a.out, all)
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return usage("write the rules: %w", err)
			}
			if err := errors.Join(rules.Export(f, all), f.Sync(), f.Close()); err != nil {
				return fmt.Errorf("write the rules: %w", err)
			}
			a.say("Exported %d rules to %s.", len(all), args[0])
			return nil
		},
	}
}
