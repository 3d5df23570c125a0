package keychain

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// ErrNotFound says that no secret is kept under a name. Not an alarm: the user
// enters it again.
var ErrNotFound = client.Say("no secret is kept").Err()

// ErrDecline is what Options.Passphrase returns for a user who wants no vault,
// or does not know its passphrase: secrets stay in memory for this run.
var ErrDecline = client.Say("no passphrase was given").Err()

// ErrLocked says that the vault needs its passphrase and there is nobody to
// ask.
var ErrLocked = client.Say("the vault needs its passphrase, and there is nobody to ask for it").Err()

// ErrWrongPassphrase says that the passphrase does not open the vault.
var ErrWrongPassphrase = client.Say("the passphrase does not open the vault: try again, and mind capital letters and the keyboard layout").Err()

// A DamagedError names a vault that cannot be understood and its copy.
type DamagedError = durable.DamagedError

// A NewerError names a vault that a newer Bucketseal wrote.
type NewerError = durable.NewerError

// Options say where secrets may go.
type Options struct {
	Service   string // the program's name in the keyring; "" is "bucketseal"
	VaultFile string // path of the vault; "" is no vault: keyring or memory
	// Passphrase asks the user. It is called at most three times in a row, on
	// the goroutine of the call that needs the vault, and ends that call by
	// any error. nil: a vault answers ErrLocked.
	Passphrase func(context.Context, Question) (client.Secret, error)
	Backend    Backend       // nil is the system's keyring
	Timeout    time.Duration // for the keyring's first answer; 0 is a second
	// WorkFactor is the logarithm to base 2 of the cost of scrypt for a new
	// vault; 0 is 18, about a second. Only tests take less.
	WorkFactor int
	Disk       durable.Disk // where the vault is written; nil is the system's
}

// A Question is what Passphrase asks.
type Question struct {
	Vault string // path of the file, to name it
	New   bool   // the vault is about to be made: ask twice, and say that a lost passphrase is lost
	Wrong bool   // the last answer did not open the vault
}

// Where is where secrets are kept.
type Where string

// The places.
const (
	Keyring Where = "keyring" // of the system
	Vault   Where = "vault"   // a file sealed with a passphrase
	Memory  Where = "memory"  // gone at the end of the run
)

// Text is the place in words.
func (w Where) Text() client.Text {
	switch w {
	case Keyring:
		return client.Say("keyring")
	case Vault:
		return client.Say("vault")
	}
	return client.Say("memory")
}

// A Keychain keeps secrets. Safe for concurrent use; calls take turns, so that
// the user is asked one thing at a time. Every call may block, on a keyring's
// dialog or on the user, as long as its context allows.
type Keychain struct {
	turn   chan struct{} // holds one token; taking it is a turn
	where  Where
	why    error
	ring   ring
	vault  *vault // nil without one
	memory map[string]client.Secret
	// declined says that the user wants no vault in this run: only to delete from
	// it are they asked again.
	declined bool
}

// Open chooses the place. It returns within Options.Timeout and never asks the
// user by itself, though a locked keyring of the system may.
func Open(ctx context.Context, o Options) *Keychain {
	if o.Service == "" {
		o.Service = "bucketseal"
	}
	if o.Backend == nil {
		o.Backend = system{}
	}
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	k := &Keychain{turn: make(chan struct{}, 1), where: Memory, memory: map[string]client.Secret{}}
	k.ring = ring{backend: o.Backend, service: o.Service, files: durable.Files{Disk: o.Disk}, lockFile: o.VaultFile}
	if o.VaultFile != "" {
		k.where, k.vault = Vault, newVault(o)
	}
	if k.why = k.ring.probe(ctx, o.Timeout); k.why == nil {
		k.where = Keyring
	}
	return k
}

// Where is where new secrets go now. It turns from Vault to Memory when the
// user declines.
func (k *Keychain) Where() Where {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	return k.where
}

// WhyNoKeyring is why the keyring of the system was not taken; nil when it
// was.
func (k *Keychain) WhyNoKeyring() error { return k.why }

