package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
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
			done := ""
			return a.reorder(c, func(d *rulebook.Draft) error {
				n, err := ruleNumber(args[0], len(d.Rules))
				if err != nil {
					return err
				}
				done = "Removed rule " + args[0] + "."
				if d.Rules[n-1].Type == client.TypeSSEC {
					done += " Its key stays, for objects written with it: see 'bucketseal-cli keys list'."
				}
				d.Remove([]int{n - 1})
				return nil
			}, &done)
		},
	}
}

func (a *app) rulesMove() *cobra.Command {
	return &cobra.Command{
		Use: "move N TO", Short: "Move rule N to place TO", Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			done := "Moved rule " + args[0] + " to place " + args[1] + "."
			return a.reorder(c, func(d *rulebook.Draft) error {
				from, err := ruleNumber(args[0], len(d.Rules))
				if err != nil {
					return err
				}
				to, err := ruleNumber(args[1], len(d.Rules))
				if err != nil {
					return err
				}
				d.Move([]int{from - 1}, to-from)
				return nil
			}, &done)
		},
	}
}

// reorder changes the rules and says what was done, as change wrote it.
func (a *app) reorder(c *cobra.Command, change func(*rulebook.Draft) error, done *string) error {
	h, err := a.home(c.Context())
	if err != nil {
		return err
	}
	if _, err := a.ruleBook(h).Change(c.Context(), change); err != nil {
		return settingsError(err)
	}
	a.confirm("%s", *done)
	return nil
}
