package main

import "github.com/spf13/cobra"

// faults makes the command.
func (s *server) faults() *cobra.Command {
	show := s.command("show", "Show the faults, and how many calls each saw and hit", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		return s.tell(c.Context(), "GET", "faults", nil)
	})
	set := s.command("set FILE", "Replace the faults by those of a JSON file, - for standard input", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		raw, err := s.document(args[0])
		if err != nil {
			return err
		}
		return s.tell(c.Context(), "PUT", "faults", raw)
	})
	none := s.command("clear", "Let nothing go wrong any more", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		return s.tell(c.Context(), "DELETE", "faults", nil)
	})
	return parent("faults", "Show, set and clear what a running server does wrong on purpose", show, set, none)
}
