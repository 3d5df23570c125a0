package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var grants = []testCase{
	{"AnObjectIsGivenToOthersAndTakenBack", func(t *testing.T, f Fixture) {
		granter := f.granter(t)
		f.put(t, "a", "content", plain)
		now, err := granter.ACL(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.Empty(t, now.Others(), "nobody but its owner")
		assert.False(t, now.Public())
		err = granter.SetACL(t.Context(), f.at("a"), "", client.ACL{Canned: "public-read"})
		if f.ACLs != "any" {
			fails(t, client.KindUnsupported, f.at("a"), err)
			now, err = granter.ACL(t.Context(), f.at("a"), "")
			require.NoError(t, err)
			assert.Empty(t, now.Others(), "nothing was given")
			err = granter.SetACL(t.Context(), f.at("a"), "", client.ACL{Canned: "private"})
			if f.ACLs == "private" {
				require.NoError(t, err)
			} else {
				fails(t, client.KindUnsupported, f.at("a"), err)
			}
			return
		}
		require.NoError(t, err)
		now, err = granter.ACL(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.True(t, now.Public())
		assert.Equal(t, []client.Grant{{Group: client.Everybody, Right: "READ"}}, now.Others())

		want := client.ACL{Grants: []client.Grant{{ID: now.Owner, Right: "FULL_CONTROL"}, {Group: client.Authenticated, Right: "READ"}}}
		require.NoError(t, granter.SetACL(t.Context(), f.at("a"), "", want), "the owner need not be named")
		now, err = granter.ACL(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.True(t, now.Gives(want), "%+v", now)
		require.NoError(t, granter.SetACL(t.Context(), f.at("a"), "", client.ACL{Canned: "private"}))
		now, err = granter.ACL(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.Empty(t, now.Others())
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content)
	}},
	{"TheListOfWhatIsNotThereIsNotFound", func(t *testing.T, f Fixture) {
		granter := f.granter(t)
		_, err := granter.ACL(t.Context(), f.at("none"), "")
		fails(t, client.KindNotFound, f.at("none"), err)
		require.Error(t, granter.SetACL(t.Context(), f.at("none"), "", client.ACL{Canned: "private"}))
		f.absent(t, "none")
	}},
}

func (f Fixture) granter(t *testing.T) client.Granter {
	t.Helper()
	granter, ok := client.As[client.Granter](f.Store)
	require.True(t, ok)
	return granter
}