// Get returns the secret kept under the name, or ErrNotFound.
func (k *Keychain) Get(ctx context.Context, n Name) (client.Secret, error) {
	var got client.Secret
	err := k.inTurn(ctx, n, client.Say("read"), func() (err error) {
		var value string
		switch k.where {
		case Keyring:
			value, err = k.ring.get(ctx, n.key())
			if errors.Is(err, ErrNotFound) && k.vault.exists() && !k.declined {
				value, err = k.vault.get(ctx, n.key())
				if errors.Is(err, ErrDecline) {
					k.declined, err = true, ErrNotFound
				}
			}
			got = client.NewSecret(value)
			return err
		case Vault:
			value, err = k.vault.get(ctx, n.key())
			if !errors.Is(err, ErrDecline) {
				got = client.NewSecret(value)
				return err
			}
			k.decline()
		}
		v, ok := k.memory[n.key()]
		if !ok {
			return ErrNotFound
		}
		got = v
		return nil
	})
	if err != nil {
		return client.Secret{}, err
	}
	return got, nil
}

// Set keeps a secret, in place of any other under the name. When the keyring
// holds it, an older one in a vault that is not open stays there, hidden.
func (k *Keychain) Set(ctx context.Context, n Name, s client.Secret) error {
	if s.IsZero() {
		return client.Say("keep the secret of %v: it is empty", n).Err()
	}
	if !utf8.ValidString(s.Reveal()) {
		return client.Say("keep the secret of %v: it is not text; encode it", n).Err()
	}
	return k.inTurn(ctx, n, client.Say("keep"), func() error {
		switch k.where {
		case Keyring:
			if err := k.ring.set(ctx, n.key(), s.Reveal()); err != nil {
				return err
			}
			if k.vault.isOpen() {
				return k.vault.set(ctx, n.key(), nil)
			}
			return nil
		case Vault:
			value := s.Reveal()
			err := k.vault.set(ctx, n.key(), &value)
			if !errors.Is(err, ErrDecline) {
				return err
			}
			k.decline()
		}
		k.memory[n.key()] = s
		return nil
	})
}

// Delete forgets a secret, in the keyring and in the vault. It is no error
// when there is none, and one when a vault that is there cannot be looked into:
// the user is asked for its passphrase, also where they have declined before.
func (k *Keychain) Delete(ctx context.Context, n Name) error {
	return k.inTurn(ctx, n, client.Say("delete"), func() error {
		delete(k.memory, n.key())
		if k.where == Keyring {
			if err := k.ring.delete(ctx, n.key()); err != nil {
				return err
			}
		}
		if !k.vault.exists() {
			return nil
		}
		err := k.vault.set(ctx, n.key(), nil)
		if errors.Is(err, ErrDecline) {
			k.decline()
			return client.Say("%v: the vault may still hold it", err).Err()
		}
		return err
	})
}

// decline keeps secrets in memory from now on, unless a keyring does.
func (k *Keychain) decline() {
	if k.declined = true; k.where == Vault {
		k.where = Memory
	}
}

// ResetVault removes the vault with all secrets in it, for a user whose vault
// is damaged or whose passphrase is lost and who said so. The file is kept
// aside and named in the result; "" where there was none.
func (k *Keychain) ResetVault(ctx context.Context) (aside string, err error) {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	if k.vault == nil || k.declined {
		return "", nil
	}
	return k.vault.reset(ctx)
}

// inTurn runs work alone and puts the name and the operation on its error.
func (k *Keychain) inTurn(ctx context.Context, n Name, verb client.Text, work func() error) error {
	if n == (Name{}) {
		return client.Say("%v a secret: it has no name", verb).Err()
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return client.Say("%v the secret of %v: %v", verb, n, ctx.Err()).Err()
	}
	defer func() { <-k.turn }()
	err := work()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return client.Say("%v for %v in the %v of this computer: enter it again", ErrNotFound, n, k.where).Err()
	}
	return client.Say("%v the secret of %v: %v", verb, n, err).Err()
}
