package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

func TestARestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	kms := newKeyring()
	opts := store.Options{KMS: kms.wrapper, MinPartSize: -1}
	s := reopen(t, dir, opts)
	_, err := s.CreateBucket(t.Context(), "b", "eu-north-1")
	require.NoError(t, err)
	require.NoError(t, s.SetBucketConfig(t.Context(), "b", "encryption", []byte("<x/>")))
	content := noise(150_000, 1)
	all := modes(t)
	before := map[string]store.Object{}
	uploads := map[string]store.Upload{}
	parts := map[string]store.CompletedPart{}
	for name, how := range all {
		before[name] = putObject(t, s, name, content, how)
		putInParts(t, s, name+" parts", how, content, 100_000, 50_000)
		uploads[name] = createUpload(t, s, name+" open", how)
		parts[name] = putPart(t, s, uploads[name], 1, content, how.Customer)
	}
	require.NoError(t, s.Close())

	s = reopen(t, dir, opts)
	b, err := s.HeadBucket(t.Context(), "b")
	require.NoError(t, err)
	assert.Equal(t, "eu-north-1", b.Region)
	doc, err := s.BucketConfig(t.Context(), "b", "encryption")
	require.NoError(t, err)
	assert.Equal(t, "<x/>", string(doc))
	for name, how := range all {
		after, err := s.Stat(t.Context(), "b", name, "")
		require.NoError(t, err)
		assert.Equal(t, before[name], after)
		_, err = complete(t, s, uploads[name], parts[name])
		require.NoError(t, err, name)
		for _, key := range []string{name, name + " parts", name + " open"} {
			got, err := load(t, s, key, how)
			require.NoError(t, err, key)
			assert.True(t, bytes.Equal(content, got), key)
		}
	}
}

func TestACrashBeforeTheCommitLeavesTheOldObject(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, store.Options{})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	how := store.Sealing{Mode: store.SSES3}
	putObject(t, s, "k", []byte("old"), how)
	kept := bodies(t, s)
	require.Len(t, kept, 1)
	require.NoError(t, s.Close())

	// What a killed process leaves: a body moved to its place, and half of another.
	orphan := filepath.Join(filepath.Dir(kept[0]), "00112233445566778899aabbccddeeff")
	require.NoError(t, os.WriteFile(orphan, []byte("torn"), 0o600))
	half := filepath.Join(dir, "tmp", "ff112233445566778899aabbccddeeff")
	require.NoError(t, os.WriteFile(half, []byte("to"), 0o600))

	s = reopen(t, dir, store.Options{})
	got, err := load(t, s, "k", how)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	assert.Equal(t, kept, bodies(t, s), "the orphan is swept, the object is not")
	assert.NoFileExists(t, half)
	page, err := s.List(t.Context(), store.ListRequest{Bucket: "b", Max: 10})
	require.NoError(t, err)
	assert.Len(t, page.Objects, 1)
}

func TestConcurrentPutsLeaveExactlyOneWholeObject(t *testing.T) {
	s := openStore(t, store.Options{})
	const writers = 8
	wanted := map[string]bool{}
	var wg sync.WaitGroup
	for i := range writers {
		content := noise(100_000+i, byte(i))
		wanted[string(content)] = true
		wg.Go(func() {
			for range 5 {
				_, err := s.Put(t.Context(), store.PutRequest{
					Bucket: "b", Key: "k", Body: bytes.NewReader(content), Size: -1,
					Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: keyARN, BucketKey: true},
				})
				assert.NoError(t, err)
			}
		})
	}
	// Whoever reads meanwhile sees one whole object or none.
	for range 50 {
		got, err := load(t, s, "k", store.Sealing{})
		if errors.Is(err, store.ErrNoSuchKey) {
			continue
		}
		require.NoError(t, err)
		require.True(t, wanted[string(got)])
	}
	wg.Wait()
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.True(t, wanted[string(got)])
	assert.Len(t, bodies(t, s), 1)
}

func TestOnlyOneOfManyWinsIfNoneMatch(t *testing.T) {
	s := openStore(t, store.Options{})
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			_, err := s.Put(t.Context(), store.PutRequest{
				Bucket: "b", Key: "k", Body: bytes.NewReader([]byte{byte(i)}), Size: 1, IfNoneMatch: "*",
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else {
				assert.ErrorIs(t, err, store.ErrPreconditionFailed)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, won)
	assert.Len(t, bodies(t, s), 1)
}

func TestAReaderOutlivesItsObject(t *testing.T) {
	s := openStore(t, smallParts)
	content := noise(300_000, 1)
	how := store.Sealing{Mode: store.SSES3}
	putInParts(t, s, "k", how, content, 100_000, 200_000)
	r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	again, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	putObject(t, s, "k", []byte("new"), how)
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	require.NoError(t, again.Close())
	got, err := io.ReadAll(r.Range(0, r.Size()))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(content, got))
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	assert.Empty(t, bodies(t, s), "the last reader takes the bodies along")
	_, err = r.ReadAt(make([]byte, 1), 0)
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = io.ReadAll(r.Range(0, 1))
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestASecondProcessIsRefused(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := store.Open(s.Dir(), store.Options{})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "another process has it open")
}

func TestALostOrForeignRootKeyIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, store.Options{})
	require.NoError(t, s.Close())
	path := filepath.Join(dir, "root.key")
	right, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.Remove(path))
	_, err = store.Open(dir, store.Options{})
	require.ErrorContains(t, err, "root key is missing")
	assert.NoFileExists(t, path)

	_, err = seal.OpenRootKey(path)
	require.NoError(t, err)
	_, err = store.Open(dir, store.Options{})
	require.ErrorContains(t, err, "not the root key of this folder")

	require.NoError(t, os.WriteFile(path, right, 0o600))
	s, err = store.Open(dir, store.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestEverythingInTheFolderIsForItsOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := reopen(t, dir, store.Options{})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	putObject(t, s, "k", []byte("x"), store.Sealing{})
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		st, err := d.Info()
		require.NoError(t, err)
		assert.Zero(t, st.Mode().Perm()&0o077, "%s is %s", path, st.Mode())
		return nil
	})
	require.NoError(t, err)
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, reopen(t, dir, store.Options{}).Close())
	edit(t, dir, func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("3")) })
	_, err := store.Open(dir, store.Options{})
	assert.ErrorContains(t, err, `format "3"`)
}

func TestADamagedRecordStopsTheSweepBeforeItDeletes(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, store.Options{})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	putObject(t, s, "k", []byte("x"), store.Sealing{})
	require.NoError(t, s.Close())
	edit(t, dir, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("content")).Bucket([]byte("b")).Bucket([]byte("current")).Put([]byte("k"), []byte("{"))
	})
	_, err = store.Open(dir, store.Options{})
	require.ErrorIs(t, err, store.ErrCorrupt)
	assert.Len(t, bodies(t, s), 1)
}

// edit changes the records of a closed store behind its back.
func edit(t testing.TB, dir string, change func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "records.db"), 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(change))
	require.NoError(t, db.Close())
}

func TestADurableStoreWorksLikeAFastOne(t *testing.T) {
	s, err := store.Open(t.TempDir(), store.Options{})
	require.NoError(t, err)
	defer s.Close()
	_, err = s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	for i := range 3 {
		putObject(t, s, "k", fmt.Append(nil, i), store.Sealing{Mode: store.SSES3})
	}
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "2", string(got))
	_, err = s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Size: 0, Body: bytes.NewReader(nil), Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}})
	assert.ErrorContains(t, err, "no KMS")
}
