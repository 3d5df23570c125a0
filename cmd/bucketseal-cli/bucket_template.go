package main

import (
	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) bucketTemplateCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "policy-template", Short: "Print a policy for a bucket, made from a template", Args: noArguments,
		Long: `Print a policy for a bucket. Nothing is sent: look at it, and set it with 'bucket set
policy', which shows what it replaces.`,
		Example: "  bucketseal-cli bucket policy-template deny-unencrypted s3://reports > policy.json\n  bucketseal-cli bucket set policy s3://reports --file policy.json",
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.denyTemplate(), &cobra.Command{
		Use: "read-for WHO s3://BUCKET[/FOLDER/]", Short: "Let somebody list and read", Args: exactly(2),
		Long: `Let somebody list and read a bucket, or a folder of it. WHO is an ARN as it stands, the
12 digits of an account of AWS, or the name of a user at Ceph and TWCC (TENANT$USER with a
tenant), which is written arn:aws:iam::TENANT:user/USER there.`,
		RunE: func(_ *cobra.Command, args []string) error {
			at, err := inBucket(args[1])
			if err != nil {
				return err
			}
			return a.template(bucketdoc.ReadFor(at.Bucket, at.Key, args[0]))
		},
	}, &cobra.Command{
		Use: "https-only s3://BUCKET", Short: "Deny everything that does not come over TLS", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			bucket, err := onlyBucket(args[0])
			if err != nil {
				return err
			}
			return a.template(bucketdoc.HTTPSOnly(bucket), nil)
		},
	})
	return c
}

func (a *app) denyTemplate() *cobra.Command {
	return &cobra.Command{
		Use: "deny-unencrypted s3://BUCKET[/FOLDER/]", Short: "Deny uploads that do not ask for the encryption of your rule", Args: exactly(1),
		Long: `Deny uploads that do not ask for the encryption, and the key, which your rules ask for at
this place. It does not touch what is there already. AWS compares the ARN of the key: let
the rule name it so there.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := inBucket(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				set, err := s.RuleSet(c.Context())
				if err != nil {
					return settingsError(err)
				}
				d := set.Decide(rules.File{}, client.Location{Bucket: at.Bucket, Key: at.Key + "any-file"})
				if !d.Refuse.IsZero() {
					return settingsError(d.Refuse.Err())
				}
				a.note(d.Treatment.Because.String() + "; files that the rules treat otherwise are denied too")
				return a.template(bucketdoc.DenyOtherEncryption(at.Bucket, at.Key, d.Treatment))
			})
		},
	}
}

func (a *app) template(p bucketdoc.Policy, err error) error {
	if err != nil {
		return usage("%w", err)
	}
	_, _ = a.out.Write(p.JSON()) // that it could not be is kept there
	return nil
}
