package keychain

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A Name is what a secret is kept under. The zero Name is refused.
type Name struct{ kind, id string }

// AccountName names the credentials of an account.
func AccountName(account string) Name { return Name{"account", account} }

// RuleName names the key of an SSE-C rule, by the rule's ID.
func RuleName(ruleID string) Name { return Name{"rule", ruleID} }

// String names it in errors: account "work".
func (n Name) String() string { return fmt.Sprintf("%s %q", n.kind, n.id) }

func (n Name) key() string { return n.kind + "/" + n.id }

// credentials is how an account's secret is kept: in one piece, so that a
// secret never meets the session token of another.
type credentials struct {
	AccessKeyID  string `json:"accessKeyId"`
	Secret       string `json:"secret"`
	SessionToken string `json:"sessionToken,omitempty"`
}

// AccountCredentials gives what proves the account's identity. It answers
// ErrNotFound also when the credentials kept belong to another access key id
// than the account's.
func (k *Keychain) AccountCredentials(ctx context.Context, a client.Account) (client.Credentials, error) {
	s, err := k.Get(ctx, AccountName(a.Name))
	if err != nil {
		return client.Credentials{}, err
	}
	var c credentials
	if json.Unmarshal([]byte(s.Reveal()), &c) != nil || c.Secret == "" {
		// The decoder's error could quote what it read.
		return client.Credentials{}, fmt.Errorf("read the secret of %s: it was not kept by this program; enter it again", AccountName(a.Name))
	}
	out := client.Credentials{AccessKeyID: c.AccessKeyID, Secret: client.NewSecret(c.Secret), SessionToken: client.NewSecret(c.SessionToken)}.Tidy()
	if out.AccessKeyID != a.Tidy().AccessKeyID {
		return client.Credentials{}, fmt.Errorf("%w for access key %s of %s, but for %s: enter it again",
			ErrNotFound, a.AccessKeyID, AccountName(a.Name), c.AccessKeyID)
	}
	return out, nil
}

// SetAccountCredentials keeps the credentials of the account. Delete with
// AccountName forgets them.
func (k *Keychain) SetAccountCredentials(ctx context.Context, a client.Account, c client.Credentials) error {
	if c.Secret.IsZero() {
		return fmt.Errorf("keep the secret of %s: it is empty", AccountName(a.Name))
	}
	if c.AccessKeyID != a.AccessKeyID {
		return fmt.Errorf("keep the secret of %s: the account has access key %s and the secret belongs to %s",
			AccountName(a.Name), a.AccessKeyID, c.AccessKeyID)
	}
	if !utf8.ValidString(c.Secret.Reveal() + c.SessionToken.Reveal()) {
		return fmt.Errorf("keep the secret of %s: it is not text; paste it again", AccountName(a.Name))
	}
	b, err := json.Marshal(credentials{c.AccessKeyID, c.Secret.Reveal(), c.SessionToken.Reveal()})
	if err != nil {
		return fmt.Errorf("keep the secret of %s: %w", AccountName(a.Name), err)
	}
	return k.Set(ctx, AccountName(a.Name), client.NewSecret(string(b)))
}

// CustomerKey gives the key of an SSE-C rule, or ErrNotFound.
func (k *Keychain) CustomerKey(ctx context.Context, ruleID string) (client.CustomerKey, error) {
	s, err := k.Get(ctx, RuleName(ruleID))
	if err != nil {
		return client.CustomerKey{}, err
	}
	key, err := client.ParseCustomerKey(s)
	if err != nil {
		return client.CustomerKey{}, fmt.Errorf("read the secret of %s: %w", RuleName(ruleID), err)
	}
	return key, nil
}

// SetCustomerKey keeps the key of an SSE-C rule. Delete with RuleName forgets
// it, and with it every object for which there is no other copy of the key.
func (k *Keychain) SetCustomerKey(ctx context.Context, ruleID string, key client.CustomerKey) error {
	return k.Set(ctx, RuleName(ruleID), key.Secret())
}
