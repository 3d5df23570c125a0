package shell_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// kept is a desk that keeps its secrets somewhere.
type kept struct {
	*uitest.Desk
	where string
}

func (k kept) SecretsKeptIn() string { return k.where }

func TestWhereSecretsAreKeptIsSaidInTheUsersLanguage(t *testing.T) {
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for where, want := range map[string]string{
		"the keyring of this computer":        "這台電腦的系統鑰匙圈",
		"a file sealed with your passphrase":  "以您的密碼片語加密的檔案",
		"memory, until the program ends":      "記憶體（程式結束即清除）",
		"":                                    "尚不清楚",
		"a place this version has no word of": "a place this version has no word of",
	} {
		app := shell.New(kept{uitest.NewDesk(), where}, &uitest.Loop{}, nil)
		assert.Equal(t, want, app.SecretsKeptIn())
	}
}
