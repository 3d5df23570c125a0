package ui

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// ShowProperties opens the properties of an object. It is not here yet: this
// file only keeps the place of its menu item.
func (u *UI) ShowProperties(client.Object) { u.flash(i18n.T("The properties are not here yet.")) }
