package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// secretVariable may hold the secret of a user to add; no flag does, because every
// user of a machine can read command lines.
const secretVariable = "MOCKS3_USER_SECRET_KEY" //nolint:gosec // the name of the variable

// users makes the command.
func (s *server) users() *cobra.Command {
	list := s.command("list", "List the users, without secrets", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		return s.tell(c.Context(), "GET", "users", nil)
	})
	var accessKey, policy string
	var fromStdin bool
	add := s.command("add NAME", "Add a user, who may do what the policy allows", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		in := map[string]any{"name": args[0], "accessKey": accessKey, "secretKey": s.env(secretVariable)}
		if fromStdin && policy == "-" {
			return errors.New("standard input holds either the policy or the secret")
		}
		if fromStdin {
			raw, err := s.read("-")
			if err != nil {
				return fmt.Errorf("read the secret: %w", err)
			}
			secret := strings.TrimRight(string(raw), "\r\n")
			if secret == "" {
				return errors.New("standard input holds no secret")
			}
			in["secretKey"] = secret
		}
		if policy != "" {
			raw, err := s.document(policy)
			if err != nil {
				return err
			}
			in["policy"] = raw
		}
		return s.tell(c.Context(), "POST", "users", in)
	})
	add.Long = add.Short + ".\n\nThe secret is made by the server and printed this once, unless it comes in " + secretVariable + " or by\n" +
		"--secret-stdin. The user is forgotten when the server ends; --people FILE names those who are to stay."
	add.Flags().StringVar(&accessKey, "access-key", "", "access key id; made up without")
	add.Flags().StringVar(&policy, "policy", "", "JSON file of the policy, - for standard input; without one nothing is allowed")
	add.Flags().BoolVar(&fromStdin, "secret-stdin", false, "read the secret from standard input")
	remove := s.command("remove NAME", "Take a user's access key away", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		return s.tell(c.Context(), "POST", "users/remove", map[string]string{"name": args[0]})
	})
	return parent("users", "List, add and remove the users of a running server", list, add, remove)
}
