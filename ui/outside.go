package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// This file holds what other goroutines than the screen's may call.

// Loop is how to come to the screen's goroutine.
func (u *UI) Loop() state.Loop { return u.options.Loop }

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

// AskPassphrase asks for the passphrase of the vault and waits for the answer;
// given is false when the user declines or ctx ends. Not for the screen's
// goroutine, which it would wait for.
func (u *UI) AskPassphrase(ctx context.Context, vault string, isNew, wrong bool) (answer client.Secret, given bool) {
	answers := make(chan client.Secret, 1)
	u.options.Loop.Start(ctx, func(context.Context) func() {
		return func() { u.showPassphrase(vault, isNew, wrong, answers) }
	})
	select {
	case s := <-answers:
		return s, !s.IsZero()
	case <-ctx.Done():
		return client.Secret{}, false
	}
}

// showPassphrase puts exactly one answer into answers, the zero one for a
// refusal.
func (u *UI) showPassphrase(vault string, isNew, wrong bool, answers chan<- client.Secret) {
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
	var answer client.Secret
	widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: i18n.T("Passphrase for your secrets"), Content: rows, Size: fyne.NewSize(520, 280), Focus: first,
		OnClosed: func() { answers <- answer },
		Actions: []widgets.Action{
			{Label: i18n.T("Keep in memory only"), Cancel: true},
			{Label: i18n.T("OK"), Importance: widget.HighImportance, Default: true, Do: func() (stay bool) {
				switch {
				case first.Text == "":
					field.SetError(i18n.T("Enter a passphrase, or keep the secrets in memory only."))
					return true
				case isNew && first.Text != again.Text:
					repeat.SetError(i18n.T("The two passphrases differ."))
					return true
				}
				answer = client.NewSecret(first.Text)
				return false
			}},
		},
	})
}
