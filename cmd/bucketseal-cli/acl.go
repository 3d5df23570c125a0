package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

type aclLine struct {
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	VersionID string `json:"versionId"` // as it was asked for
	client.ACL
	Public bool `json:"public"` // everybody is given something, or everybody with an account somewhere
}

func (a *app) aclCommand() *cobra.Command {
	c := &cobra.Command{Use: "acl", Short: "Show and change to whom objects are given"}
	c.AddCommand(a.aclGet(), a.aclSet())
	return c
}

func (a *app) aclGet() *cobra.Command {
	return a.getCommand("Show the access control list of an object", "acl get s3://reports/a.csv",
		func(ctx context.Context, s *session.Session, at client.Location, version string) error {
			acl, err := s.ACL(ctx, at, version)
			if err != nil {
				return err
			}
			if a.flags.json {
				acl.Grants = append([]client.Grant{}, acl.Grants...)
				a.line(aclLine{at.Bucket, at.Key, version, acl, acl.Public()})
				return nil
			}
			printf(a.out, "owner  %s %s\n", acl.Owner, acl.OwnerName)
			for _, g := range acl.Grants {
				printf(a.out, "%s  %s\n", g.Right, grantee(g))
			}
			return nil
		})
}

// grantee is whom a grant is for, as 'acl set' takes it.
func grantee(g client.Grant) string {
	switch {
	case g.Group == client.Everybody:
		return "everybody"
	case g.Group == client.Authenticated:
		return "authenticated"
	case g.Group != "":
		return g.Group
	case g.Email != "":
		return g.Email
	case g.Name != "":
		return "id:" + g.ID + " (" + g.Name + ")"
	}
	return "id:" + g.ID
}

func (a *app) aclSet() *cobra.Command {
	d := &changing{app: a, op: session.Grant}
	var grants []string
	var acl client.ACL
	c := &cobra.Command{
		Use: "set s3://BUCKET/KEY --canned NAME", Short: "Give an object to others, or to its owner alone", Args: exactly(1),
		Long: `Replace the access control list of an object, or of all in a folder with -r: by one that S3
has a name for, or by grants. The list is read again and compared (not aws-exec-read and those of the bucket's owner,
which are what the server makes of them); the object stays as it is.

  --canned private|public-read|public-read-write|authenticated-read|aws-exec-read|
           bucket-owner-read|bucket-owner-full-control
  --grant RIGHT=WHOM   RIGHT: READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL
                       WHOM: id:CANONICAL-ID, an e-mail address, everybody, authenticated

With --grant the list is what is named and nothing else; the owner keeps FULL_CONTROL.
New buckets at AWS have such lists turned off: a policy or a link ('presign') shares there.`,
		Example: "  bucketseal-cli acl set s3://site/index.html --canned public-read\n  bucketseal-cli acl set s3://reports/a.csv --grant READ=id:79a59df900b949e5",
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case (acl.Canned != "") == (len(grants) > 0):
				return usage("say to whom: --canned NAME, or --grant RIGHT=WHOM")
			case acl.Canned != "" && !slices.Contains(client.Canned, acl.Canned):
				return usage("%q is the name of no list: %s", acl.Canned, strings.Join(client.Canned, ", "))
			}
			for _, text := range grants {
				g, err := parseGrant(text)
				if err != nil {
					return err
				}
				acl.Grants = append(acl.Grants, g)
			}
			return d.run(c.Context(), args[0], func(ctx context.Context, s *session.Session, o session.Seen) session.Changed {
				return s.SetACL(ctx, o.At, o.VersionID, acl)
			})
		},
	}
	d.register(c.Flags())
	c.Flags().StringVar(&acl.Canned, "canned", "", "the `NAME` of a list")
	c.Flags().StringArrayVar(&grants, "grant", nil, "`RIGHT=WHOM`; may be given again")
	return c
}

func parseGrant(text string) (g client.Grant, err error) {
	right, whom, ok := strings.Cut(text, "=")
	g.Right = strings.ToUpper(right)
	switch id, isID := strings.CutPrefix(whom, "id:"); {
	case !ok || !slices.Contains(client.Rights, g.Right):
		return g, usage("--grant %s: write RIGHT=WHOM, with one of %s", text, strings.Join(client.Rights, ", "))
	case isID && id != "":
		g.ID = id
	case whom == "everybody":
		g.Group = client.Everybody
	case whom == "authenticated":
		g.Group = client.Authenticated
	case strings.HasPrefix(whom, "http://acs.amazonaws.com/"):
		g.Group = whom
	case strings.Contains(whom, "@"):
		g.Email = whom
	default:
		return g, usage("--grant %s: to whom? id:CANONICAL-ID, an e-mail address, everybody or authenticated", text)
	}
	return g, nil
}
