package keychain

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// user answers questions and remembers them.
type user struct {
	answers []string // one after the other, the last for ever
	err     error
	asked   []Question
}

func (u *user) answer(_ context.Context, q Question) (client.Secret, error) {
	u.asked = append(u.asked, q)
	if u.err != nil {
		return client.Secret{}, u.err
	}
	return client.NewSecret(u.answers[min(len(u.asked), len(u.answers))-1]), nil
}

const (
	phrase = "correct horse"
	fast   = 4 // scrypt's work factor in tests
)

// sealed opens a keychain on a vault, for a user with these answers.
func sealed(t *testing.T, path string, answers ...string) (*Keychain, *user) {
	t.Helper()
	u := &user{answers: answers}
	return Open(t.Context(), Options{Backend: NoKeyring, VaultFile: path, Passphrase: u.answer, WorkFactor: fast}), u
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "bucketseal", "vault.age")
}

// filled is the path of a vault that holds "s3cret" for account a.
func filled(t *testing.T) string {
	t.Helper()
	path := newPath(t)
	k, _ := sealed(t, path, phrase)
	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("s3cret")))
	return path
}

func reveal(t *testing.T, k *Keychain, n Name) string {
	t.Helper()
	s, err := k.Get(t.Context(), n)
	require.NoError(t, err)
	return s.Reveal()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestAVaultIsMadeByTheFirstSecretAndOpenedInTheNextRun(t *testing.T) {
	path := newPath(t)
	k, u := sealed(t, path, phrase)
	assert.Equal(t, Vault, k.Where())
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, k.Delete(t.Context(), nameOf("a")))
	assert.Empty(t, u.asked, "nobody is asked for a vault that is not there")

	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("one")))
	require.NoError(t, k.Set(t.Context(), RuleName("r"), client.NewSecret("two")))
	assert.Equal(t, "one", reveal(t, k, nameOf("a")))
	assert.Equal(t, []Question{{Vault: path, New: true}}, u.asked, "once a run")

	k, u = sealed(t, path, phrase)
	assert.Equal(t, "one", reveal(t, k, nameOf("a")))
	assert.Equal(t, "two", reveal(t, k, RuleName("r")))
	require.NoError(t, k.Delete(t.Context(), nameOf("a")))
	_, err = k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
	assert.Contains(t, err.Error(), "in the vault")
	assert.Equal(t, "two", reveal(t, k, RuleName("r")))
	assert.Equal(t, []Question{{Vault: path}}, u.asked)
}

func TestAVaultIsForTheUserOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filled(t)
	st, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), st.Mode().Perm())
	st, err = os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), st.Mode().Perm())
}

func TestAWrongPassphraseIsAskedAgainAndOpensNothing(t *testing.T) {
	path := filled(t)
	before := read(t, path)

	k, u := sealed(t, path, "wrong", "worse", phrase)
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")), "the third answer is right")
	assert.Equal(t, []Question{{Vault: path}, {Vault: path, Wrong: true}, {Vault: path, Wrong: true}}, u.asked)

	k, u = sealed(t, path, "1", "2", "3", phrase)
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrWrongPassphrase)
	assert.Len(t, u.asked, 3)
	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("s3cret")), "the next call asks again")

	k, u = sealed(t, path, "wrong")
	require.ErrorIs(t, k.Set(t.Context(), nameOf("b"), client.NewSecret("x")), ErrWrongPassphrase)
	assert.Len(t, u.asked, 2, "an answer that does not change is not tried again")
	assert.Equal(t, before, read(t, path))
	assert.Empty(t, damagedCopies(t, path), "a wrong passphrase is no damage")
}

func TestAUserWhoDeclinesKeepsSecretsInMemory(t *testing.T) {
	for name, path := range map[string]string{"a new vault": newPath(t), "an old one": filled(t)} {
		t.Run(name, func(t *testing.T) {
			_, before := os.Stat(path)
			k, u := sealed(t, path)
			u.err = ErrDecline
			require.NoError(t, k.Set(t.Context(), nameOf("b"), client.NewSecret("x")))
			assert.Equal(t, Memory, k.Where())
			assert.Equal(t, "x", reveal(t, k, nameOf("b")))
			_, err := k.Get(t.Context(), nameOf("c"))
			require.ErrorIs(t, err, ErrNotFound)
			assert.Len(t, u.asked, 1, "and is not asked again")
			err = k.Delete(t.Context(), nameOf("b"))
			assert.Equal(t, before == nil, errors.Is(err, ErrDecline), "an older one may lie in a vault that is there: %v", err)
			_, err = k.Get(t.Context(), nameOf("b"))
			require.ErrorIs(t, err, ErrNotFound)
			_, after := os.Stat(path)
			assert.Equal(t, before == nil, after == nil)
			aside, err := k.ResetVault(t.Context())
			require.NoError(t, err)
			assert.Empty(t, aside, "what was declined is not touched")
		})
	}
}

