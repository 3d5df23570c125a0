package faults

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

func TestEachStepOfAChangeFailsOnceAndTheFileIsOldOrNew(t *testing.T) {
	var seen []string
	left := 0 // temporary files of programs that died
	Each(t, func(t *testing.T, run *Run) {
		path := filepath.Join(t.TempDir(), "f")
		require.NoError(t, durable.Files{}.Update(t.Context(), path, become("old")))
		err := durable.Files{Disk: run}.Update(t.Context(), path, become("the new one"))
		now, rerr := os.ReadFile(path)
		require.NoError(t, rerr)
		if !run.Failed() {
			require.NoError(t, err)
			seen = run.Steps()
		} else {
			require.ErrorIs(t, err, ErrFault)
		}
		assert.Contains(t, []string{"old", "the new one"}, string(now))
		temps, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".f.tmp-*"))
		left += len(temps)
		if !run.dies {
			assert.Empty(t, temps, "a program that goes on cleans up")
		}
		require.NoError(t, durable.Files{}.Update(t.Context(), path, become("next")), "the lock is free")
		temps, _ = filepath.Glob(filepath.Join(filepath.Dir(path), ".f.tmp-*"))
		assert.Empty(t, temps)
	})
	assert.Equal(t, []string{"make the folder", "lock .f.lock", "create .f", "write .f", "sync .f", "close .f", "rename to f", "sync the folder"}, seen)
	assert.Equal(t, 4, left, "died at write, sync, close and rename")
}

func become(s string) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) { return []byte(s), nil }
}

type oneEntry struct{ secret string }

func (o *oneEntry) Get(string, string) (string, error) { return o.secret, nil }
func (o *oneEntry) Set(_, _, s string) error           { o.secret = s; return nil }
func (o *oneEntry) Delete(string, string) error        { o.secret = ""; return nil }

func TestAProgramThatDiedChangesNothingAnyMore(t *testing.T) {
	ring, dir := &oneEntry{secret: "old"}, t.TempDir()
	dead := &Run{at: 0, dies: true}
	require.ErrorIs(t, dead.Keyring(ring).Set("", "account/work", "new"), ErrFault)
	require.ErrorIs(t, dead.Keyring(ring).Delete("", "account/work"), ErrFault)
	_, err := dead.Create(filepath.Join(dir, "f"))
	require.ErrorIs(t, err, ErrFault)
	require.ErrorIs(t, dead.Remove(dir), ErrFault)
	assert.Equal(t, "old", ring.secret)
	assert.NoFileExists(t, filepath.Join(dir, "f"))
	assert.DirExists(t, dir)

	hurt := &Run{at: 0}
	require.ErrorIs(t, hurt.Keyring(ring).Set("", "account/work", "new"), ErrFault)
	require.NoError(t, hurt.Keyring(ring).Set("", "account/work", "new"), "one that goes on does")
	assert.Equal(t, "new", ring.secret)
	assert.Equal(t, []string{"keep account", "keep account"}, hurt.Steps())
}
