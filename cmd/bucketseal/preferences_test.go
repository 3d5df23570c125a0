package main

import (
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestWhatTheWindowRemembersIsThereAtTheNextStart(t *testing.T) {
	home, err := settings.Make(filepath.Join(t.TempDir(), "bucketseal"))
	require.NoError(t, err)
	d := &desk{home: &wiring.Home{Settings: home}, pace: flow.NewPace(flow.Rates{})}
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

func TestALimitOfTheSpeedCountsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home, err := settings.Make(filepath.Join(t.TempDir(), "bucketseal"))
		require.NoError(t, err)
		d := &desk{home: &wiring.Home{Settings: home}, pace: flow.NewPace(flow.Rates{All: 1})}
		moved := make(chan time.Duration)
		began := time.Now()
		go func() {
			_ = d.pace.Up().Wait(t.Context(), 1<<20)
			moved <- time.Since(began)
		}()
		synctest.Wait() // at a byte a second it would take days
		require.NoError(t, d.LimitRate(1<<20))
		assert.Less(t, <-moved, 10*time.Second)
		p, err := d.TransferPreferences()
		require.NoError(t, err)
		assert.EqualValues(t, 1<<20, p.LimitRate, "and it is kept")
		require.Error(t, d.LimitRate(-1), "less than nothing")

		require.NoError(t, home.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) {
			p.LimitUp = 512 << 10 // by hand, or by another program
			return p, nil
		}))
		require.NoError(t, d.SavePreferences(preferences.Window{}))
		began = time.Now()
		require.NoError(t, d.pace.Up().Wait(t.Context(), 5<<20))
		assert.Greater(t, time.Since(began), 9*time.Second, "what is saved with another change counts as well")
	})
}
