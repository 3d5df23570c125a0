package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// passphraseFile is the environment variable naming a file that holds the
// passphrase of the vault, for machines where nobody types.
const passphraseFile = "BUCKETSEAL_PASSPHRASE_FILE"

// passphrase asks for the vault's passphrase.
func (a *app) passphrase(_ context.Context, q keychain.Question) (client.Secret, error) {
	if file := a.env(passphraseFile); file != "" {
		if q.Wrong {
			return client.Secret{}, keychain.ErrWrongPassphrase
		}
		return a.secretFrom(file)
	}
	in, isFile := a.in.(*os.File)
	if !a.terminal || !isFile || !term.IsTerminal(int(in.Fd())) {
		return client.Secret{}, fmt.Errorf("%w; put the passphrase into a file and name it in %s", keychain.ErrLocked, passphraseFile)
	}
	switch {
	case q.New:
		printf(a.err, "No keyring answers on this computer. Secrets go into %s, sealed with a passphrase.\nA lost passphrase cannot be recovered.\n", q.Vault)
	case q.Wrong:
		fmt.Fprintln(a.err, "That passphrase does not open it.")
	}
	first, err := a.ask(in, "Passphrase: ")
	if err != nil || !q.New {
		return first, err
	}
	again, err := a.ask(in, "Again: ")
	if err != nil {
		return again, err
	}
	if !first.Equal(again) {
		return client.Secret{}, usage("the two passphrases differ: nothing was kept")
	}
	return first, nil
}

// ask reads a line from the terminal without showing it.
func (a *app) ask(in *os.File, question string) (client.Secret, error) {
	fmt.Fprint(a.err, question)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(a.err)
	if err != nil {
		return client.Secret{}, fmt.Errorf("read the answer: %w", err)
	}
	return client.NewSecret(string(b)), nil
}
