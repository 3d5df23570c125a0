package main

import (
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/ui/state"
)

// Preferences reads what the window remembers.
func (d *desk) Preferences() (state.Preferences, error) {
	p, err := d.home.Settings.Preferences()
	shown := state.Preferences{
		Language: p.Language, Appearance: state.Appearance(p.Theme), LastAccount: p.LastAccount,
		Width: p.Window.Width, Height: p.Window.Height, Sidebar: p.Sidebar, Transfers: p.Transfers, HideEncryption: p.HideEncryption,
		Buckets: p.Buckets,
	}
	for _, c := range p.Columns {
		shown.Columns = append(shown.Columns, state.Column{ID: c.Name, Width: c.Width, Hidden: c.Hidden})
	}
	return shown, err
}

// SavePreferences keeps what the window remembers, and leaves the rest as it
// is.
func (d *desk) SavePreferences(shown state.Preferences) error {
	return d.home.Settings.UpdatePreferences(func(p settings.Preferences) (settings.Preferences, error) {
		p.Language, p.Theme, p.LastAccount = shown.Language, settings.Theme(shown.Appearance), shown.LastAccount
		p.Window = settings.Size{Width: shown.Width, Height: shown.Height}
		p.Sidebar, p.Transfers, p.HideEncryption = shown.Sidebar, shown.Transfers, shown.HideEncryption
		p.Buckets = shown.Buckets
		p.Columns = nil
		for _, c := range shown.Columns {
			p.Columns = append(p.Columns, settings.Column{Name: c.ID, Width: c.Width, Hidden: c.Hidden})
		}
		return p, nil
	})
}
