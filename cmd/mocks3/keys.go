package main

import "github.com/spf13/cobra"

// keys makes the command.
func (s *server) keys() *cobra.Command {
	list := s.command("list", "List the KMS keys", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		return s.tell(c.Context(), "GET", "keys", nil)
	})
	var alias, description, policy string
	create := s.command("create [ID]", "Make a key; without an id it is a random UUID", cobra.MaximumNArgs(1), func(c *cobra.Command, args []string) error {
		in := map[string]string{"alias": alias, "description": description}
		if len(args) == 1 {
			in["id"] = args[0]
		}
		if policy != "" {
			raw, err := s.document(policy)
			if err != nil {
				return err
			}
			in["policy"] = string(raw)
		}
		return s.tell(c.Context(), "POST", "keys", in)
	})
	create.Flags().StringVar(&alias, "alias", "", "alias/NAME")
	create.Flags().StringVar(&description, "description", "", "what it is for")
	create.Flags().StringVar(&policy, "policy", "", "JSON file of its policy, - for standard input")
	days := 30
	change := func(do, short string) *cobra.Command {
		return s.command(do+" KEY", short, cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
			in := map[string]any{"key": args[0], "do": do}
			if do == "delete" {
				in["days"] = days
			}
			return s.tell(c.Context(), "POST", "keys/change", in)
		})
	}
	remove := change("delete", "Schedule a key's deletion; it cannot be used from now on")
	remove.Flags().IntVar(&days, "days", days, "until it is gone, 7 to 30")
	return parent("keys", "List, make and change the KMS keys of a running server", list, create,
		change("enable", "Let a key be used again"), change("disable", "Let a key not be used"), remove,
		change("cancel-deletion", "Keep a key after all; it is then disabled"), change("rotate", "Give a key new bytes"))
}
