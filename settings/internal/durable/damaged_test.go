package durable

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheSameDamageIsKeptAsideOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.json")
	first, err := Files{}.KeepAside(path, []byte("{"))
	require.NoError(t, err)
	assert.Regexp(t, `rules\.json\.damaged-\d{8}T\d{6}Z$`, first)
	assert.Equal(t, "{", content(t, first))

	again, err := Files{}.KeepAside(path, []byte("{"))
	require.NoError(t, err)
	assert.Equal(t, first, again)

	other, err := Files{}.KeepAside(path, []byte("["))
	require.NoError(t, err)
	assert.NotEqual(t, first, other, "also within one second")
	assert.Equal(t, "[", content(t, other))
	assert.Len(t, beginning(filepath.Dir(path), "rules.json.damaged-"), 2)
}

func TestADamagedErrorNamesTheFileAndTheCopyAndWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.json")
	cause := errors.New("it is torn")
	err := Files{}.Damaged(path, []byte("{"), cause)
	require.ErrorIs(t, err, cause)
	for _, part := range []string{path, err.Aside, "it is torn", "reset it"} {
		assert.NotEmpty(t, part)
		assert.Contains(t, err.Error(), part)
	}
}

func TestADamagedErrorSaysWhenNoCopyCouldBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	err := Files{}.Damaged(filepath.Join(file, "rules.json"), []byte("{"), errors.New("torn"))
	assert.Empty(t, err.Aside)
	require.Error(t, err.Kept)
	assert.Contains(t, err.Error(), "no copy could be kept aside")
	assert.Contains(t, err.Error(), err.Kept.Error())
}

func TestANewerErrorSaysToUpdate(t *testing.T) {
	err := &NewerError{Path: "/x/rules.json", Version: 3, Known: 1}
	assert.Equal(t, "/x/rules.json has version 3 and this program reads up to 1: it was left as it is; update Bucketseal", err.Error())
}
