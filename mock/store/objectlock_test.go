package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

// clock is a time that a test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// openLocked opens a store whose bucket "b" has object lock.
func openLocked(t testing.TB, opts store.Options) (*store.Store, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	opts.Now = c.now
	s := reopen(t, t.TempDir(), opts)
	b, err := s.CreateLockedBucket(t.Context(), "b", "")
	require.NoError(t, err)
	require.Equal(t, store.Enabled, b.Versioning)
	return s, c
}

func putLocked(t testing.TB, s *store.Store, r store.Retention, hold store.LegalHold) store.Object {
	t.Helper()
	obj, err := s.Put(t.Context(), store.PutRequest{
		Bucket: "b", Key: "k", Body: strings.NewReader("kept"), Size: 4, Retention: r, LegalHold: hold, Sealing: store.Sealing{Mode: store.SSES3},
	})
	require.NoError(t, err)
	return obj
}

func try(t testing.TB, s *store.Store, version string, bypass bool) error {
	t.Helper()
	_, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", VersionID: version, Bypass: bypass})
	return err
}

func TestALockedVersionStaysUntilItsTimeIsOver(t *testing.T) {
	for _, mode := range []store.RetentionMode{store.Governance, store.Compliance} {
		s, c := openLocked(t, store.Options{})
		until := c.Add(time.Hour)
		obj := putLocked(t, s, store.Retention{Mode: mode, Until: until}, "")
		require.ErrorIs(t, try(t, s, obj.VersionID, false), store.ErrLocked, mode)
		if mode == store.Compliance {
			require.ErrorIs(t, try(t, s, obj.VersionID, true), store.ErrLocked)
		}
		putLocked(t, s, store.Retention{}, "")
		require.NoError(t, try(t, s, "", false), "a delete marker may always be put over it")
		c.Time = until.Add(-time.Millisecond)
		require.ErrorIs(t, try(t, s, obj.VersionID, false), store.ErrLocked)
		got, err := loadVersion(t, s, "k", obj.VersionID, store.Sealing{})
		require.NoError(t, err)
		assert.Equal(t, "kept", got)
		c.Time = until
		require.NoError(t, try(t, s, obj.VersionID, false))
		_, err = s.Stat(t.Context(), "b", "k", obj.VersionID)
		require.ErrorIs(t, err, store.ErrNoSuchVersion)
	}
}

func TestGovernanceIsBypassedByWhoMayAndALegalHoldByNobody(t *testing.T) {
	s, c := openLocked(t, store.Options{})
	obj := putLocked(t, s, store.Retention{Mode: store.Governance, Until: c.Add(time.Hour)}, store.HoldOn)
	require.ErrorIs(t, try(t, s, obj.VersionID, true), store.ErrLocked)
	c.Time = c.Add(2 * time.Hour)
	require.ErrorIs(t, try(t, s, obj.VersionID, true), store.ErrLocked, "a hold has no time")
	c.Time = c.Add(-2 * time.Hour)
	require.NoError(t, s.SetLegalHold(t.Context(), "b", "k", obj.VersionID, store.HoldOff))
	require.ErrorIs(t, try(t, s, obj.VersionID, false), store.ErrLocked)
	require.NoError(t, try(t, s, obj.VersionID, true))
}

func TestARetentionIsProlongedAndNotMadeWeaker(t *testing.T) {
	hour := func(c *clock, n int) time.Time { return c.Add(time.Duration(n) * time.Hour) }
	for name, c := range map[string]struct {
		from, to store.RetentionMode // two hours at first
		hours    int
		bypass   bool
		allowed  bool
	}{
		"governance longer":            {store.Governance, store.Governance, 3, false, true},
		"governance the same":          {store.Governance, store.Governance, 2, false, true},
		"governance shorter":           {store.Governance, store.Governance, 1, false, false},
		"governance removed":           {store.Governance, "", 0, false, false},
		"governance to compliance":     {store.Governance, store.Compliance, 3, false, false},
		"governance shorter, bypassed": {store.Governance, store.Governance, 1, true, true},
		"governance removed, bypassed": {store.Governance, "", 0, true, true},
		"to compliance, bypassed":      {store.Governance, store.Compliance, 1, true, true},
		"compliance longer":            {store.Compliance, store.Compliance, 3, false, true},
		"compliance shorter":           {store.Compliance, store.Compliance, 1, true, false},
		"compliance removed":           {store.Compliance, "", 0, true, false},
		"compliance to governance":     {store.Compliance, store.Governance, 3, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, at := openLocked(t, store.Options{})
			was := store.Retention{Mode: c.from, Until: hour(at, 2)}
			obj := putLocked(t, s, was, "")
			want := store.Retention{Mode: c.to}
			if c.to != "" {
				want.Until = hour(at, c.hours)
			}
			change := store.RetentionRequest{Bucket: "b", Key: "k", VersionID: obj.VersionID, Retention: want, Bypass: c.bypass}
			err := s.SetRetention(t.Context(), change)
			got, _ := s.Stat(t.Context(), "b", "k", "")
			if c.allowed {
				require.NoError(t, err)
				assert.Equal(t, want, got.Retention)
				return
			}
			require.ErrorIs(t, err, store.ErrLocked)
			assert.Equal(t, was, got.Retention)
			at.Time = hour(at, 2)
			change.Bypass = false
			require.NoError(t, s.SetRetention(t.Context(), change), "when it is over, everything goes")
		})
	}
}

