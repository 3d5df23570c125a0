package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings"
)

func (a *app) rulesAdd() *cobra.Command {
	f := &ruleFlags{}
	c := &cobra.Command{
		Use: "add --type TYPE", Short: "Add a rule", Args: exactly(0),
		Example: "  bucketseal-cli rules add --bucket 'reports*' --type kms --kms-key 1234abcd-12ab-34cd-56ef-1234567890ab",
		RunE: func(c *cobra.Command, _ []string) error {
			if f.kind == "" {
				return usage("--type is missing: inherit, s3, kms, dsse or c")
			}
			r := rules.Rule{}
			return a.changeRule(c, f, &r, func(d *rulebook.Draft, key client.CustomerKey) (int, error) {
				at := len(d.Rules)
				if f.at != 0 {
					if f.at < 1 || f.at > len(d.Rules)+1 {
						return 0, usage("--at %d: there are places 1 to %d", f.at, len(d.Rules)+1)
					}
					at = f.at - 1
				}
				d.Insert(at, r, key)
				return at, nil
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
			all, err := a.rules(c.Context())
			if err != nil {
				return err
			}
			n, err := ruleNumber(args[0], len(all))
			if err != nil {
				return err
			}
			before, r := all[n-1], all[n-1]
			return a.changeRule(c, f, &r, func(d *rulebook.Draft, key client.CustomerKey) (int, error) {
				return d.Edit(n-1, before, r, key)
			})
		},
	}
	f.register(c)
	letBeEmpty(c.Flags(), "kms-key") // back to the AWS managed key
	return c
}

// changeRule applies the flags to r and saves the list into which place puts it,
// with its key.
func (a *app) changeRule(c *cobra.Command, f *ruleFlags, r *rules.Rule, place func(*rulebook.Draft, client.CustomerKey) (int, error)) error {
	if err := f.apply(c, a.flags.account, r); err != nil {
		return err
	}
	if err := checkRule(*r); err != nil {
		return err
	}
	key, err := a.ruleKey(f.customerKeyFile, r)
	if err != nil {
		return err
	}
	h, err := a.newHome(c.Context()) // makes the folder, so nothing may be wrong with the rule by now
	if err != nil {
		return err
	}
	at := 0
	saved, err := a.begin(c.Context(), h, func(d *rulebook.Draft) (err error) {
		at, err = place(d, key)
		return err
	})
	if err != nil {
		return err
	}
	a.noteIdle(h, saved, func(i int) bool { return i == at })
	for _, p := range r.Problems() { // only warnings are left
		printf(a.err, "note: %s\n", byFlag(p))
	}
	if a.flags.json {
		a.line(map[string]any{"rule": at + 1, "status": "saved"})
	}
	a.confirm("Rule %d: %s", at+1, r.Describe())
	return nil
}

// begin changes the rules for a command that may begin a list. Rules that are
// gone are told, and the new list takes their place.
func (a *app) begin(ctx context.Context, h *wiring.Home, change func(*rulebook.Draft) error) ([]rules.Rule, error) {
	saved, gone, err := a.ruleBook(h).Begin(ctx, change)
	var file *settings.GoneError
	if err == nil && errors.As(gone, &file) {
		printf(a.err, "note: %s was gone, with the rules that were saved in it: this begins a new list\n", file.Path)
	}
	return saved, settingsError(err)
}
