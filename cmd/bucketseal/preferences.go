package main

import (
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// Preferences reads what the window remembers.
func (d *desk) Preferences() (preferences.Window, error) {
	p, err := d.home.Settings.Preferences()
	return p.Window, err
}

// SavePreferences keeps what the window remembers, and leaves the rest as it
// is.
func (d *desk) SavePreferences(w preferences.Window) error {
	return d.update(func(p *preferences.Preferences) { p.Window = w })
}

// TransferPreferences are how transfers are done.
func (d *desk) TransferPreferences() (preferences.Transfers, error) {
	p, err := d.home.Settings.Preferences()
	return p.Transfers, err
}

// LimitRate keeps how fast transfers may be, and has it count at once.
func (d *desk) LimitRate(bytes int64) error {
	return d.update(func(p *preferences.Preferences) { p.LimitRate = bytes })
}

// update changes the preferences. What another program made of the limits of the speed
// meanwhile counts from now on too.
func (d *desk) update(change func(*preferences.Preferences)) error {
	var kept preferences.Preferences
	err := d.home.Settings.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) {
		change(&p)
		kept = p
		return p, nil
	})
	if err == nil {
		d.limit(kept.Transfers)
	}
	return err
}

// limit sets how fast the transfers of all accounts are from now on.
func (d *desk) limit(t preferences.Transfers) {
	d.pace.Set(flow.Rates{All: t.LimitRate, Up: t.LimitUp, Down: t.LimitDown})
}
