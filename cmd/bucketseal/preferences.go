package main

import "github.com/bucketseal/bucketseal/settings/preferences"

// Preferences reads what the window remembers.
func (d *desk) Preferences() (preferences.Window, error) {
	p, err := d.home.Settings.Preferences()
	return p.Window, err
}

// SavePreferences keeps what the window remembers, and leaves the rest as it
// is.
func (d *desk) SavePreferences(w preferences.Window) error {
	return d.home.Settings.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) {
		p.Window = w
		return p, nil
	})
}
