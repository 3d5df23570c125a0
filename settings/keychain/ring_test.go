package keychain

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
)

var account = client.Account{ID: "ID", Name: "工作 / work", AccessKeyID: "AKID"}

func nameOf(account string) Name { return AccountName(client.Account{ID: account, Name: account}) }

func TestTheKeyringOfTheSystemIsTakenWhenItAnswers(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/mocked")
	keyring.MockInit()
	vault := filepath.Join(t.TempDir(), "vault.age")
	k := Open(t.Context(), Options{VaultFile: vault})
	require.NoError(t, k.WhyNoKeyring())
	assert.Equal(t, Keyring, k.Where())

	n := nameOf("work")
	_, err := k.Get(t.Context(), n)
	require.ErrorIs(t, err, ErrNotFound)
	assert.Contains(t, err.Error(), `account "work" in the keyring`)

	require.NoError(t, k.Set(t.Context(), n, client.NewSecret("s3cret")))
	got, err := Open(t.Context(), Options{VaultFile: vault}).Get(t.Context(), n)
	require.NoError(t, err)
	assert.Equal(t, "s3cret", got.Reveal())
	raw, err := keyring.Get("bucketseal", "account/work")
	require.NoError(t, err)
	assert.Equal(t, "=s3cret", raw)
	_, err = Open(t.Context(), Options{Service: "other"}).Get(t.Context(), n)
	require.ErrorIs(t, err, ErrNotFound, "another service is another keyring")

	require.NoError(t, k.Delete(t.Context(), n))
	require.NoError(t, k.Delete(t.Context(), n), "twice is no error")
	_, err = k.Get(t.Context(), n)
	require.ErrorIs(t, err, ErrNotFound)
	assert.NoFileExists(t, vault)
}

func TestABrokenKeyringIsNotTakenAndSaysWhy(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/mocked")
	keyring.MockInitWithError(errTornCable)
	k := Open(t.Context(), Options{VaultFile: filepath.Join(t.TempDir(), "vault.age")})
	assert.Equal(t, Vault, k.Where())
	require.ErrorIs(t, k.WhyNoKeyring(), errTornCable)
	assert.Equal(t, Memory, Open(t.Context(), Options{}).Where(), "without a vault there is memory")
}

func TestAKeyringThatHangsIsGivenOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := &shelf{hang: make(chan struct{})}
		defer close(hanging.hang)
		began := time.Now()
		k := Open(t.Context(), Options{Backend: hanging, VaultFile: "/nowhere/vault.age"})
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, Vault, k.Where())
		require.ErrorContains(t, k.WhyNoKeyring(), "no answer within 1s")
	})
}

func TestAKeyringThatHangsLaterIsLeftWhenTheUserGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{}
		k := Open(t.Context(), Options{Backend: s})
		s.hang = make(chan struct{})
		defer close(s.hang)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := k.Get(ctx, RuleName("r"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestASecondCallerDoesNotWaitBeyondItsOwnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{}
		k := Open(t.Context(), Options{Backend: s})
		s.hang = make(chan struct{})
		first := make(chan error)
		go func() {
			_, err := k.Get(t.Context(), RuleName("r"))
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, k.Set(ctx, RuleName("r"), client.NewSecret("x")), context.DeadlineExceeded)
		close(s.hang)
		require.ErrorIs(t, <-first, ErrNotFound)
	})
}

func TestWithoutABusNobodyIsAskedToStartOne(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the keyring here needs no D-Bus")
	}
	keyring.MockInit() // would answer
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	runtimeDir = t.TempDir()
	defer func() { runtimeDir = "/run/user" }()
	k := Open(t.Context(), Options{})
	require.ErrorIs(t, k.WhyNoKeyring(), errNoBus)

	dir := filepath.Join(runtimeDir, strconv.Itoa(os.Getuid()))
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600))
	require.NoError(t, Open(t.Context(), Options{}).WhyNoKeyring())
}

func TestAKeyringCanBeTurnedOff(t *testing.T) {
	k := Open(t.Context(), Options{Backend: NoKeyring})
	require.ErrorContains(t, k.WhyNoKeyring(), "turned off")
	require.Error(t, NoKeyring.Set("s", "u", "x"))
	require.Error(t, NoKeyring.Delete("s", "u"))
}

func TestALongSessionTokenFitsAKeyringOfShortEntries(t *testing.T) {
	s := &shelf{longest: 2560} // Windows
	k := Open(t.Context(), Options{Backend: s})
	for _, size := range []int{1, partBytes - 1, partBytes, partBytes + 1, 3*partBytes - 1, 3 * partBytes, 12345, 2, 5000} {
		long := "." + strings.Repeat("é", size/2)
		require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret(long)))
		got, err := k.Get(t.Context(), nameOf("a"))
		require.NoError(t, err)
		assert.Equal(t, long, got.Reveal())
		generations := map[string]bool{}
		for _, name := range s.names() {
			if part, ok := strings.CutPrefix(name, "part/"); ok {
				generations[part[:strings.Index(part, "/")]] = true
			}
		}
		assert.Equal(t, len(long) >= partBytes, len(generations) == 1, "%d bytes: %v", size, s.names())
		assert.LessOrEqual(t, len(generations), 1, "the parts of the one before are gone")
		for name, v := range s.entries {
			assert.True(t, utf8.ValidString(v), name)
		}
	}
	require.NoError(t, k.Delete(t.Context(), nameOf("a")))
	assert.Empty(t, s.names())
}

