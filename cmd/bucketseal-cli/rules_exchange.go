package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
)

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
			h, err := a.newHome(c.Context())
			if err != nil {
				return err
			}
			saved, err := a.begin(c.Context(), h, func(d *rulebook.Draft) error {
				if replace {
					d.Replace(imported)
				} else {
					d.Import(imported)
				}
				return nil
			})
			if err != nil {
				return err
			}
			a.noteIdle(h, saved, func(i int) bool { return i >= len(saved)-len(imported) })
			a.confirm("Imported %s.", ruleCount(len(imported)))
			return nil
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
			all, err := a.rules(c.Context())
			if err != nil {
				return err
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
			a.say("Exported %s to %s.", ruleCount(len(all)), args[0])
			return nil
		},
	}
}

func ruleCount(n int) string {
	if n == 1 {
		return "1 rule"
	}
	return fmt.Sprintf("%d rules", n)
}
