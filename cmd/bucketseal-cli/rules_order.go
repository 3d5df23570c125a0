package main

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings"
)

func ruleNumber(word string, count int) (int, error) {
	if count == 0 {
		return 0, usage("there is no rule %s: there are none; 'bucketseal-cli rules add' makes one", word)
	}
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
			done := "Removed rule " + args[0] + "."
			return a.reorder(c, func(all []rules.Rule) ([]rules.Rule, error) {
				n, err := ruleNumber(args[0], len(all))
				if err != nil {
					return nil, err
				}
				if all[n-1].Type == client.TypeSSEC {
					done += " Its key stays, for objects written with it: see 'bucketseal-cli keys list'."
				}
				return append(all[:n-1:n-1], all[n:]...), nil
			}, &done)
		},
	}
}

func (a *app) rulesMove() *cobra.Command {
	return &cobra.Command{
		Use: "move N TO", Short: "Move rule N to place TO", Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			done := "Moved rule " + args[0] + " to place " + args[1] + "."
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
			}, &done)
		},
	}
}

// reorder changes the rules and says what was done, which change may add to.
func (a *app) reorder(c *cobra.Command, change func([]rules.Rule) ([]rules.Rule, error), done *string) error {
	h, err := a.home(c.Context())
	if err != nil {
		return err
	}
	if err := a.ruleBook(h).UpdateRules(change); err != nil {
		return settingsError(err)
	}
	a.say("%s", *done)
	return nil
}

// begin changes the rules for a command that may begin a list. Rules that are
// gone are told, and the new list takes their place.
func (a *app) begin(h *wiring.Home, change func([]rules.Rule) ([]rules.Rule, error)) error {
	err := a.ruleBook(h).UpdateRules(change)
	var gone *settings.GoneError
	if errors.As(err, &gone) {
		if err = h.Settings.RenewRules(change); err == nil {
			printf(a.err, "note: %s was gone, with the rules that were saved in it: this begins a new list\n", gone.Path)
		}
	}
	return settingsError(err)
}
