package accountbook_test

import (
	"cmp"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/faults"
)

// The keys of these stories: one of a rule for team, one that no rule names any
// more.
var k1, k2 = customerKey('1'), customerKey('2')

func customerKey(of byte) client.CustomerKey {
	raw := make([]byte, client.CustomerKeyBytes)
	for i := range raw {
		raw[i] = of
	}
	key, err := client.NewCustomerKey(raw)
	if err != nil {
		panic(err)
	}
	return key
}

// homeOfTwo has the accounts team and lab, a rule and an SSE-C rule for team, a rule
// for an account that is not there, and a key that no rule names any more. The
// references in it are those of a program that did not pin them.
func homeOfTwo(t *testing.T, vault bool) *house {
	t.Helper()
	h := newHouse(t, vault)
	for _, name := range []string{"team", "lab"} {
		_, err := h.book().Save(t.Context(), client.Account{Name: name, Endpoint: "https://" + name, AccessKeyID: "AK"},
			client.Credentials{Secret: client.NewSecret("secret of " + name)})
		require.NoError(t, err)
	}
	_, s, k := h.run(nil)
	sealed := rules.Rule{ID: "2", Account: ref("team"), Bucket: "sealed", Type: client.TypeSSEC, CustomerKeyMD5: k1.MD5()}
	for _, key := range []client.CustomerKey{k1, k2} {
		require.NoError(t, s.NoteKey(key.MD5(), sealed))
		require.NoError(t, k.SetCustomerKey(t.Context(), key))
	}
	h.setRules(
		rules.Rule{ID: "1", Account: ref("team"), Bucket: "reports", Type: client.TypeSSEKMS, KMSKey: "ab12"},
		sealed,
		rules.Rule{ID: "3", Account: ref("gone"), Bucket: "reports", Type: client.TypeSSES3},
	)
	return h
}

func (h *house) accounts() []client.Account {
	h.t.Helper()
	_, s, _ := h.run(nil)
	all, err := s.Accounts()
	require.NoError(h.t, err)
	return all
}

// whole checks what holds after every change, whichever of its writes failed: no
// rule, no SSE-C key and no account's secret but that of the one that was removed
// is lost, and team's uploads, whatever it is called, are encrypted as its rule says
// or refused.
func (h *house) whole(team client.Account) {
	t := h.t
	t.Helper()
	_, s, k := h.run(nil)
	all, err := s.Rules()
	require.NoError(t, err)
	require.Len(t, all, 3)
	for i, id := range []string{"1", "2", "3"} {
		assert.Equal(t, id, all[i].ID)
		assert.False(t, all[i].Account.IsZero(), "a rule for one account never becomes one for all")
	}
	for _, key := range []client.CustomerKey{k1, k2} {
		got, err := k.CustomerKey(t.Context(), key.MD5())
		require.NoError(t, err)
		assert.True(t, got.Secret().Equal(key.Secret()))
	}
	assert.Contains(t, []client.EncryptionType{client.TypeSSEKMS, client.TypeUndecided}, h.decide(team))
	for _, a := range h.accounts() {
		if a.ID == team.ID {
			assert.Equal(t, client.TypeSSEKMS, h.decide(a))
			assert.Equal(t, 2, h.keysFor(a))
		}
		if a.Name == "lab" {
			assert.Equal(t, "secret of lab", h.secret(a))
		}
	}
}

// change runs one change of the accounts of homeOfTwo with each of its writes
// failing in turn, by an error and by death, with a keyring and with a vault.
func change(t *testing.T, verb func(*testing.T, accountbook.Book, client.Account) error, after func(h *house, was client.Account, err error)) {
	t.Helper()
	for _, vault := range []bool{false, true} {
		faults.Each(t, func(t *testing.T, run *faults.Run) {
			h := homeOfTwo(t, vault)
			was := h.find("team")
			book, _, _ := h.run(run)
			err := verb(t, book, was)
			if !run.Failed() {
				require.NoError(t, err)
			}
			h.whole(was)
			after(h, was, err)
			left, globErr := filepath.Glob(filepath.Join(h.dir, "*.damaged-*"))
			require.NoError(t, globErr)
			assert.Empty(t, left)
		})
	}
}

