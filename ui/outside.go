package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// This file holds what other goroutines than the screen's may call.

// Loop is how to come to the screen's goroutine.
func (u *UI) Loop() loop.Loop { return u.options.Loop }

// Quit ends the program without asking, as a signal from the system does.
// Transfers are cancelled and clean up after themselves first.
func (u *UI) Quit() {
	u.options.Loop.Start(context.Background(), func(context.Context) func() {
		return func() {
			if !u.closing {
				u.quit()
			}
		}
	})
}

// A PassphraseAnswer is what the user said to the question for the vault's
// passphrase. The zero answer is "not now": nothing is decided by it.
type PassphraseAnswer struct {
	Phrase     client.Secret
	MemoryOnly bool // the user wants no vault in this run
}

// AskPassphrase asks for the passphrase of the vault and waits for the answer;
// ctx ending is "not now". Not for the screen's goroutine, which it would wait
// for.
func (u *UI) AskPassphrase(ctx context.Context, vault string, isNew, wrong bool) PassphraseAnswer {
	answers := make(chan PassphraseAnswer, 1)
	u.options.Loop.Start(ctx, func(context.Context) func() {
		return func() { u.showPassphrase(vault, isNew, wrong, answers) }
	})
	select {
	case a := <-answers:
		return a
	case <-ctx.Done():
		return PassphraseAnswer{}
	}
}

// showPassphrase puts exactly one answer into answers. Esc is "not now": who
// needs a secret later is asked again.
func (u *UI) showPassphrase(vault string, isNew, wrong bool, answers chan<- PassphraseAnswer) {
	first, again := widgets.NewPasswordEntry(), widgets.NewPasswordEntry()
	field := widgets.NewField(i18n.T("Passphrase"), first, "")
	repeat := widgets.NewField(i18n.T("Passphrase again"), again, "")
	why := i18n.T("No keyring answers on this computer. Secrets are kept in a file sealed with a passphrase: %s", vault)
	note := widget.NewLabel(why)
	note.Wrapping = fyne.TextWrapWord
	rows := container.NewVBox(note, field)
	if isNew {
		rows.Add(repeat)
		rows.Add(widgets.NewNote(i18n.T("A lost passphrase cannot be recovered."), widgets.RoleWarn))
	}
	if wrong {
		field.SetError(i18n.T("This passphrase does not open it."))
	}
	unlock := i18n.T("Unlock")
	if isNew {
		unlock = i18n.T("Set passphrase")
	}
	var answer PassphraseAnswer
	widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: i18n.T("Passphrase for your secrets"), Content: rows, Size: fyne.NewSize(520, 280), Focus: first,
		OnClosed: func() { answers <- answer },
		Actions: []widgets.Action{
			{Label: i18n.T("Keep in memory only"), Left: true, Do: func() (stay bool) {
				answer.MemoryOnly = true
				return false
			}},
			{Label: i18n.T("Not now"), Cancel: true},
			{Label: unlock, Importance: widget.HighImportance, Default: true, Do: func() (stay bool) {
				switch {
				case first.Text == "":
					field.SetError(i18n.T("Enter a passphrase, or keep the secrets in memory only."))
					return true
				case isNew && first.Text != again.Text:
					repeat.SetError(i18n.T("The two passphrases differ."))
					return true
				}
				answer.Phrase = client.NewSecret(first.Text)
				return false
			}},
		},
	})
}
