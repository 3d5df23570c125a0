package wiring

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnlyWhoWritesSettingsMakesTheirFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "confg")
	_, err := Open(t.Context(), dir, nil)
	require.ErrorContains(t, err, "is not there")
	h, err := Make(t.Context(), dir, nil)
	require.NoError(t, err)
	assert.DirExists(t, h.Settings.Dir())
	file := filepath.Join(dir, "f")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Make(t.Context(), file, nil)
	require.Error(t, err)
}
