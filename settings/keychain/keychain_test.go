package keychain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// child makes a copy of the test binary keep secrets instead of testing.
const child = "BUCKETSEAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if who := os.Getenv(child); who != "" {
		if err := keep50(who, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func keep50(who, path string) error {
	ctx := context.Background()
	k := Open(ctx, Options{
		Backend: NoKeyring, VaultFile: path, WorkFactor: fast,
		Passphrase: func(context.Context, Question) (client.Secret, error) { return client.NewSecret(phrase), nil },
	})
	var all sync.WaitGroup
	errs := make(chan error, 50)
	for i := range 50 { // in one process all at once, too
		all.Go(func() {
			errs <- k.Set(ctx, RuleName(fmt.Sprintf("%s-%d", who, i)), client.NewSecret(who))
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestTwoProcessesLoseNoSecret(t *testing.T) {
	path := newPath(t)
	exe, err := os.Executable()
	require.NoError(t, err)
	var all sync.WaitGroup
	for _, who := range []string{"app", "cli"} {
		all.Go(func() {
			cmd := exec.Command(exe, path)
			cmd.Env = append(os.Environ(), child+"="+who)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
	all.Wait()
	k, _ := sealed(t, path, phrase)
	for _, who := range []string{"app", "cli"} {
		for i := range 50 {
			assert.Equal(t, who, reveal(t, k, RuleName(fmt.Sprintf("%s-%d", who, i))))
		}
	}
}

// both opens a keychain with a keyring, where an earlier run left a vault.
func both(t *testing.T) (*Keychain, *user, *shelf, string) {
	t.Helper()
	path, s, u := filled(t), &shelf{}, &user{answers: []string{phrase}}
	return Open(t.Context(), Options{Backend: s, VaultFile: path, Passphrase: u.answer}), u, s, path
}

func TestASecretFromTheTimeWithoutAKeyringIsStillFound(t *testing.T) {
	k, u, s, path := both(t)
	assert.Equal(t, Keyring, k.Where())
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")))
	_, err := k.Get(t.Context(), nameOf("b"))
	require.ErrorIs(t, err, ErrNotFound)
	assert.Len(t, u.asked, 1)

	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("newer")))
	assert.Equal(t, "newer", reveal(t, k, nameOf("a")))
	assert.Equal(t, []string{"account/a"}, s.names())
	late, _ := sealed(t, path, phrase)
	_, err = late.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound, "the old one is gone from the open vault")
}

func TestDeletingIsFromTheKeyringAndFromTheVault(t *testing.T) {
	k, _, s, path := both(t)
	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("newer")))
	require.NoError(t, k.Delete(t.Context(), nameOf("a")))
	assert.Empty(t, s.names())
	late, _ := sealed(t, path, phrase)
	_, err := late.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
}

func TestWithAKeyringADeclinedVaultIsNotMissed(t *testing.T) {
	k, u, _, _ := both(t)
	u.err = ErrDecline
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
	_, err = k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
	assert.Len(t, u.asked, 1)
	assert.Equal(t, Keyring, k.Where())
}

func TestCredentialsAreKeptInOnePiece(t *testing.T) {
	k := Open(t.Context(), Options{Backend: &shelf{}})
	for _, c := range []client.Credentials{
		{AccessKeyID: "AKID", Secret: client.NewSecret("s3cret"), SessionToken: client.NewSecret(strings.Repeat("t", 4000))},
		{AccessKeyID: "AKID", Secret: client.NewSecret(`quoted " <secret>`)},
	} {
		require.NoError(t, k.SetAccountCredentials(t.Context(), account, c))
		got, err := k.AccountCredentials(t.Context(), account)
		require.NoError(t, err)
		assert.Equal(t, "AKID", got.AccessKeyID)
		assert.Equal(t, c.Secret.Reveal(), got.Secret.Reveal())
		assert.Equal(t, c.SessionToken.Reveal(), got.SessionToken.Reveal())
		assert.Equal(t, c.SessionToken.IsZero(), got.SessionToken.IsZero())
	}
}

func TestCredentialsOfAnotherAccessKeyAreNotUsed(t *testing.T) {
	k := Open(t.Context(), Options{Backend: &shelf{}})
	c := client.Credentials{AccessKeyID: "AKID", Secret: client.NewSecret("s3cret")}
	require.NoError(t, k.SetAccountCredentials(t.Context(), account, c))
	changed := account
	changed.AccessKeyID = "AKIDNEW"
	_, err := k.AccountCredentials(t.Context(), changed)
	require.ErrorIs(t, err, ErrNotFound)
	assert.Contains(t, err.Error(), "AKIDNEW")
	require.ErrorContains(t, k.SetAccountCredentials(t.Context(), changed, c), "belongs to AKID")
}

func TestWhatCannotBeASecretIsRefused(t *testing.T) {
	k := Open(t.Context(), Options{})
	text, binary, none := client.NewSecret("x"), client.NewSecret("\xff\xfe"), client.Secret{}
	creds := func(s, token client.Secret) client.Credentials {
		return client.Credentials{AccessKeyID: "AKID", Secret: s, SessionToken: token}
	}
	for says, err := range map[string]error{
		"keep a secret: it has no name":            k.Set(t.Context(), Name{}, text),
		`keep the secret of rule "r": it is empty`: k.Set(t.Context(), RuleName("r"), none),
		`rule "r": it is not text`:                 k.Set(t.Context(), RuleName("r"), binary),
		`work": it is empty`:                       k.SetAccountCredentials(t.Context(), account, creds(none, none)),
		`work": it is not text`:                    k.SetAccountCredentials(t.Context(), account, creds(binary, none)),
		`sse-c-key "": it is empty`:                k.SetCustomerKey(t.Context(), client.CustomerKey{}),
	} {
		require.ErrorContains(t, err, says)
	}
	require.ErrorContains(t, k.SetAccountCredentials(t.Context(), account, creds(text, binary)), "not text")
	_, err := k.Get(t.Context(), Name{})
	require.ErrorContains(t, err, "no name")
}

func customerKey(t *testing.T, first byte) client.CustomerKey {
	t.Helper()
	raw := make([]byte, 32)
	raw[0], raw[31] = first, 1
	key, err := client.NewCustomerKey(raw)
	require.NoError(t, err)
	return key
}

func TestEachSSECKeyIsKeptByItsMD5BesideTheOthers(t *testing.T) {
	k := Open(t.Context(), Options{})
	one, two := customerKey(t, 0xff), customerKey(t, 2)
	_, err := k.CustomerKey(t.Context(), one.MD5())
	require.ErrorIs(t, err, ErrNotFound)
	_, err = k.CustomerKey(t.Context(), "")
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, k.SetCustomerKey(t.Context(), one))
	require.NoError(t, k.SetCustomerKey(t.Context(), two))
	for _, key := range []client.CustomerKey{one, two} {
		got, err := k.CustomerKey(t.Context(), key.MD5())
		require.NoError(t, err)
		assert.True(t, got.Secret().Equal(key.Secret()))
	}
	require.NoError(t, k.DeleteCustomerKey(t.Context(), one.MD5()))
	_, err = k.CustomerKey(t.Context(), one.MD5())
	require.ErrorIs(t, err, ErrNotFound)
	_, err = k.CustomerKey(t.Context(), two.MD5())
	require.NoError(t, err)
}

func TestAKeyThatAnOlderVersionKeptByTheIDOfARuleIsFound(t *testing.T) {
	k := Open(t.Context(), Options{})
	one, two := customerKey(t, 1), customerKey(t, 2)
	require.NoError(t, k.Set(t.Context(), RuleName("r1"), one.Secret()))
	require.NoError(t, k.Set(t.Context(), RuleName("r2"), two.Secret()))
	_, err := k.CustomerKey(t.Context(), two.MD5(), "r1")
	require.ErrorIs(t, err, ErrNotFound, "the ID names another key")
	got, err := k.CustomerKey(t.Context(), one.MD5(), "r2", "r1", "")
	require.NoError(t, err)
	assert.Equal(t, one.MD5(), got.MD5())
	got, err = k.CustomerKey(t.Context(), one.MD5())
	require.NoError(t, err, "from then on it is kept by its MD5")
	assert.Equal(t, one.MD5(), got.MD5())
	assert.Equal(t, one.Secret().Reveal(), reveal(t, k, RuleName("r1")), "and the older copy stays")
	got, err = k.CustomerKey(t.Context(), "", "r2")
	require.NoError(t, err, "a rule that does not say its MD5")
	assert.Equal(t, two.MD5(), got.MD5())

	require.NoError(t, k.DeleteCustomerKey(t.Context(), one.MD5(), "r1", "r2"))
	_, err = k.Get(t.Context(), RuleName("r1"))
	require.ErrorIs(t, err, ErrNotFound, "when it is removed, no copy stays")
	assert.Equal(t, two.Secret().Reveal(), reveal(t, k, RuleName("r2")), "another key under an ID of its own does")
}

func TestAKeyThatIsNotTheOneItIsKeptAsIsRefused(t *testing.T) {
	k := Open(t.Context(), Options{})
	one, two := customerKey(t, 1), customerKey(t, 2)
	require.NoError(t, k.Set(t.Context(), CustomerKeyName(one.MD5()), two.Secret()))
	_, err := k.CustomerKey(t.Context(), one.MD5())
	require.ErrorContains(t, err, "it is another key, with MD5 "+two.MD5())
}

func TestWhatIsNoCredentialsAndNoKeyIsRefusedWithoutQuotingIt(t *testing.T) {
	k := Open(t.Context(), Options{})
	for _, odd := range []string{"s3cret", `{"secret":12345}`, `{"accessKeyId":"AKID"}`} {
		require.NoError(t, k.Set(t.Context(), AccountName(account), client.NewSecret(odd)))
		_, err := k.AccountCredentials(t.Context(), account)
		require.ErrorContains(t, err, "enter it again")
		assert.NotContains(t, err.Error(), "s3cret")
		assert.NotContains(t, err.Error(), "12345")
	}
	_, err := k.AccountCredentials(t.Context(), client.Account{ID: "nobody", Name: "nobody"})
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, k.Set(t.Context(), CustomerKeyName("m"), client.NewSecret("s3cret")))
	_, err = k.CustomerKey(t.Context(), "m")
	require.ErrorContains(t, err, `sse-c-key "m"`)
	assert.NotContains(t, err.Error(), "s3cret")
}