func TestNewVersionsGetTheDefaultRetention(t *testing.T) {
	opts := smallParts
	s, c := openLocked(t, opts)
	require.NoError(t, s.SetObjectLock(t.Context(), "b", store.ObjectLock{Mode: store.Compliance, Days: 30}))
	assert.Equal(t, store.Retention{Mode: store.Compliance, Until: c.AddDate(0, 0, 30)}, putLocked(t, s, store.Retention{}, "").Retention)
	own := store.Retention{Mode: store.Governance, Until: c.Add(time.Hour)}
	assert.Equal(t, own, putLocked(t, s, own, "").Retention)
	require.NoError(t, s.SetObjectLock(t.Context(), "b", store.ObjectLock{Mode: store.Governance, Years: 2}))
	parts := putInParts(t, s, "k", store.Sealing{}, []byte("parts"), 2, 3)
	assert.Equal(t, store.Retention{Mode: store.Governance, Until: c.AddDate(2, 0, 0)}, parts.Retention)
	up, err := s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "b", Key: "k", Retention: own, LegalHold: store.HoldOn})
	require.NoError(t, err)
	obj, err := complete(t, s, up, putPart(t, s, up, 1, []byte("x"), store.Sealing{}.Customer))
	require.NoError(t, err)
	assert.Equal(t, own, obj.Retention)
	assert.Equal(t, store.HoldOn, obj.LegalHold)
	require.NoError(t, s.SetObjectLock(t.Context(), "b", store.ObjectLock{}))
	assert.Zero(t, putLocked(t, s, store.Retention{}, "").Retention)
	marker := remove(t, s, "k", "")
	require.NoError(t, try(t, s, marker.VersionID, false), "a delete marker is never locked")
}

func TestALockedKeyIsNotWrappedAnew(t *testing.T) {
	s, c := openLocked(t, store.Options{})
	obj := putLocked(t, s, store.Retention{Mode: store.Governance, Until: c.Add(time.Hour)}, "")
	how := store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}
	_, err := rewrap(t, s, how)
	require.ErrorIs(t, err, store.ErrLocked)
	got, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, obj, got)
	c.Time = c.Add(time.Hour)
	_, err = rewrap(t, s, how)
	require.NoError(t, err)
}

func TestLocksNeedABucketThatHasThem(t *testing.T) {
	s, c := openLocked(t, store.Options{})
	require.ErrorIs(t, s.SetVersioning(t.Context(), "b", store.Suspended), store.ErrObjectLock)
	require.NoError(t, s.SetVersioning(t.Context(), "b", store.Enabled))
	_, err := s.CreateBucket(t.Context(), "plain", "")
	require.NoError(t, err)
	kept := store.Retention{Mode: store.Governance, Until: c.Add(time.Hour)}
	_, err = s.Put(t.Context(), store.PutRequest{Bucket: "plain", Key: "k", Body: strings.NewReader("x"), Size: 1, Retention: kept})
	require.ErrorIs(t, err, store.ErrNoObjectLock)
	_, err = s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "plain", Key: "k", LegalHold: store.HoldOff})
	require.ErrorIs(t, err, store.ErrNoObjectLock)
	require.ErrorIs(t, s.SetRetention(t.Context(), store.RetentionRequest{Bucket: "plain", Key: "k"}), store.ErrNoObjectLock)
	require.ErrorIs(t, s.SetLegalHold(t.Context(), "none", "k", "", store.HoldOn), store.ErrNoSuchBucket)
	require.ErrorIs(t, s.SetLegalHold(t.Context(), "b", "k", "", store.HoldOn), store.ErrNoSuchKey)
	require.ErrorIs(t, s.SetObjectLock(t.Context(), "plain", store.ObjectLock{}), store.ErrNotVersioned)
	require.NoError(t, s.SetVersioning(t.Context(), "plain", store.Enabled))
	require.NoError(t, s.SetObjectLock(t.Context(), "plain", store.ObjectLock{}))
	require.ErrorIs(t, s.SetObjectLock(t.Context(), "none", store.ObjectLock{}), store.ErrNoSuchBucket)
	_, err = s.Stat(t.Context(), "plain", "k", "")
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.CreateLockedBucket(t.Context(), "b", "")
	require.ErrorIs(t, err, store.ErrBucketExists)
}

func TestLocksOutliveARestart(t *testing.T) {
	s, c := openLocked(t, store.Options{})
	obj := putLocked(t, s, store.Retention{Mode: store.Compliance, Until: c.Add(time.Hour)}, store.HoldOff)
	assert.Equal(t, "2", format(t, s), "a program that knows no versions does not open it")
	again := reopen(t, s.Dir(), store.Options{Now: c.now})
	got, err := again.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, obj, got)
	require.ErrorIs(t, try(t, again, obj.VersionID, true), store.ErrLocked)
	require.ErrorIs(t, again.SetVersioning(t.Context(), "b", store.Suspended), store.ErrObjectLock)
}

func TestALockThatComesDuringAnUpdateOfTheKeyStopsIt(t *testing.T) {
	ring := newKeyring()
	var s *store.Store
	hold := false
	s, _ = openLocked(t, store.Options{KMS: func(ctx context.Context, id string) (seal.KeyWrapper, error) {
		if hold {
			hold = false
			if err := s.SetLegalHold(ctx, "b", "k", "", store.HoldOn); err != nil {
				return nil, err
			}
		}
		return ring.wrapper(ctx, id)
	}})
	putLocked(t, s, store.Retention{}, "")
	hold = true
	_, err := rewrap(t, s, store.Sealing{Mode: store.SSEKMS, KeyID: keyARN})
	require.ErrorIs(t, err, store.ErrLocked)
	got, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, store.SSES3, got.Encryption.Mode)
}
