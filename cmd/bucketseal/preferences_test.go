package main

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestWhatTheWindowRemembersIsThereAtTheNextStart(t *testing.T) {
	home, err := settings.Make(filepath.Join(t.TempDir(), "bucketseal"))
	require.NoError(t, err)
	d := &desk{home: &wiring.Home{Settings: home}}
	require.NoError(t, home.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) {
		p.Concurrency = 7 // not the window's
		return p, nil
	}))
	left := preferences.Window{
		Language: "zh-Hant", Appearance: preferences.AppearanceDark, LastAccount: "work", Size: preferences.Size{Width: 900, Height: 600}, SidebarShare: 0.3, ObjectsShare: 0.6,
		Columns: []preferences.Column{{ID: "size", Width: 90, Hidden: true}}, HideEncryption: true,
		Buckets: map[string][]string{"work": {"secret"}},
	}
	for i, v := range reflect.ValueOf(left).Fields() {
		require.False(t, v.IsZero(), "%s is not tried", i.Name)
	}
	require.NoError(t, d.SavePreferences(left))
	found, err := d.Preferences()
	require.NoError(t, err)
	assert.Equal(t, left, found)
	kept, err := home.Preferences()
	require.NoError(t, err)
	assert.Equal(t, 7, kept.Concurrency)
}
