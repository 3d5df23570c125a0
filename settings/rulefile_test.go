package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func TestAFileOfRulesIsChangedWholeOrNotAtAll(t *testing.T) {
	f := open(t).RuleFile(filepath.Join(t.TempDir(), "team.json"))
	_, err := f.Rules()
	require.ErrorIs(t, err, fs.ErrNotExist, "no file is not no rules")

	one := rules.Rule{ID: "1", Bucket: "reports", Type: client.TypeSSES3}
	add := func(r rules.Rule) func([]rules.Rule) ([]rules.Rule, error) {
		return func(all []rules.Rule) ([]rules.Rule, error) { return append(all, r), nil }
	}
	require.NoError(t, f.UpdateRules(false, add(one)))
	require.NoError(t, f.UpdateRules(false, add(one)))
	all, err := f.Rules()
	require.NoError(t, err)
	assert.Equal(t, []rules.Rule{one, one}, all)

	before, err := os.ReadFile(f.path)
	require.NoError(t, err)
	refused := errors.New("refused")
	require.ErrorIs(t, f.UpdateRules(false, func([]rules.Rule) ([]rules.Rule, error) { return nil, refused }), refused)
	after, err := os.ReadFile(f.path)
	require.NoError(t, err)
	assert.Equal(t, before, after)

	require.NoError(t, os.WriteFile(f.path, []byte("{"), 0o600))
	_, err = f.Rules()
	require.ErrorContains(t, err, "team.json")
	require.ErrorContains(t, f.UpdateRules(false, add(one)), "not a list of rules")
}
