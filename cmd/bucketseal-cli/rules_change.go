package main

import (
	"crypto/rand"
	"errors"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client/rules"
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
			all, err := a.rules(c.Context())
			if err != nil {
				return err
			}
			n, err := ruleNumber(args[0], len(all))
			if err != nil {
				return err
			}
			before, r := all[n-1], all[n-1]
			return a.changeRule(c, f, &r, func(all []rules.Rule) ([]rules.Rule, int, error) {
				i := placeOf(before, n-1, all)
				if i < 0 {
					return nil, 0, errors.New("the rule was changed or removed meanwhile: nothing was changed")
				}
				all[i] = r
				return all, i + 1, nil
			})
		},
	}
	f.register(c)
	letBeEmpty(c.Flags(), "kms-key") // back to the AWS managed key
	return c
}

// placeOf finds a rule in a list that may have been changed since it stood at a
// place, -1 where it is no longer. A list written by hand may have no IDs.
func placeOf(r rules.Rule, place int, all []rules.Rule) int {
	same := func(other rules.Rule) bool { return reflect.DeepEqual(r, other) }
	if place < len(all) && same(all[place]) {
		return place
	}
	return slices.IndexFunc(all, same)
}

// changeRule applies the flags to r, keeps its key and saves the list that
// place makes with it.
func (a *app) changeRule(c *cobra.Command, f *ruleFlags, r *rules.Rule, place func([]rules.Rule) ([]rules.Rule, int, error)) error {
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
	if !key.IsZero() { // the key first: a rule without its key would refuse uploads
		if err := h.KeepCustomerKey(c.Context(), key, *r); err != nil {
			return settingsError(err)
		}
	}
	number, saved := 0, []rules.Rule(nil)
	err = a.begin(h, func(all []rules.Rule) (next []rules.Rule, err error) {
		next, number, err = place(all)
		saved = next
		return next, err
	})
	if err != nil {
		return err
	}
	a.noteIdle(h, saved, func(i int) bool { return i+1 == number })
	for _, p := range r.Problems() { // only warnings are left
		printf(a.err, "note: %s\n", byFlag(p))
	}
	if a.flags.json {
		a.line(map[string]any{"rule": number, "status": "saved"})
	}
	a.say("Rule %d: %s", number, r.Describe())
	return nil
}
