package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/services"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func (a *app) accountsCommand() *cobra.Command {
	c := &cobra.Command{Use: "accounts", Short: "List, add, import, remove and test saved accounts"}
	c.AddCommand(a.accountsList(), a.accountsAdd(), a.accountsRemove(), a.accountsTest(), a.accountsServices(), a.accountsImport(), a.accountsCapabilities())
	return c
}

type accountLine struct {
	Name        string            `json:"name"`
	Endpoint    string            `json:"endpoint"`
	Region      string            `json:"region"`
	Addressing  client.Addressing `json:"addressing"`
	CAFile      string            `json:"caFile"`
	KMSEndpoint string            `json:"kmsEndpoint"`
	AccessKeyID string            `json:"accessKeyId"`

	Service       string             `json:"service"`
	SignIn        client.SignIn      `json:"signIn"`
	Network       client.Network     `json:"network"`
	Buckets       client.BucketNames `json:"buckets"`
	RequesterPays bool               `json:"requesterPays"`
}

func lineOfAccount(s client.Account) accountLine {
	return accountLine{
		s.Name, s.Endpoint, s.Region, s.Addressing, s.CAFile, s.KMSEndpoint, s.AccessKeyID,
		services.Of(s).ID, s.SignIn, s.Network, s.Buckets, s.RequesterPays,
	}
}

func (a *app) accountsList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the saved accounts", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			all, err := h.Settings.Accounts()
			if err != nil {
				return settingsError(err)
			}
			if a.flags.json {
				for _, s := range all {
					a.line(lineOfAccount(s))
				}
				return nil
			}
			if len(all) == 0 {
				a.note("no account is saved: 'bucketseal-cli accounts add' saves one")
			}
			w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
			for _, s := range all {
				endpoint := s.Endpoint
				if endpoint == "" {
					endpoint = "AWS"
				}
				printf(w, "%s\t%s\t%s\t%s\n", s.Name, endpoint, s.Region, s.Identity())
			}
			return w.Flush()
		},
	}
}

func (a *app) accountsAdd() *cobra.Command {
	var f accountFlags
	c := &cobra.Command{
		Use: "add NAME", Short: "Save an account", Args: exactly(1),
		Long: `Save an account. Where it is comes from --service, or from --endpoint (none: AWS),
--region, --addressing, --ca-file and --kms-endpoint; without --endpoint, where the AWS command
line keeps it (AWS_ENDPOINT_URL, AWS_REGION, ~/.aws/config). Its secret comes from --secret-file, from
AWS_SECRET_ACCESS_KEY, or is asked for; it goes into the keyring of this computer, or,
where there is none, into a vault sealed with a passphrase. The passphrase is asked for
too; where nobody can be asked, BUCKETSEAL_PASSPHRASE_FILE names a file that holds it.

With --profile the account signs in by that profile of the AWS command line (a key, SSO,
'aws login', a role, a program), with --from-environment by what the environment gives;
then no secret is kept. --role-arn assumes a role on top of any of these.`,
		Example: "  bucketseal-cli accounts add team --endpoint https://cos.example --access-key AKIA...\n" +
			"  bucketseal-cli accounts add mine --service twcc --access-key AKIA...\n" +
			"  bucketseal-cli accounts add work --profile work\n" +
			"  bucketseal-cli accounts add audit --profile work --role-arn arn:aws:iam::123456789012:role/audit",
		RunE: func(c *cobra.Command, args []string) error {
			account, err := a.newAccount(args[0], f)
			if err != nil {
				return err
			}
			if err := account.Check(); err != nil {
				return settingsError(err)
			}
			h, err := a.newHome(c.Context()) // makes the folder: not for a command that is wrong
			if err != nil {
				return err
			}
			if _, err := h.Accounts().Find(account.Name); err == nil {
				return usage("there is an account called %q already: choose another name, or remove it first: bucketseal-cli accounts remove %[1]q", account.Name)
			}
			credentials, err := a.newCredentials(c.Context(), account, f)
			if err != nil {
				return err
			}
			if _, err := h.Accounts().Save(c.Context(), account, credentials); err != nil {
				return settingsError(err)
			}
			a.confirm("Saved %s, %s. %s", account.Name, cmp.Or(account.Endpoint, "AWS"), keptHow(account, h))
			return nil
		},
	}
	f.register(c)
	return c
}