func TestADeletionThatFailedHalfWayIsFinishedByTheNext(t *testing.T) {
	for _, where := range []string{"/0", "/1", "account/a"} {
		s := &shelf{}
		k := Open(t.Context(), Options{Backend: s})
		require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret(strings.Repeat("s", 2*partBytes))))
		s.fail = func(verb, user string) error {
			if verb == "delete" && strings.HasSuffix(user, where) {
				return errTornCable
			}
			return nil
		}
		require.ErrorIs(t, k.Delete(t.Context(), nameOf("a")), errTornCable, where)
		s.fail = nil
		require.NoError(t, k.Delete(t.Context(), nameOf("a")), where)
		assert.Empty(t, s.names(), where)
	}
}

func TestAFailureHalfWayKeepsTheOldSecretAndNoParts(t *testing.T) {
	for _, where := range []string{"/0", "/1", "account/a"} { // the first part, the second, the head
		s := &shelf{}
		k := Open(t.Context(), Options{Backend: s})
		require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("old")))
		s.fail = func(verb, name string) error {
			if verb == "set" && strings.HasSuffix(name, where) {
				return errTornCable
			}
			return nil
		}
		require.ErrorIs(t, k.Set(t.Context(), nameOf("a"), client.NewSecret(strings.Repeat("n", 5000))), errTornCable)
		s.fail = nil
		got, err := k.Get(t.Context(), nameOf("a"))
		require.NoError(t, err)
		assert.Equal(t, "old", got.Reveal())
		assert.Equal(t, []string{"account/a"}, s.names())
	}
}

func TestASecretReplacedWhileItIsReadIsReadAgain(t *testing.T) {
	s := &shelf{}
	r := ring{backend: s}
	before, after := strings.Repeat("b", 5000), strings.Repeat("a", 5000)
	require.NoError(t, r.set(t.Context(), "account/a", before))
	s.onGet = func(user string) {
		if strings.HasPrefix(user, "part/") { // the head was just read
			s.onGet = nil
			assert.NoError(t, r.set(t.Context(), "account/a", after))
		}
	}
	got, err := r.get(t.Context(), "account/a")
	require.NoError(t, err)
	assert.Equal(t, after, got)
}

func TestWhatSomebodyElsePutIntoTheKeyringIsRefused(t *testing.T) {
	for name, entries := range map[string]map[string]string{
		"no mark":         {"account/a": "s3cret"},
		"no count":        {"account/a": "+GEN"},
		"a wrong count":   {"account/a": "+GEN:x"},
		"a count of none": {"account/a": "+GEN:0"},
		"an absurd count": {"account/a": "+GEN:1000000000"},
		"a missing part":  {"account/a": "+GEN:2", "part/GEN/0": "x"},
		"empty":           {"account/a": ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := Open(t.Context(), Options{Backend: &shelf{entries: entries}})
			_, err := k.Get(t.Context(), nameOf("a"))
			require.ErrorContains(t, err, "enter it again")
			assert.NotContains(t, err.Error(), "s3cret")
			require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("new")), "and can be entered again")
			got, err := k.Get(t.Context(), nameOf("a"))
			require.NoError(t, err)
			assert.Equal(t, "new", got.Reveal())
		})
	}
}

func TestErrorsOfTheKeyringReachTheUserWithTheName(t *testing.T) {
	s := &shelf{}
	k := Open(t.Context(), Options{Backend: s})
	require.NoError(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("there to be deleted")))
	for verb, call := range map[string]func() error{
		"get":    func() error { _, err := k.Get(t.Context(), nameOf("a")); return err },
		"set":    func() error { return k.Set(t.Context(), nameOf("a"), client.NewSecret("x")) },
		"delete": func() error { return k.Delete(t.Context(), nameOf("a")) },
	} {
		s.fail = failAt(verb, "account/")
		err := call()
		require.ErrorIs(t, err, errTornCable, verb)
		assert.Contains(t, err.Error(), `account "a"`)
	}
	s.fail = failAt("get", "account/")
	require.ErrorIs(t, k.Delete(t.Context(), nameOf("a")), errTornCable, "what cannot be read is not taken for nothing")
	s.fail = func(string, string) error { return keyring.ErrSetDataTooBig }
	require.ErrorContains(t, k.Set(t.Context(), nameOf("a"), client.NewSecret("x")), "shorter name")

	s.fail = nil
	locked := Open(t.Context(), Options{Backend: s, VaultFile: filepath.Join(t.TempDir(), "v")})
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	locked.ring.lockFile = filepath.Join(file, "v")
	require.Error(t, locked.Set(t.Context(), nameOf("a"), client.NewSecret("x")))
	require.Error(t, locked.Delete(t.Context(), nameOf("a")))
}
