package ui

import "github.com/bucketseal/bucketseal/internal/i18n"

// ShowRules opens the window of the encryption rules. It is not here yet: this
// file only keeps the place of its menu item.
func (u *UI) ShowRules() { u.flash(i18n.T("The window of the rules is not here yet.")) }
