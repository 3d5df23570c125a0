package keychain

import (
	"context"
	"errors"
	"os"

	"filippo.io/age"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// vault is the file and, once it was opened in this run, the key to it. A nil
// vault is none. It belongs to whoever has the turn.
type vault struct {
	files      durable.Files
	path       string
	workFactor int
	ask        func(context.Context, Question) (client.Secret, error)

	// key is nil until the vault was opened. It is behind a function because
	// package fmt prints what is behind a pointer when a verb does not fit.
	key   func() *age.X25519Identity
	keyOf string // the sealed identity that key came from
}

func newVault(o Options) *vault {
	return &vault{files: durable.Files{Disk: o.Disk}, path: o.VaultFile, workFactor: o.WorkFactor, ask: o.Passphrase}
}

func (v *vault) isOpen() bool { return v != nil && v.key != nil }

func (v *vault) learn(key *age.X25519Identity, of string) {
	v.key, v.keyOf = func() *age.X25519Identity { return key }, of
}

func (v *vault) exists() bool {
	if v == nil {
		return false
	}
	_, err := os.Lstat(v.path)
	return err == nil || !errors.Is(err, os.ErrNotExist)
}

// get answers ErrNotFound without asking anybody where there is no vault yet.
func (v *vault) get(ctx context.Context, name string) (string, error) {
	b, err := durable.Read(v.path)
	if err != nil {
		return "", err
	}
	if b == nil {
		return "", ErrNotFound
	}
	secrets, err := v.open(ctx, b)
	if err != nil {
		return "", err
	}
	value, ok := secrets[name]
	if !ok {
		return "", ErrNotFound
	}
	return value, nil
}

// errOtherKey says that the vault was made anew since its key was learned.
var errOtherKey = client.Say("another process made the vault anew").Err()

// set keeps a value, or deletes it when value is nil. The user is asked before
// the lock is taken: other processes do not wait for typing.
func (v *vault) set(ctx context.Context, name string, value *string) error {
	for {
		sealed, err := v.prepare(ctx, value != nil)
		if err != nil {
			return err
		}
		err = v.files.Update(ctx, v.path, func(old []byte) ([]byte, error) {
			f := file{Version: version, Identity: sealed}
			secrets := map[string]string{}
			if old != nil {
				if f, err = parse(v.path, old); err != nil {
					return nil, v.damaged(old, err)
				}
				if v.key == nil || f.Identity != v.keyOf {
					return nil, errOtherKey
				}
				if secrets, err = f.open(v.key()); err != nil {
					return nil, v.damaged(old, err)
				}
			}
			if was, ok := secrets[name]; value == nil && !ok || value != nil && ok && was == *value {
				return old, nil
			}
			if value == nil {
				delete(secrets, name)
			} else {
				secrets[name] = *value
			}
			return f.seal(v.key(), secrets)
		})
		if !errors.Is(err, errOtherKey) {
			return err
		}
	}
}

// prepare learns the key of the vault on disk, or makes one for a new vault.
// It returns the sealed identity for a new file.
func (v *vault) prepare(ctx context.Context, create bool) (string, error) {
	b, err := durable.Read(v.path)
	switch {
	case err != nil:
		return "", err
	case b != nil:
		_, err := v.open(ctx, b)
		return v.keyOf, err
	case v.key != nil:
		return v.keyOf, nil // removed by another process: the key still serves
	case !create:
		return "", nil
	}
	phrase, err := v.question(ctx, Question{Vault: v.path, New: true})
	if err != nil {
		return "", err
	}
	key, sealed, err := newIdentity(phrase, v.workFactor)
	if err != nil {
		return "", err
	}
	v.learn(key, sealed)
	return sealed, nil
}

// open decrypts the content of the vault, asking for the passphrase when the
// key is not known yet.
func (v *vault) open(ctx context.Context, b []byte) (map[string]string, error) {
	f, err := parse(v.path, b)
	if err != nil {
		return nil, v.damaged(b, err)
	}
	if v.key == nil || v.keyOf != f.Identity {
		key, err := v.unlock(ctx, f.Identity)
		if err != nil {
			return nil, v.damaged(b, err)
		}
		v.learn(key, f.Identity)
	}
	secrets, err := f.open(v.key())
	if err != nil {
		return nil, v.damaged(b, err)
	}
	return secrets, nil
}

func (v *vault) unlock(ctx context.Context, identity string) (*age.X25519Identity, error) {
	var last client.Secret
	for try := range 3 {
		phrase, err := v.question(ctx, Question{Vault: v.path, Wrong: try > 0})
		if err != nil {
			return nil, err
		}
		if try > 0 && phrase.Equal(last) {
			break // it comes from a file, or from a stubborn finger
		}
		key, err := openIdentity(identity, phrase)
		if !errors.Is(err, ErrWrongPassphrase) {
			return key, err
		}
		last = phrase
	}
	return nil, ErrWrongPassphrase
}

func (v *vault) question(ctx context.Context, q Question) (client.Secret, error) {
	if v.ask == nil {
		return client.Secret{}, ErrLocked
	}
	phrase, err := v.ask(ctx, q)
	if err != nil {
		return client.Secret{}, err
	}
	if phrase.IsZero() {
		return client.Secret{}, client.Say("the passphrase is empty: type one").Err()
	}
	return phrase, nil
}

// damaged keeps a broken vault aside; other errors pass.
func (v *vault) damaged(content []byte, err error) error {
	if !errors.Is(err, errBroken) {
		return err
	}
	return v.files.Damaged(v.path, content, err)
}

func (v *vault) reset(ctx context.Context) (aside string, err error) {
	err = v.files.Update(ctx, v.path, func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, nil
		}
		if aside, err = v.files.KeepAside(v.path, old); err != nil {
			return nil, client.Say("reset the vault: it was left as it is, since no copy could be kept aside: %v", err).Err()
		}
		return nil, nil
	})
	if err == nil {
		v.key, v.keyOf = nil, ""
	}
	return aside, err
}
