package keychain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A Name is what a secret is kept under. The zero Name is refused.
type Name struct{ kind, id, called string }

// AccountName names the credentials of an account, by its id. Those of an
// account from before accounts had ids stay where they were kept then, under the
// name it had then, which is what its id says: nothing has to be moved, and so
// nothing can be lost on the way. An account without an id has no Name.
func AccountName(a client.Account) Name {
	id := a.ID
	if id == "" {
		return Name{}
	}
	if first, ok := client.NameOfVersion1(id); ok {
		id = first
	}
	return Name{"account", id, a.Name}
}

// CustomerKeyName names an SSE-C key, by its MD5: another key never takes its
// place.
func CustomerKeyName(md5 string) Name { return Name{"sse-c-key", md5, md5} }

// RuleName names the key of an SSE-C rule by the rule's ID, as older versions
// kept it.
func RuleName(ruleID string) Name { return Name{"rule", ruleID, ruleID} }

// String names it in errors: account "work".
func (n Name) String() string { return n.Text().String() }

// Text is what [Name.String] says.
func (n Name) Text() client.Text {
	switch n.kind {
	case "account":
		return client.Say("account %q", n.called)
	case "rule":
		return client.Say("rule %q", n.called)
	}
	return client.Verbatim(fmt.Sprintf("%s %q", n.kind, n.called))
}

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
	s, err := k.Get(ctx, AccountName(a))
	if err != nil {
		return client.Credentials{}, err
	}
	var c credentials
	if json.Unmarshal([]byte(s.Reveal()), &c) != nil || c.Secret == "" {
		// The decoder's error could quote what it read.
		return client.Credentials{}, client.Say("read the secret of %v: it was not kept by this program; enter it again", AccountName(a)).Err()
	}
	out := client.Credentials{AccessKeyID: c.AccessKeyID, Secret: client.NewSecret(c.Secret), SessionToken: client.NewSecret(c.SessionToken)}.Tidy()
	if out.AccessKeyID != a.Tidy().AccessKeyID {
		return client.Credentials{}, client.Say("%v for access key %s of %v, but for %s: enter it again",
			ErrNotFound, a.AccessKeyID, AccountName(a), c.AccessKeyID).Err()
	}
	return out, nil
}

// HasAccountCredentials reports whether credentials of the account are kept. An
// error says that it could not be found out.
func (k *Keychain) HasAccountCredentials(ctx context.Context, a client.Account) (bool, error) {
	_, err := k.Get(ctx, AccountName(a))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// DeleteAccountCredentials forgets them. It is no error where there are none.
func (k *Keychain) DeleteAccountCredentials(ctx context.Context, a client.Account) error {
	return k.Delete(ctx, AccountName(a))
}

// SetAccountCredentials keeps the credentials of the account.
func (k *Keychain) SetAccountCredentials(ctx context.Context, a client.Account, c client.Credentials) error {
	if c.Secret.IsZero() {
		return client.Say("keep the secret of %v: it is empty", AccountName(a)).Err()
	}
	if c.AccessKeyID != a.AccessKeyID {
		return client.Say("keep the secret of %v: the account has access key %s and the secret belongs to %s",
			AccountName(a), a.AccessKeyID, c.AccessKeyID).Err()
	}
	if !utf8.ValidString(c.Secret.Reveal() + c.SessionToken.Reveal()) {
		return client.Say("keep the secret of %v: it is not text; paste it again", AccountName(a)).Err()
	}
	b, err := json.Marshal(credentials{c.AccessKeyID, c.Secret.Reveal(), c.SessionToken.Reveal()})
	if err != nil {
		return client.Say("keep the secret of %v: %v", AccountName(a), err).Err()
	}
	return k.Set(ctx, AccountName(a), client.NewSecret(string(b)))
}

// CustomerKey gives the SSE-C key with an MD5, or ErrNotFound. One that an older
// version kept by the ID of a rule is kept by its MD5 from then on; the older
// copy stays. md5 may be empty for a rule that does not say it.
func (k *Keychain) CustomerKey(ctx context.Context, md5 string, ruleIDs ...string) (client.CustomerKey, error) {
	err := client.Say("%v for an SSE-C rule without a key", ErrNotFound).Err()
	if md5 != "" {
		var key client.CustomerKey
		key, err = k.customerKey(ctx, CustomerKeyName(md5), md5)
		if !errors.Is(err, ErrNotFound) {
			return key, err
		}
	}
	for _, id := range ruleIDs {
		if key, older := k.customerKey(ctx, RuleName(id), md5); older == nil {
			_ = k.SetCustomerKey(ctx, key) // it is found by the ID next time too
			return key, nil
		}
	}
	return client.CustomerKey{}, err
}

// customerKey reads one key and holds it against the MD5 it should have.
func (k *Keychain) customerKey(ctx context.Context, n Name, md5 string) (client.CustomerKey, error) {
	if n.id == "" {
		return client.CustomerKey{}, ErrNotFound
	}
	s, err := k.Get(ctx, n)
	if err != nil {
		return client.CustomerKey{}, err
	}
	key, err := client.ParseCustomerKey(s)
	if err != nil {
		return client.CustomerKey{}, client.Say("read the secret of %v: %v", n, err).Err()
	}
	if md5 != "" && key.MD5() != md5 {
		return client.CustomerKey{}, client.Say("read the secret of %v: it is another key, with MD5 %s", n, key.MD5()).Err()
	}
	return key, nil
}

// SetCustomerKey keeps an SSE-C key beside all others.
func (k *Keychain) SetCustomerKey(ctx context.Context, key client.CustomerKey) error {
	return k.Set(ctx, CustomerKeyName(key.MD5()), key.Secret())
}

// DeleteCustomerKey forgets an SSE-C key, and with it every object for which
// there is no other copy of the key. Copies by the IDs of rules go too.
func (k *Keychain) DeleteCustomerKey(ctx context.Context, md5 string, ruleIDs ...string) error {
	for _, id := range ruleIDs {
		if _, err := k.customerKey(ctx, RuleName(id), md5); err == nil {
			if err := k.Delete(ctx, RuleName(id)); err != nil {
				return err
			}
		}
	}
	return k.Delete(ctx, CustomerKeyName(md5))
}
