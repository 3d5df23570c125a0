package client

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAReferenceMeansTheAccountWithItsIDAndElseTheOneWithItsName(t *testing.T) {
	renamed, other := Account{ID: "T", Name: "clinic"}, Account{ID: "O", Name: "team"}
	all := []Account{renamed, other}
	assert.Equal(t, AccountRef{ID: "T", Name: "clinic"}, AccountRef{ID: "T", Name: "team"}.Among(all), "the id, with the name of today")
	assert.Equal(t, AccountRef{ID: "O", Name: "team"}, AccountRef{ID: "gone", Name: "team"}.Among(all), "removed, and added again")
	assert.Equal(t, AccountRef{ID: "O", Name: "team"}, AccountRef{ID: "", Name: "team"}.Among(all))
	assert.Equal(t, AccountRef{ID: "gone", Name: "lab"}, AccountRef{ID: "gone", Name: "lab"}.Among(all), "it is not lost")
	assert.Equal(t, AccountRef{}, AccountRef{}.Among([]Account{{}}), "every account stays every account")

	renamed1 := Account{ID: "1:team", Name: "clinic"}
	assert.Equal(t, renamed1.Ref(), RefOfVersion1("team").Among([]Account{renamed1}), "which had the name then")
	assert.Equal(t, other.Ref(), RefOfVersion1("team").Among([]Account{renamed1, other}), "a file that calls an account team means the one called so")
	assert.Equal(t, AccountRef{Name: "lab"}, RefOfVersion1("lab").Among(all))

	assert.True(t, AccountRef{ID: "T", Name: "team"}.Is(renamed))
	assert.False(t, AccountRef{ID: "T", Name: "team"}.Is(other), "an id is stronger than a name")
	assert.True(t, AccountRef{Name: "team"}.Is(other))
	assert.False(t, AccountRef{Name: "team"}.Is(Account{Name: "team", AdHoc: true}), "the account of one run, whatever it is called")
	assert.False(t, AccountRef{}.Is(Account{}))
	assert.True(t, AccountRef{}.IsZero())
}

func TestAReferenceIsWrittenWithItsIDOrAsANameAlone(t *testing.T) {
	for r, text := range map[AccountRef]string{{ID: "T", Name: "team"}: `{"id":"T","name":"team"}`, {Name: "team"}: `"team"`} {
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
		var back AccountRef
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, r, back)
	}
	require.Error(t, json.Unmarshal([]byte(`[]`), &AccountRef{}))
}

func TestAnAccountOfVersion1IsKnownByTheNameItHad(t *testing.T) {
	name, ok := NameOfVersion1(IDOfVersion1("工作"))
	assert.True(t, ok)
	assert.Equal(t, "工作", name)
	_, ok = NameOfVersion1("K3VXQ")
	assert.False(t, ok)
	assert.Equal(t, DemoAccount().Ref(), RefOfVersion1(DemoName).Among([]Account{DemoAccount()}))
	assert.True(t, RefOfVersion1("").IsZero())
}

func TestOnlyHTTPSAndThisMachineAreSecure(t *testing.T) {
	for endpoint, secure := range map[string]bool{
		"": true, "https://cos.example": true, "HTTPS://cos.example": true, "http://127.0.0.1:9000": true, "http://localhost:1": true, "http://[::1]:9000": true,
		"http://cos.example": false, "http://127.0.0.1.evil.example": false, "http://localhost.evil.example": false, "ftp://x": false, "%": false,
	} {
		assert.Equal(t, secure, Account{Endpoint: endpoint}.Secure(), endpoint)
	}
}