// keptHow says where the secret of an account is.
func keptHow(account client.Account, h *wiring.Home) string {
	if said := account.SignIn.Text(); !said.IsZero() {
		return explain.Sentence(said)
	}
	return fmt.Sprintf("Its secret is kept in: %s.", h.Secrets.Where())
}

// newAccount is where a new account is: as the flags say, or, where they name no
// service, the environment.
func (a *app) newAccount(name string, f accountFlags) (client.Account, error) {
	if a.flags.profile != "" && (f.fromEnvironment || f.accessKey != "") {
		return client.Account{}, usage("--profile, --from-environment and --access-key are three ways to sign in: give one")
	}
	account := a.override(client.Account{Name: name, Endpoint: a.flags.endpoint, AccessKeyID: cmp.Or(f.accessKey, a.env("AWS_ACCESS_KEY_ID"))}).Tidy()
	account, err := f.fill(account)
	if err == nil {
		account, err = f.at(account)
	}
	if err != nil {
		return account, err
	}
	if a.flags.profile != "" {
		if account, err = s3store.ByProfile(a.flags.profile, account); err != nil {
			return account, settingsError(err)
		}
	} else if account.Endpoint == "" && account.Service == "" {
		if account, err = s3store.ServiceFromEnvironment(account); err != nil {
			return account, settingsError(err)
		}
	}
	if err == nil {
		err = anywhere(&account.CAFile) // saved, it must be found from any folder
	}
	if err == nil {
		err = s3store.CheckFiles(account)
	}
	return account, settingsError(err)
}

// newCredentials finds the secret of a new account.
func (a *app) newCredentials(ctx context.Context, account client.Account, f accountFlags) (client.Credentials, error) {
	c := client.Credentials{AccessKeyID: account.AccessKeyID}
	var err error
	switch {
	case !account.NeedsSecret():
		return client.Credentials{}, nil
	case f.secretFile != "":
		c.Secret, err = a.secretFrom(f.secretFile)
	case a.env("AWS_SECRET_ACCESS_KEY") != "":
		c.Secret, c.SessionToken = client.NewSecret(a.env("AWS_SECRET_ACCESS_KEY")), client.NewSecret(a.env("AWS_SESSION_TOKEN"))
	case a.canAsk():
		c.Secret, err = a.ask(ctx, "Secret access key of "+account.AccessKeyID+": ")
	default:
		err = usage("nobody can be asked for the secret here: give --secret-file or AWS_SECRET_ACCESS_KEY")
	}
	if err == nil && f.tokenFile != "" {
		c.SessionToken, err = a.secretFrom(f.tokenFile)
	}
	return c, err
}

func (a *app) accountsRemove() *cobra.Command {
	var leaveSecret, yes bool
	c := &cobra.Command{
		Use: "remove NAME", Short: "Forget an account and its secret", Args: exactly(1),
		Long: `Forget an account and its secret. Transfers of it that earlier commands or windows left
unfinished are forgotten with it, once --yes says that this is meant; receipts stay.`,
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			left, err := a.unfinished(h, args[0], yes)
			if err != nil {
				return err
			}
			defer left.drop()
			if leaveSecret {
				return left.removed(a.forgetAccount(h, args[0]))
			}
			account, _ := h.Accounts().Find(args[0]) // that it is not there Remove says
			found, err := h.Accounts().Remove(c.Context(), args[0])
			if err := left.removed(err); err != nil {
				return settingsError(err)
			}
			if why := h.Secrets.WhyNoKeyring(); !found && why != nil && account.NeedsSecret() {
				a.note(fmt.Sprintf("no secret of it was found here; a keyring that does not answer now may still hold one (%v)", why))
			}
			a.confirm("Removed %s.", args[0])
			return nil
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "also where transfers of it are unfinished, which are forgotten then")
	c.Flags().BoolVar(&leaveSecret, "leave-secret", false, "forget the account and leave its secret where it is: for a vault whose passphrase is lost")
	return c
}

func (a *app) forgetAccount(h *wiring.Home, name string) error {
	if err := h.Accounts().Forget(name); err != nil {
		return settingsError(err)
	}
	a.confirm("Removed %s; its secret was left where it is.", name)
	return nil
}
