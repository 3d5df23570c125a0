package keychain

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings"
)

// canary holds nothing that JSON escapes, so that it is found as it is.
const canary = "CANARY-wJalrXUtnFEMI-K7MDENG-bPx"

// traces lists where the canary is, in any of the forms secrets travel in.
func traces(t *testing.T, dir string, text string) []string {
	t.Helper()
	raw := []byte(canary)
	forms := [][]byte{raw, []byte(hex.EncodeToString(raw)), []byte(strings.ToUpper(hex.EncodeToString(raw)))}
	for shift := range 3 { // base64 of a longer text looks different at each offset
		enc := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		forms = append(forms, []byte(enc[4:len(enc)-4]))
	}
	var found []string
	look := func(where string, b []byte) {
		for _, f := range forms {
			if bytes.Contains(b, f) {
				found = append(found, where)
				return
			}
		}
	}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		look(p, []byte(p))
		if d.Type().IsRegular() {
			b, err := os.ReadFile(p)
			require.NoError(t, err)
			look(p, b)
		}
		return nil
	}))
	look("text", []byte(text))
	return found
}

func TestTheSearchFindsAPlantedCanary(t *testing.T) {
	for name, plant := range map[string]string{
		"plain":  "x" + canary,
		"hex":    hex.EncodeToString([]byte(canary)),
		"base64": base64.StdEncoding.EncodeToString([]byte("x" + canary + "yz")),
	} {
		dir := t.TempDir()
		assert.Empty(t, traces(t, dir, "nothing"))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".hidden"), []byte(plant), 0o600))
		assert.Equal(t, []string{filepath.Join(dir, ".hidden")}, traces(t, dir, ""), name)
		assert.Equal(t, []string{"text"}, traces(t, t.TempDir(), plant), name)
	}
}

func TestTheCanaryIsInNoFileNoErrorNoLogAndNoJSON(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bucketseal")
	path := filepath.Join(dir, "vault.age")
	store, err := settings.Make(dir)
	require.NoError(t, err)

	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug - 100}))
	tell := func(v any) { // in every way a program tells something
		fmt.Fprintf(&said, "%v %+v %#v %s\n", v, v, v, v)
		log.Debug("tell", "it", v)
		if b, err := json.Marshal(v); err == nil {
			said.Write(b)
		}
	}

	secret := client.NewSecret(canary)
	key, err := client.NewCustomerKey([]byte(canary))
	require.NoError(t, err)
	creds := client.Credentials{AccessKeyID: account.AccessKeyID, Secret: secret, SessionToken: client.NewSecret("t" + canary)}
	ask := func(context.Context, Question) (client.Secret, error) {
		return client.NewSecret("phrase " + canary), nil
	}
	decline := func(context.Context, Question) (client.Secret, error) { return client.Secret{}, ErrDecline }

	use := func(o Options, works bool) {
		o.VaultFile, o.WorkFactor = path, fast
		k := Open(t.Context(), o)
		errs := []error{
			k.SetAccountCredentials(t.Context(), account, creds),
			k.SetCustomerKey(t.Context(), key),
		}
		got, err1 := k.AccountCredentials(t.Context(), account)
		gotKey, err2 := k.CustomerKey(t.Context(), key.MD5())
		_, err3 := k.AccountCredentials(t.Context(), client.Account{ID: account.ID, Name: account.Name, AccessKeyID: "other"})
		errs = append(errs, err1, err2)
		if works {
			require.NoError(t, errors.Join(errs...))
			require.Equal(t, canary, got.Secret.Reveal())
			require.Equal(t, key.MD5(), gotKey.MD5())
			require.ErrorIs(t, err3, ErrNotFound)
		} else {
			for _, err := range errs {
				require.Error(t, err)
			}
		}
		for _, v := range append([]error{err3}, errs...) {
			if v != nil {
				tell(v)
			}
		}
		for _, v := range []any{k, *k, got, gotKey, nameOf("a"), k.ring, k.vault} { //nolint:govet // copies no lock
			tell(v)
		}
		// What a program writes beside it.
		require.NoError(t, store.UpdateAccounts(func([]client.Account) ([]client.Account, error) {
			return []client.Account{account}, nil
		}))
		require.NoError(t, store.UpdateRules(false, func([]rules.Rule) ([]rules.Rule, error) {
			return []rules.Rule{{ID: "r1", Type: client.TypeSSEC, CustomerKeyMD5: key.MD5()}}, nil
		}))
	}

	use(Options{Backend: &brokenShelf{}, Passphrase: decline}, true) // memory
	use(Options{Backend: NoKeyring, Passphrase: ask}, true)          // vault
	use(Options{Backend: NoKeyring, Passphrase: func(context.Context, Question) (client.Secret, error) {
		return client.NewSecret("wrong " + canary), nil
	}}, false)
	require.NoError(t, os.WriteFile(path, []byte(read(t, path)[:300]), 0o600))
	use(Options{Backend: NoKeyring, Passphrase: ask}, false) // damaged
	_, err = Open(t.Context(), Options{Backend: NoKeyring, VaultFile: path}).ResetVault(t.Context())
	require.NoError(t, err)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/mocked")
	keyring.MockInit()
	use(Options{}, true) // keyring

	require.Greater(t, said.Len(), 1000, "something must have been said")
	require.FileExists(t, filepath.Join(dir, "rules.json"))
	require.Len(t, damagedCopies(t, path), 1)
	assert.Empty(t, traces(t, dir, said.String()))
}

func TestPrintingAKeychainDoesNotPrintTheKeyOfItsVault(t *testing.T) {
	k, _ := sealed(t, filled(t), phrase)
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")))
	printed := func(v any) string { return fmt.Sprintf("%v %+v %#v %s %d %x", v, v, v, v, v, v) }
	key := k.vault.key()
	bytesOfKey := strings.Trim(strings.SplitAfter(fmt.Sprint(*key), "]")[0], "{[]}") // 32 numbers
	require.Len(t, strings.Fields(bytesOfKey), 32)
	type owner struct {
		in struct{ key *age.X25519Identity }
	}
	careless := owner{struct{ key *age.X25519Identity }{key}}
	require.Contains(t, printed(careless), bytesOfKey, "the search must find a careless one")
	for _, v := range []any{k, *k, k.vault, *k.vault, struct{ in *Keychain }{k}} { //nolint:govet // no lock is copied
		assert.NotContains(t, printed(v), bytesOfKey)
	}
}

// brokenShelf is a keyring that fails.
type brokenShelf struct{}

func (brokenShelf) Get(string, string) (string, error) { return "", errTornCable }
func (brokenShelf) Set(string, string, string) error   { return errTornCable }
func (brokenShelf) Delete(string, string) error        { return errTornCable }
