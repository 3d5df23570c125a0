package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
)

func (a *app) rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "Say which files are encrypted with which key",
		Long: `Rules say which files are encrypted with which key. The first enabled rule whose masks
match wins: * is any run of characters, also across /, ? is one character. No rule:
the bucket's default. --rules FILE works on an exported file instead of the saved rules.
The key of an SSE-C rule is sent only to the account and buckets the rule names; without
--account and --bucket it names them all.`,
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
	UnknownAccount bool                  `json:"unknownAccount,omitempty"` // no saved account is called so
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
			shadows, unknown := rules.ShadowedBy(all), a.unknownAccounts(h, all)
			w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
			switch {
			case a.flags.json:
			case len(all) == 0:
				a.note("there are no rules: every upload uses its bucket's default")
			default:
				fmt.Fprintln(w, "#\tON\tACCOUNT\tBUCKET\tFILE\tENCRYPTION\t")
			}
			for i, r := range all {
				if a.flags.json {
					a.line(ruleListLine{i + 1, !r.Disabled, r.Account.Name, r.Bucket, r.Key, r.Type, r.KMSKey, r.BucketKey, r.Context, r.CustomerKeyMD5, shadows[i], unknown[i]})
					continue
				}
				on, note := "yes", ""
				if r.Disabled {
					on = "no"
				}
				switch {
				case unknown[i]:
					note = fmt.Sprintf("applies to nothing: no saved account is called %q", r.Account.Name)
				case shadows[i] > 0:
					note = fmt.Sprintf("never applies: rule %d takes everything first", shadows[i])
				}
				printf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", i+1, on, orStar(r.Account.Name), orStar(r.Bucket), orStar(r.Key), r.Describe(), note)
			}
			return w.Flush()
		},
	}
}

// unknownAccounts says which rules are for accounts that are not there; for none
// where the accounts cannot be read, which other commands say.
func (a *app) unknownAccounts(h *wiring.Home, all []rules.Rule) []bool {
	saved, err := h.Settings.Accounts()
	if err != nil {
		return make([]bool, len(all))
	}
	return rules.UnknownAccounts(all, saved)
}

// noteIdle says of some rules that they are never used.
func (a *app) noteIdle(h *wiring.Home, all []rules.Rule, of func(i int) bool) {
	shadows := rules.ShadowedBy(all)
	for i, unknown := range a.unknownAccounts(h, all) {
		switch {
		case !of(i):
		case unknown:
			a.note(fmt.Sprintf("rule %d applies to nothing: no saved account is called %q", i+1, all[i].Account.Name))
		case shadows[i] > 0:
			a.note(fmt.Sprintf("rule %d never applies: rule %d takes everything first; 'bucketseal-cli rules move' changes the order", i+1, shadows[i]))
		}
	}
}

// rules are the rules there are: the saved ones, or those of --rules.
func (a *app) rules(ctx context.Context) ([]rules.Rule, error) {
	h, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	all, err := a.ruleBook(h).Rules()
	if err != nil {
		return nil, settingsError(err)
	}
	return all, nil
}

func orStar(s string) string {
	if s == "" {
		return "*"
	}
	return s
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
			opener.Rules, opener.Current = a.ruleBook(h).Rules, nil
			set, err := opener.RuleSet(c.Context(), account)
			if err != nil {
				return settingsError(err)
			}
			at := client.Location{Bucket: args[0], Key: args[1]}
			d := set.Decide(rules.File{}, at)
			a.noteIdle(h, set.Rules, func(i int) bool { return !set.Rules[i].Disabled && set.Rules[i].Takes(at) })
			if a.flags.json {
				a.line(ruleJSON(d))
				return nil
			}
			printf(a.out, "%s\n", d.Treatment.Because.String())
			if !d.Refuse.IsZero() {
				printf(a.out, "refused: %s\n", d.Refuse)
			}
			return nil
		},
	}
}