func TestDecliningWhileReadingOrDeleting(t *testing.T) {
	k, u := sealed(t, filled(t))
	u.err = ErrDecline
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
	assert.Equal(t, Memory, k.Where())

	k, u = sealed(t, filled(t))
	u.err = ErrDecline
	err = k.Delete(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrDecline)
	assert.Contains(t, err.Error(), "may still hold it")
	assert.Equal(t, Memory, k.Where())
	require.ErrorIs(t, k.Delete(t.Context(), nameOf("a")), ErrDecline, "it does not become a success by being asked for twice")
	u.err, u.answers = nil, []string{phrase}
	require.NoError(t, k.Delete(t.Context(), nameOf("a")), "the user may think better of it")
	_, err = k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrNotFound)
}

func TestAVaultNobodyOpensIsAnErrorNotAnEmptyOne(t *testing.T) {
	path := filled(t)
	k := Open(t.Context(), Options{Backend: NoKeyring, VaultFile: path})
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorIs(t, k.Delete(t.Context(), nameOf("a")), ErrLocked)
	require.ErrorIs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), ErrLocked)
	fresh := newPath(t)
	k = Open(t.Context(), Options{Backend: NoKeyring, VaultFile: fresh})
	require.ErrorIs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), ErrLocked)
	assert.NoFileExists(t, fresh)

	k, u := sealed(t, path, "")
	_, err = k.Get(t.Context(), nameOf("a"))
	require.ErrorContains(t, err, "passphrase is empty")
	u.err = errors.New("the terminal is gone")
	_, err = k.Get(t.Context(), nameOf("a"))
	require.ErrorIs(t, err, u.err)
	assert.Equal(t, Vault, k.Where())
}

func TestAgeItselfOpensTheVault(t *testing.T) {
	path := filled(t)
	var f struct {
		Version           int
		Identity, Secrets string
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, path)), &f))
	assert.Equal(t, 1, f.Version)
	open := func(text string, id age.Identity) string {
		r, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), id)
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		return string(b)
	}
	pass, err := age.NewScryptIdentity(phrase)
	require.NoError(t, err)
	key, err := age.ParseX25519Identity(open(f.Identity, pass))
	require.NoError(t, err)
	assert.JSONEq(t, `{"account/a":"s3cret"}`, open(f.Secrets, key))
}

func TestAVaultCostsAsMuchAsAgeSays(t *testing.T) {
	_, text, err := newIdentity(client.NewSecret(phrase), 0)
	require.NoError(t, err)
	header, err := age.ExtractHeader(armor.NewReader(strings.NewReader(text)))
	require.NoError(t, err)
	assert.Regexp(t, `-> scrypt \S+ 18\n`, string(header))
}

func damagedCopies(t *testing.T, path string) []string {
	t.Helper()
	all, err := filepath.Glob(path + ".damaged-*")
	require.NoError(t, err)
	return all
}

func TestADamagedVaultIsKeptAsideAndNeverReplaced(t *testing.T) {
	good := read(t, filled(t))
	var f file
	require.NoError(t, json.Unmarshal([]byte(good), &f))
	pass, err := age.NewScryptRecipient(phrase)
	require.NoError(t, err)
	pass.SetWorkFactor(fast)
	key, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	seal := func(text string, to age.Recipient) string {
		s, err := encrypt([]byte(text), to)
		require.NoError(t, err)
		return s
	}
	with := func(identity, secrets string) string {
		b, err := json.Marshal(file{1, identity, secrets})
		require.NoError(t, err)
		return string(b)
	}
	for name, damage := range map[string]string{
		"empty":                    "",
		"torn":                     good[:len(good)/2],
		"no version":               `{"identity":"x","secrets":"y"}`,
		"no key":                   with("", f.Secrets),
		"no secrets":               with(f.Identity, ""),
		"a key that is not age":    with("x", f.Secrets),
		"a key sealed to a key":    with(seal(key.String(), key.Recipient()), f.Secrets),
		"a key that is no key":     with(seal("AGE-SECRET-KEY-1", pass), f.Secrets),
		"the key of another vault": with(seal(key.String(), pass), f.Secrets),
		"secrets that are not age": with(f.Identity, "x"),
		"secrets that are no map":  with(seal(key.String(), pass), seal(`["s3cret"]`, key.Recipient())),
		"secrets that are null":    with(seal(key.String(), pass), seal(`null`, key.Recipient())),
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(damage), 0o600))
			k, _ := sealed(t, path, phrase)
			_, err := k.Get(t.Context(), nameOf("a"))
			var d *DamagedError
			require.ErrorAs(t, err, &d)
			assert.Equal(t, path, d.Path)
			assert.Equal(t, damage, read(t, d.Aside))
			assert.NotContains(t, err.Error(), "s3cret")
			require.ErrorAs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), &d)
			require.ErrorAs(t, k.Delete(t.Context(), nameOf("a")), &d)
			assert.Equal(t, damage, read(t, path))
			assert.Len(t, damagedCopies(t, path), 1)

			aside, err := k.ResetVault(t.Context())
			require.NoError(t, err)
			assert.Equal(t, d.Aside, aside)
			require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")))
			assert.Equal(t, "x", reveal(t, k, nameOf("a")))
		})
	}
}