func TestWhicheverWriteOfAnAdditionFailsTheAccountIsThereWithItsSecretOrNotAtAll(t *testing.T) {
	change(t, func(t *testing.T, b accountbook.Book, _ client.Account) error {
		_, err := b.Save(t.Context(), client.Account{Name: "gone", Endpoint: "https://gone", AccessKeyID: "AK"}, client.Credentials{Secret: client.NewSecret("new")})
		return err
	}, func(h *house, _ client.Account, err error) {
		names := h.names()
		require.Contains(h.t, [][]string{{"team", "lab"}, {"team", "lab", "gone"}}, names)
		if len(names) == 2 {
			require.Error(h.t, err)
		} else {
			assert.Equal(h.t, "new", h.secret(h.find("gone")))
			assert.Equal(h.t, client.TypeSSES3, h.decide(h.find("gone")))
		}
		if _, err := h.book().Remove(h.t.Context(), "gone"); err != nil {
			require.ErrorAs(h.t, err, new(*accountbook.NoAccountError))
		}
		for name, secret := range h.ring.all() {
			assert.NotContains(h.t, secret, `"new"`, "%s is a secret that nobody finds any more", name)
		}
	})
}

func TestWhicheverWriteOfARenameFailsTheAccountHasOneNameAndItsSecret(t *testing.T) {
	change(t, func(t *testing.T, b accountbook.Book, was client.Account) error {
		was.Name = "clinic"
		_, err := b.Save(t.Context(), was, client.Credentials{})
		return err
	}, func(h *house, was client.Account, err error) {
		now := h.accounts()[0]
		assert.Equal(h.t, was.ID, now.ID)
		require.Contains(h.t, []string{"team", "clinic"}, now.Name)
		if err == nil {
			assert.Equal(h.t, "clinic", now.Name)
		}
		assert.Equal(h.t, "secret of team", h.secret(now))
	})
}

func TestWhicheverWriteOfAnEditFailsASecretIsKeptForTheAccountAsItWasOrAsItIs(t *testing.T) {
	for name, accessKey := range map[string]string{"another secret": "AK", "another access key": "AK2"} {
		t.Run(name, func(t *testing.T) {
			change(t, func(t *testing.T, b accountbook.Book, was client.Account) error {
				was.Endpoint, was.AccessKeyID = "https://moved", accessKey
				_, err := b.Save(t.Context(), was, client.Credentials{Secret: client.NewSecret("second")})
				return err
			}, func(h *house, was client.Account, err error) {
				now := h.accounts()[0]
				changed := was
				changed.Endpoint, changed.AccessKeyID = "https://moved", accessKey
				require.Contains(h.t, []client.Account{was, changed}, now)
				secrets := []string{h.secret(was), h.secret(changed)}
				if err == nil {
					assert.Equal(h.t, changed, now)
					assert.Equal(h.t, "second", h.secret(now))
					return
				}
				// By death between two writes an account may ask for the secret of its new
				// access key; the one before is kept all the same.
				assert.Contains(h.t, []string{"secret of team", "second"}, cmp.Or(secrets[0], secrets[1]))
				if now == was {
					assert.Equal(h.t, "secret of team", secrets[0])
				}
			})
		})
	}
}

func TestWhicheverWriteOfARemovalFailsTheSecretIsThereWithTheAccountOrIsFoundAgain(t *testing.T) {
	change(t, func(t *testing.T, b accountbook.Book, _ client.Account) error {
		_, err := b.Remove(t.Context(), "team")
		return err
	}, func(h *house, was client.Account, err error) {
		if names := h.names(); len(names) == 2 {
			require.Error(h.t, err)
			assert.Equal(h.t, "secret of team", h.secret(was), "it stays as long as the account does")
		}
		_, again := h.book().Remove(h.t.Context(), "team")
		if again != nil {
			require.ErrorAs(h.t, again, new(*accountbook.NoAccountError))
		}
		assert.Equal(h.t, []string{"lab"}, h.names())
		assert.Empty(h.t, h.secret(was), "nothing is left")
	})
}

func TestWhicheverWriteFailsWhenAnAccountIsForgottenItsSecretStays(t *testing.T) {
	change(t, func(_ *testing.T, b accountbook.Book, _ client.Account) error { return b.Forget("team") }, func(h *house, was client.Account, _ error) {
		assert.Equal(h.t, "secret of team", h.secret(was))
		require.Contains(h.t, [][]string{{"team", "lab"}, {"lab"}}, h.names())
	})
}
