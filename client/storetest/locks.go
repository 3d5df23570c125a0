package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var locks = []testCase{
	{"AVersionIsKeptAndHeldAndLetGo", func(t *testing.T, f Fixture) {
		if f.Locked == nil {
			t.Skip("no bucket here has object lock")
		}
		f.Bucket = f.Locked(t)
		locker := f.locker(t)
		o := f.put(t, "a", "content", client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: crcOf("content"), MD5: md5Of("content")}})
		lock, err := locker.Lock(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.Equal(t, client.Lock{}, lock, "what was never set is nothing")

		week := client.Retention{Mode: client.Governance, Until: time.Now().Add(7 * 24 * time.Hour)}
		require.NoError(t, locker.SetRetention(t.Context(), f.at("a"), o.VersionID, week, false))
		f.keeps(t, o.VersionID)
		require.NoError(t, locker.SetHold(t.Context(), f.at("a"), o.VersionID, true))
		lock, err = locker.Lock(t.Context(), f.at("a"), o.VersionID)
		require.NoError(t, err)
		assert.True(t, lock.Hold)
		assert.True(t, lock.Same(week), "%+v", lock)
		day := client.Retention{Mode: client.Governance, Until: time.Now().Add(24 * time.Hour)}
		fails(t, client.KindDenied, f.at("a"), locker.SetRetention(t.Context(), f.at("a"), o.VersionID, day, false))
		require.NoError(t, locker.SetRetention(t.Context(), f.at("a"), o.VersionID, day, true))
		err = locker.SetRetention(t.Context(), f.at("a"), o.VersionID, client.Retention{}, true)
		if f.RetentionEnds {
			day = client.Retention{}
			require.NoError(t, err)
		} else {
			fails(t, client.KindUnsupported, f.at("a"), err)
		}
		f.keeps(t, o.VersionID)
		require.NoError(t, locker.SetHold(t.Context(), f.at("a"), o.VersionID, false))
		lock, err = locker.Lock(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.False(t, lock.Hold)
		assert.True(t, lock.Same(day), "%+v", lock)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content)
		if f.RetentionEnds {
			results, err := f.Store.DeleteSeen(t.Context(), []client.Object{{At: f.at("a"), VersionID: o.VersionID}})
			require.NoError(t, err)
			assert.Equal(t, []error{nil}, results, "what nothing keeps can be removed")
		}
	}},
	{"ABucketWithoutObjectLockSaysSo", func(t *testing.T, f Fixture) {
		locker := f.locker(t)
		f.put(t, "a", "content", plain)
		_, err := locker.Lock(t.Context(), f.at("a"), "")
		fails(t, client.KindUnsupported, f.at("a"), err)
		fails(t, client.KindUnsupported, f.at("a"), locker.SetHold(t.Context(), f.at("a"), "", true))
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content, "nothing wrote over it")
	}},
}

// keeps says that a version cannot be removed.
func (f Fixture) keeps(t *testing.T, versionID string) {
	t.Helper()
	results, err := f.Store.DeleteSeen(t.Context(), []client.Object{{At: f.at("a"), VersionID: versionID}})
	require.NoError(t, err)
	require.Len(t, results, 1)
	fails(t, client.KindDenied, f.at("a"), results[0])
	_, content := f.get(t, "a", client.ReadOptions{VersionID: versionID})
	assert.Equal(t, "content", content)
}

func (f Fixture) locker(t *testing.T) client.Locker {
	t.Helper()
	locker, ok := client.As[client.Locker](f.Store)
	require.True(t, ok)
	return locker
}