func TestAVaultDamagedWhileItIsOpenIsNotReplaced(t *testing.T) {
	path := filled(t)
	k, _ := sealed(t, path, phrase)
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")))
	for _, damage := range []string{"{", strings.Replace(read(t, path), `"secrets": "`, `"secrets": "x`, 1)} {
		require.NoError(t, os.WriteFile(path, []byte(damage), 0o600))
		var d *DamagedError
		require.ErrorAs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), &d)
		assert.Equal(t, damage, read(t, path))
	}
}

func TestAVaultOfANewerProgramIsLeftAlone(t *testing.T) {
	path := newPath(t)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(`{"version":2}`), 0o600))
	k, u := sealed(t, path, phrase)
	_, err := k.Get(t.Context(), nameOf("a"))
	var n *NewerError
	require.ErrorAs(t, err, &n)
	require.ErrorAs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), &n)
	assert.Equal(t, `{"version":2}`, read(t, path))
	assert.Empty(t, u.asked)
	assert.Empty(t, damagedCopies(t, path))
}

func TestAVaultThatCannotBeReadIsNoEmptyVault(t *testing.T) {
	path := newPath(t)
	require.NoError(t, os.MkdirAll(path, 0o700)) // a folder in its place
	k, u := sealed(t, path, phrase)
	_, err := k.Get(t.Context(), nameOf("a"))
	require.ErrorContains(t, err, "read vault.age")
	require.ErrorContains(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), "read vault.age")
	_, err = k.ResetVault(t.Context())
	require.Error(t, err)
	assert.Empty(t, u.asked)
}

func TestResetKeepsTheVaultWhenItCannotBeCopied(t *testing.T) {
	path := filled(t)
	before := read(t, path)
	require.NoError(t, os.Mkdir(filepath.Join(filepath.Dir(path), ".vault.age.damaged.lock"), 0o700))
	k, _ := sealed(t, path, phrase)
	_, err := k.ResetVault(t.Context())
	require.ErrorContains(t, err, "left as it is")
	assert.Equal(t, before, read(t, path))
	aside, err := Open(t.Context(), Options{Backend: NoKeyring, VaultFile: newPath(t)}).ResetVault(t.Context())
	require.NoError(t, err)
	assert.Empty(t, aside, "there was none")
}

func TestAVaultMadeAnewByAnotherProcessIsOpenedAnew(t *testing.T) {
	path := filled(t)
	k, u := sealed(t, path, phrase, "a new phrase")
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")))

	other, _ := sealed(t, path, "a new phrase")
	_, err := other.ResetVault(t.Context())
	require.NoError(t, err)
	require.NoError(t, other.Set(t.Context(), nameOf("b"), client.NewSecret("new")))

	require.NoError(t, k.Set(t.Context(), nameOf("c"), client.NewSecret("newer")))
	assert.Equal(t, "new", reveal(t, k, nameOf("b")))
	assert.Equal(t, "newer", reveal(t, k, nameOf("c")))
	assert.Len(t, u.asked, 2)
}

func TestAVaultRemovedDuringARunIsMadeAgainUnderTheSamePassphrase(t *testing.T) {
	path := filled(t)
	k, u := sealed(t, path, phrase)
	assert.Equal(t, "s3cret", reveal(t, k, nameOf("a")))
	require.NoError(t, os.Remove(path))
	require.NoError(t, k.Set(t.Context(), nameOf("b"), client.NewSecret("x")))
	assert.Len(t, u.asked, 1)
	k, _ = sealed(t, path, phrase)
	assert.Equal(t, "x", reveal(t, k, nameOf("b")))
}

// While one user types the passphrase of a new vault, another process makes it.
func TestTwoWhoMakeTheVaultAtOnceShareOne(t *testing.T) {
	path := newPath(t)
	other, _ := sealed(t, path, phrase)
	asked := 0
	k := Open(t.Context(), Options{
		Backend: NoKeyring, VaultFile: path, WorkFactor: fast,
		Passphrase: func(ctx context.Context, q Question) (client.Secret, error) {
			if asked++; asked == 1 {
				assert.True(t, q.New)
				assert.NoError(t, other.Set(ctx, nameOf("b"), client.NewSecret("theirs")))
			}
			return client.NewSecret(phrase), nil
		},
	})
	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("ours")))
	assert.Equal(t, "theirs", reveal(t, k, nameOf("b")))
	assert.Equal(t, "ours", reveal(t, other, nameOf("a")))
}
