package settings

import "github.com/bucketseal/bucketseal/settings/preferences"

var preferencesDocument = document[preferences.Preferences]{
	file: PreferencesFile, field: "preferences",
	empty: func() preferences.Preferences { return preferences.Preferences{} },
	check: preferences.Preferences.Check, lenient: true,
}

// Preferences gives what the user likes, or the defaults with the error: a
// program can go on with them, and should say why it does.
func (s *Store) Preferences() (preferences.Preferences, error) { return preferencesDocument.load(s) }

// UpdatePreferences replaces the preferences by what change makes of those on
// disk, and refuses what Check refuses. change may run while other processes
// wait: it must not ask the user, nor call the Store.
func (s *Store) UpdatePreferences(change func(preferences.Preferences) (preferences.Preferences, error)) error {
	return preferencesDocument.update(s, false, func(now preferences.Preferences) (preferences.Preferences, error) {
		next, err := change(now)
		if err != nil {
			return next, err
		}
		return next, next.Check()
	})
}
