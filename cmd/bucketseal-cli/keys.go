package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client/rulebook"
)

func (a *app) keysCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "keys", Short: "List and remove the SSE-C keys that are kept",
		Long: `List and remove the SSE-C keys that are kept. A key is known by the MD5 of its bytes, as
S3 names it. Whatever becomes of a rule, its keys stay: objects written with them open
with nothing else.`,
	}
	c.AddCommand(a.keysList(), a.keysRemove())
	return c
}

type keyPlaceLine struct {
	Account string `json:"account"`
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
}

type keyLine struct {
	MD5    string         `json:"md5"`
	Rules  []int          `json:"rules"`  // numbers of the rules that name it
	Places []keyPlaceLine `json:"places"` // where rules name it for, or named it
}

func (a *app) keysList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the SSE-C keys that are kept, by MD5", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := keyLines(h.Rules())
			if err != nil {
				return settingsError(err)
			}
			w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
			if !a.flags.json && len(all) > 0 {
				fmt.Fprintln(w, "MD5\tRULES\tFOR")
			}
			for _, k := range all {
				if a.flags.json {
					a.line(k)
					continue
				}
				printf(w, "%s\t%s\t%s\n", k.MD5, ruleNumbers(k.Rules), k.places())
			}
			return w.Flush()
		},
	}
}

func ruleNumbers(all []int) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Trim(fmt.Sprint(all), "[]")
}

func (k keyLine) places() string {
	var all []string
	for _, p := range k.Places {
		where := orStar(p.Bucket) + "/" + orStar(p.Key)
		if p.Account != "" {
			where = p.Account + ": " + where
		}
		all = append(all, where)
	}
	return strings.Join(all, ", ")
}

// keyLines are the keys there are, for the saved rules.
func keyLines(book rulebook.Book) ([]keyLine, error) {
	all, err := book.KnownKeys()
	lines := make([]keyLine, 0, len(all))
	for _, k := range all {
		l := keyLine{MD5: k.MD5, Rules: append([]int{}, k.Rules...), Places: []keyPlaceLine{}}
		for _, p := range k.Places {
			l.Places = append(l.Places, keyPlaceLine{p.Account.Name, p.Bucket, p.Key})
		}
		lines = append(lines, l)
	}
	return lines, err
}

func (a *app) keysRemove() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "remove MD5", Short: "Remove an SSE-C key that no rule names", Args: exactly(1),
		Long: `Remove an SSE-C key that no rule names. Objects written with it cannot be read by anybody
any more, unless there is another copy of the key.`,
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := keyLines(h.Rules())
			if err != nil {
				return settingsError(err)
			}
			i := slices.IndexFunc(all, func(k keyLine) bool { return k.MD5 == args[0] })
			switch {
			case i < 0:
				return usage("no SSE-C key with MD5 %s is kept here; 'bucketseal-cli keys list' shows those that are", args[0])
			case len(all[i].Rules) > 0:
				return keyInUse(all[i].Rules)
			case !yes:
				return usage("objects written with this key can be read by nobody once it is gone: add --yes if that is meant")
			}
			err = h.Rules().ForgetKey(c.Context(), args[0])
			var used *rulebook.KeyInUseError
			if errors.As(err, &used) {
				return keyInUse(used.Rules) // since a moment
			}
			if err != nil {
				return settingsError(err)
			}
			if a.flags.json {
				a.line(map[string]any{"md5": args[0], "status": "removed"})
			}
			a.confirm("Removed the SSE-C key with MD5 %s.", args[0])
			return nil
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "really")
	return c
}

func keyInUse(by []int) error {
	return usage("rule %s uses this key: change or remove the rule first", ruleNumbers(by))
}
