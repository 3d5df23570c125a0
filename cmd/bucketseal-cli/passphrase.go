package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// passphraseFile is the environment variable naming a file that holds the
// passphrase of the vault, for machines where nobody types.
const passphraseFile = "BUCKETSEAL_PASSPHRASE_FILE"

// passphrase asks for the vault's passphrase.
func (a *app) passphrase(ctx context.Context, q keychain.Question) (client.Secret, error) {
	if file := a.env(passphraseFile); file != "" {
		if q.Wrong {
			return client.Secret{}, keychain.ErrWrongPassphrase
		}
		secret, err := a.secretFrom(file)
		if err != nil {
			return secret, fmt.Errorf("the passphrase, from the file that %s names: %w", passphraseFile, err)
		}
		if stat, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && stat.Mode().IsRegular() && stat.Mode().Perm()&0o077 != 0 {
			a.note(fmt.Sprintf("others on this computer may open %s, which holds the passphrase (mode %04o): chmod 600 %[1]s", file, stat.Mode().Perm()))
		}
		return secret, nil
	}
	if !a.canAsk() {
		return client.Secret{}, fmt.Errorf("%w; put the passphrase into a file and name it in %s", keychain.ErrLocked, passphraseFile)
	}
	switch {
	case q.New:
		printf(a.err, "No keyring answers on this computer. Secrets go into %s, sealed with a passphrase.\nA lost passphrase cannot be recovered.\n", q.Vault)
	case q.Wrong:
		fmt.Fprintln(a.err, "That passphrase does not open it.")
	}
	first, err := a.ask(ctx, "Passphrase: ")
	if err != nil || !q.New {
		return first, err
	}
	again, err := a.ask(ctx, "Again: ")
	if err != nil {
		return again, err
	}
	if !first.Equal(again) {
		return client.Secret{}, usage("the two passphrases differ: nothing was kept")
	}
	return first, nil
}

// canAsk reports whether somebody sits there to answer.
func (a *app) canAsk() bool { return a.terminal && a.tty != nil }

// agrees asks whether something is to be done, and only "yes" is a yes. Where nobody can be
// asked it is none.
func (a *app) agrees(ctx context.Context, question string) (bool, error) {
	if !a.canAsk() {
		return false, nil
	}
	answer, err := a.ask(ctx, question+" Type yes: ")
	return err == nil && strings.EqualFold(strings.TrimSpace(answer.Reveal()), "yes"), err
}

// ask reads a line from the terminal without showing it, not even what is typed
// before the question is there.
func (a *app) ask(ctx context.Context, question string) (client.Secret, error) {
	defer a.status.hold()()
	fd := int(a.tty.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return client.Secret{}, fmt.Errorf("ask on the terminal: %w", err)
	}
	a.hidden.Store(before)
	if a.questions == nil { // one for all questions: it keeps what is typed ahead
		a.questions = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{a.tty, a.screen}, "")
	}
	var typed string
	done := make(chan error, 1)
	go func() {
		line, err := a.questions.ReadPassword(printable(question))
		typed = line
		done <- err
	}()
	select {
	case err = <-done:
		a.hidden.Store(nil)
		err = errors.Join(err, term.Restore(fd, before))
	case <-ctx.Done():
		return client.Secret{}, ctx.Err() // the program ends, and the terminal is restored then
	}
	if errors.Is(err, io.EOF) { // Ctrl-C, which is a key like others here
		printf(a.err, "\n")
		err = context.Canceled
	}
	if err != nil {
		return client.Secret{}, fmt.Errorf("read the answer: %w", err)
	}
	return client.NewSecret(typed), nil
}
