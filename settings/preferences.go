package settings

import (
	"encoding/json"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

var preferencesDocument = document[preferences.Preferences]{
	file: PreferencesFile, field: "preferences",
	empty: func() preferences.Preferences { return preferences.Preferences{} },
	check: func(p preferences.Preferences) (preferences.Preferences, error) { return p, checkPreferences(p) },
	first: firstPreferences, lenient: true,
}

// firstPreferences reads preferences that call accounts by their names.
func firstPreferences(whole []byte) (preferences.Preferences, error) {
	var file struct {
		Preferences preferences.Preferences `json:"preferences"`
	}
	if err := json.Unmarshal(whole, &file); err != nil {
		return file.Preferences, client.Say("preferences: %v", err).Err()
	}
	p := file.Preferences
	if p.LastAccount != "" {
		p.LastAccount = client.IDOfVersion1(p.LastAccount)
	}
	names := p.Buckets
	p.Buckets = nil
	for name, buckets := range names {
		if p.Buckets == nil {
			p.Buckets = map[string][]string{}
		}
		p.Buckets[client.IDOfVersion1(name)] = buckets
	}
	return p, nil
}

// Preferences gives what the user likes, or the defaults with the error: a
// program can go on with them, and should say why it does.
func (s *Store) Preferences() (preferences.Preferences, error) { return preferencesDocument.load(s) }

// UpdatePreferences replaces the preferences by what change makes of those on
// disk, and refuses a value out of its range. change may run while other processes
// wait: it must not ask the user, nor call the Store.
func (s *Store) UpdatePreferences(change func(preferences.Preferences) (preferences.Preferences, error)) error {
	return preferencesDocument.update(s, false, func(now preferences.Preferences) (preferences.Preferences, error) {
		next, err := change(now)
		if err != nil {
			return next, err
		}
		return next, checkPreferences(next)
	})
}
