package keychain

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestASessionTokenOfFourKilobytesIsKeptInAKeyringOfShortEntriesAndInAVault(t *testing.T) {
	token := strings.Repeat("t0K/n+==", 512)
	require.Len(t, token, 4096)
	for name, o := range map[string]Options{
		"keyring of Windows": {Backend: &shelf{longest: 2560}},
		"vault": {Backend: NoKeyring, WorkFactor: fast, Passphrase: func(context.Context, Question) (client.Secret, error) {
			return client.NewSecret(phrase), nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "vault" {
				o.VaultFile = filepath.Join(t.TempDir(), "vault.age")
			}
			c := client.Credentials{AccessKeyID: account.AccessKeyID, Secret: client.NewSecret("s"), SessionToken: client.NewSecret(token)}
			require.NoError(t, Open(t.Context(), o).SetAccountCredentials(t.Context(), account, c))
			got, err := Open(t.Context(), o).AccountCredentials(t.Context(), account)
			require.NoError(t, err)
			assert.Equal(t, token, got.SessionToken.Reveal())
		})
	}
}
