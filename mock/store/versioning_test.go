package store_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/store"
)

// noVersion has the form of a version id, and no version has it.
const noVersion = "01BX5ZZKBKACTAV9WEVGEMMVRZ"

func setVersioning(t testing.TB, s *store.Store, v store.Versioning) {
	t.Helper()
	require.NoError(t, s.SetVersioning(t.Context(), "b", v))
}

// openVersioned is openStore with versioning enabled.
func openVersioned(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s := openStore(t, opts)
	setVersioning(t, s, store.Enabled)
	return s
}

// loadVersion reads one version from start to end.
func loadVersion(t testing.TB, s *store.Store, key, version string, how store.Sealing) (string, error) {
	t.Helper()
	r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: key, VersionID: version, Customer: how.Customer})
	if err != nil {
		return "", err
	}
	defer r.Close()
	got, err := io.ReadAll(r.Range(0, r.Size()))
	return string(got), err
}

func remove(t testing.TB, s *store.Store, key, version string) store.Deleted {
	t.Helper()
	done, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: key, VersionID: version})
	require.NoError(t, err)
	return done
}

// story is the versions of a bucket as a line of text each: key, what it is, and an
// asterisk for the current one.
func story(t testing.TB, s *store.Store) string {
	t.Helper()
	page, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 1000})
	require.NoError(t, err)
	require.False(t, page.Truncated)
	var lines []string
	for _, v := range page.Versions {
		line := v.Key + " "
		if v.VersionID == "null" {
			line += "null "
		}
		if v.DeleteMarker {
			line += "gone"
		} else {
			content, err := loadVersion(t, s, v.Key, v.VersionID, store.Sealing{})
			require.NoError(t, err)
			line += content
		}
		if v.Latest {
			line += "*"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func TestAVersionedBucketKeepsWhatWasWrittenBefore(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			null := putObject(t, s, "k", []byte("one"), how)
			setVersioning(t, s, store.Enabled)
			second := putInParts(t, s, "k", how, []byte("second"), 3, 3)
			third := putObject(t, s, "k", []byte("third"), how)
			assert.False(t, null.Versioned)
			assert.True(t, third.Versioned)
			assert.NotEqual(t, second.VersionID, third.VersionID)
			for id, want := range map[string]string{"": "third", third.VersionID: "third", second.VersionID: "second", "null": "one"} {
				got, err := loadVersion(t, s, "k", id, how)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
			old, err := s.Stat(t.Context(), "b", "k", "null")
			require.NoError(t, err)
			null.Versioned = true
			assert.Equal(t, null, old)
			_, err = s.Stat(t.Context(), "b", "k", noVersion)
			require.ErrorIs(t, err, store.ErrNoSuchVersion)
		})
	}
}

func TestADeleteMarkerHidesAKeyUntilItIsRemoved(t *testing.T) {
	s := openVersioned(t, store.Options{})
	first := putObject(t, s, "k", []byte("first"), store.Sealing{})
	marker := remove(t, s, "k", "")
	assert.Equal(t, store.Deleted{Found: true, VersionID: marker.VersionID, DeleteMarker: true}, marker)
	assert.NotEqual(t, first.VersionID, marker.VersionID)

	var met *store.DeleteMarkerError
	_, err := s.Stat(t.Context(), "b", "k", "")
	require.ErrorAs(t, err, &met)
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	assert.Equal(t, marker.VersionID, met.VersionID)
	_, err = loadVersion(t, s, "k", marker.VersionID, store.Sealing{})
	require.ErrorAs(t, err, &met)
	require.ErrorIs(t, err, store.ErrDeleteMarker)
	require.NotErrorIs(t, err, store.ErrNoSuchKey)
	_, err = s.SetTags(t.Context(), "b", "k", marker.VersionID, nil)
	require.ErrorIs(t, err, store.ErrDeleteMarker)
	page, err := s.List(t.Context(), store.ListRequest{Bucket: "b", Max: 10})
	require.NoError(t, err)
	assert.Empty(t, page.Objects)
	assert.Equal(t, "k gone*, k first", story(t, s))

	remove(t, s, "k", "")
	assert.Equal(t, "k gone*, k gone, k first", story(t, s), "each delete makes one")
	newest, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 1})
	require.NoError(t, err)
	remove(t, s, "k", newest.Versions[0].VersionID)
	assert.Equal(t, store.Deleted{Found: true, VersionID: marker.VersionID, DeleteMarker: true}, remove(t, s, "k", marker.VersionID))
	assert.Equal(t, "k first*", story(t, s))
	assert.Equal(t, store.Deleted{VersionID: marker.VersionID}, remove(t, s, "k", marker.VersionID), "there is none any more")
	assert.True(t, remove(t, s, "none", "").DeleteMarker, "a key that never was gets one too")
}

func TestAVersionIsRemovedForGoodAndTheOneBeforeItBecomesCurrent(t *testing.T) {
	s := openVersioned(t, smallParts)
	var ids []string
	for _, text := range []string{"one", "two", "three", "four"} {
		ids = append(ids, putInParts(t, s, "k", store.Sealing{Mode: store.SSES3}, []byte(text), 2, len(text)-2).VersionID)
	}
	assert.Equal(t, store.Deleted{Found: true, VersionID: ids[1]}, remove(t, s, "k", ids[1]))
	assert.Equal(t, "k four*, k three, k one", story(t, s))
	remove(t, s, "k", ids[3])
	assert.Equal(t, "k three*, k one", story(t, s))
	putObject(t, s, "k", []byte("five"), store.Sealing{})
	assert.Equal(t, "k five*, k three, k one", story(t, s), "what was current twice keeps its place")
	assert.Len(t, bodies(t, s), 5)
	require.ErrorIs(t, s.DeleteBucket(t.Context(), "b"), store.ErrVersionsLeft)
	require.ErrorIs(t, s.DeleteBucket(t.Context(), "b"), store.ErrBucketNotEmpty)
	page, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 10})
	require.NoError(t, err)
	for _, v := range page.Versions {
		remove(t, s, "k", v.VersionID)
	}
	assert.Empty(t, story(t, s))
	assert.Empty(t, bodies(t, s))
	remove(t, s, "k", "")
	require.ErrorIs(t, s.DeleteBucket(t.Context(), "b"), store.ErrVersionsLeft, "a marker is left")
	page, err = s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 10})
	require.NoError(t, err)
	remove(t, s, "k", page.Versions[0].VersionID)
	require.NoError(t, s.DeleteBucket(t.Context(), "b"))
}

func TestASuspendedBucketReplacesOnlyTheNullVersion(t *testing.T) {
	s := openStore(t, smallParts)
	putObject(t, s, "k", []byte("a"), store.Sealing{Mode: store.SSES3})
	setVersioning(t, s, store.Enabled)
	kept := putObject(t, s, "k", []byte("kept"), store.Sealing{})
	setVersioning(t, s, store.Suspended)
	assert.Equal(t, "k kept*, k null a", story(t, s))
	null := putObject(t, s, "k", []byte("b"), store.Sealing{Mode: store.SSES3})
	assert.Equal(t, "null", null.VersionID)
	assert.True(t, null.Versioned)
	assert.Equal(t, "k null b*, k kept", story(t, s), "the null version before it is gone, though it was an older one")
	putInParts(t, s, "k", store.Sealing{}, []byte("cc"), 1, 1)
	assert.Equal(t, "k null cc*, k kept", story(t, s))
	for range 3 {
		assert.Equal(t, store.Deleted{Found: true, VersionID: "null", DeleteMarker: true}, remove(t, s, "k", ""))
		assert.Equal(t, "k null gone*, k kept", story(t, s))
	}
	assert.Len(t, bodies(t, s), 1)
	setVersioning(t, s, store.Enabled)
	putObject(t, s, "k", []byte("d"), store.Sealing{})
	assert.Equal(t, "k d*, k null gone, k kept", story(t, s))
	assert.Equal(t, store.Deleted{Found: true, VersionID: "null", DeleteMarker: true}, remove(t, s, "k", "null"))
	assert.Equal(t, kept.VersionID, remove(t, s, "k", kept.VersionID).VersionID)
	assert.Equal(t, "k d*", story(t, s))
	require.ErrorContains(t, s.SetVersioning(t.Context(), "b", store.Unversioned), "cannot become")
	require.ErrorIs(t, s.SetVersioning(t.Context(), "none", store.Enabled), store.ErrNoSuchBucket)
}

func TestConditionsOfAVersionedBucketAreAboutTheCurrentVersion(t *testing.T) {
	s := openVersioned(t, store.Options{})
	old := putObject(t, s, "k", []byte("old"), store.Sealing{})
	now := putObject(t, s, "k", []byte("now"), store.Sealing{})
	try := func(match, noneMatch string) error {
		_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: strings.NewReader("x"), Size: 1, IfMatch: match, IfNoneMatch: noneMatch})
		return err
	}
	_, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: old.ETag})
	require.ErrorIs(t, err, store.ErrPreconditionFailed)
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", VersionID: old.VersionID, IfMatch: now.ETag})
	require.ErrorIs(t, err, store.ErrPreconditionFailed, "the version that is named counts")
	require.ErrorIs(t, try(old.ETag, ""), store.ErrPreconditionFailed)
	require.ErrorIs(t, try("", "*"), store.ErrPreconditionFailed)
	assert.Equal(t, "k now*, k old", story(t, s))
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: now.ETag})
	require.NoError(t, err)
	require.ErrorIs(t, try(now.ETag, ""), store.ErrNoSuchKey, "a marker is no object")
	_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", IfMatch: "*"})
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	require.NoError(t, try("", "*"))
	assert.Equal(t, "k x*, k gone, k now, k old", story(t, s))
}

func TestTagsAndKeysOfAnOlderVersionChangeAlone(t *testing.T) {
	ring := newKeyring()
	s := openStore(t, store.Options{KMS: ring.wrapper})
	setVersioning(t, s, store.Enabled)
	how := store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}
	old := putObject(t, s, "k", []byte("old"), how)
	now := putObject(t, s, "k", []byte("now"), how)
	tagged, err := s.SetTags(t.Context(), "b", "k", old.VersionID, map[string]string{"a": "1"})
	require.NoError(t, err)
	assert.Equal(t, old.VersionID, tagged.VersionID)
	_, err = s.Rewrap(t.Context(), store.RewrapRequest{Bucket: "b", Key: "k", VersionID: old.VersionID, Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: otherARN}})
	require.NoError(t, err)
	got, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, now, got)
	ring.disable(keyARN)
	content, err := loadVersion(t, s, "k", old.VersionID, how)
	require.NoError(t, err)
	assert.Equal(t, "old", content)
	_, err = loadVersion(t, s, "k", "", how)
	require.ErrorIs(t, err, errKeyDisabled)
	got, err = s.Stat(t.Context(), "b", "k", old.VersionID)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1"}, got.Tags)
}

func TestVersioningThatChangesDuringAWriteCountsAtItsEnd(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			putObject(t, s, "k", []byte("first"), how)
			var once sync.Once
			body := io.MultiReader(strings.NewReader("sec"), readerFunc(func([]byte) (int, error) {
				once.Do(func() { setVersioning(t, s, store.Enabled) })
				return 0, io.EOF
			}), strings.NewReader("ond"))
			obj, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: body, Size: 6, Sealing: how})
			require.NoError(t, err)
			assert.NotEqual(t, "null", obj.VersionID)
			up := createUpload(t, s, "k", how)
			part := putPart(t, s, up, 1, []byte("third"), how.Customer)
			done, err := s.CompleteUpload(t.Context(), store.CompleteRequest{
				Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{part},
				Verify: func([]store.Part, string) (store.Checksums, error) {
					setVersioning(t, s, store.Suspended)
					return store.Checksums{}, nil
				},
			})
			require.NoError(t, err)
			assert.Equal(t, "null", done.VersionID)
			for id, want := range map[string]string{"": "third", obj.VersionID: "second", "null": "third"} {
				got, err := loadVersion(t, s, "k", id, how)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAWriteThatFailsLeavesTheVersionsAlone(t *testing.T) {
	s := openVersioned(t, store.Options{})
	putObject(t, s, "k", []byte("a"), store.Sealing{})
	putObject(t, s, "k", []byte("b"), store.Sealing{})
	_, err := s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "k", Body: iotest.ErrReader(io.ErrUnexpectedEOF), Size: 5})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "k b*, k a", story(t, s))
	assert.Len(t, bodies(t, s), 2)
}

func TestVersionsOutliveARestartAndTheSweepKnowsTheirBodies(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, smallParts)
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	setVersioning(t, s, store.Enabled)
	how := store.Sealing{Mode: store.SSES3}
	putObject(t, s, "k", []byte("one"), how)
	putInParts(t, s, "k", how, []byte("second"), 3, 3)
	putObject(t, s, "k", []byte("third"), how)
	remove(t, s, "k", "")
	require.NoError(t, s.Close())
	s = reopen(t, dir, smallParts)
	assert.Equal(t, "k gone*, k third, k second, k one", story(t, s))
	assert.Len(t, bodies(t, s), 4)

	edit(t, closed(t, s), func(tx *bolt.Tx) error {
		older := tx.Bucket([]byte("content")).Bucket([]byte("b")).Bucket([]byte("older"))
		k, _ := older.Cursor().First()
		return older.Put(k, []byte("{"))
	})
	_, err = store.Open(dir, smallParts)
	require.ErrorIs(t, err, store.ErrCorrupt, "a damaged older version stops the sweep before it deletes")
	assert.Len(t, bodies(t, s), 4)
}

func closed(t testing.TB, s *store.Store) (dir string) {
	t.Helper()
	require.NoError(t, s.Close())
	return s.Dir()
}

func TestAVersionCannotTakeThePlaceOfAnother(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, store.Options{})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	setVersioning(t, s, store.Enabled)
	how := store.Sealing{Mode: store.SSES3}
	old := putObject(t, s, "k", []byte("the salary was 10"), how)
	now := putObject(t, s, "k", []byte("the salary is 100"), how)
	edit(t, closed(t, s), func(tx *bolt.Tx) error {
		tables := tx.Bucket([]byte("content")).Bucket([]byte("b"))
		k, v := tables.Bucket([]byte("older")).Cursor().First()
		current := bytes.Clone(tables.Bucket([]byte("current")).Get([]byte("k")))
		asNow := bytes.ReplaceAll(bytes.Clone(v), []byte(old.VersionID), []byte(now.VersionID))
		asOld := bytes.ReplaceAll(current, []byte(now.VersionID), []byte(old.VersionID))
		require.NoError(t, tables.Bucket([]byte("older")).Put(bytes.Clone(k), asOld))
		return tables.Bucket([]byte("current")).Put([]byte("k"), asNow)
	})
	s = reopen(t, dir, store.Options{})
	for _, id := range []string{"", now.VersionID, old.VersionID} {
		got, err := loadVersion(t, s, "k", id, how)
		require.ErrorIs(t, err, store.ErrCorrupt)
		assert.Empty(t, got)
	}
}

// unzip makes a folder of an archive.
func unzip(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	z, err := zip.OpenReader(archive)
	require.NoError(t, err)
	defer z.Close()
	require.NoError(t, os.CopyFS(dir, z))
	require.NoError(t, os.Chmod(filepath.Join(dir, "root.key"), 0o600))
	return dir
}

func format(t testing.TB, s *store.Store) (format string) {
	t.Helper()
	edit(t, closed(t, s), func(tx *bolt.Tx) error {
		format = string(tx.Bucket([]byte("meta")).Get([]byte("format")))
		return nil
	})
	return format
}

// testdata/format1.zip was written by the program as it was before it knew
// versions: "hello" as a PUT and in parts, plain and sealed, and an open upload.
func TestAFolderFromBeforeVersionsOpensAndIsChangedOnlyByVersioning(t *testing.T) {
	dir := unzip(t, filepath.Join("testdata", "format1.zip"))
	s := reopen(t, dir, smallParts)
	const hello = "parts  null hello*, parts SSE-S3 null hello*, put  null hello*, put SSE-S3 null hello*"
	assert.Equal(t, hello, story(t, s))
	assert.Len(t, bodies(t, s), 7)
	putObject(t, s, "k", []byte("x"), store.Sealing{})
	remove(t, s, "k", "")
	assert.Equal(t, "1", format(t, s), "the program before it can still open it")

	s = reopen(t, dir, smallParts)
	setVersioning(t, s, store.Enabled)
	putObject(t, s, "put SSE-S3", []byte("again"), store.Sealing{})
	remove(t, s, "parts SSE-S3", "")
	const now = "parts  null hello*, parts SSE-S3 gone*, parts SSE-S3 null hello, put  null hello*, put SSE-S3 again*, put SSE-S3 null hello"
	assert.Equal(t, now, story(t, s))
	assert.Equal(t, "2", format(t, s), "it would sweep the older versions away")
	s = reopen(t, dir, smallParts)
	assert.Equal(t, now, story(t, s))
}

func TestWritersAtOnceEachKeepTheirVersion(t *testing.T) {
	s := openVersioned(t, smallParts)
	const writers, each = 8, 5
	var mu sync.Mutex
	written := map[string]string{}
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				content := fmt.Sprintf("%d of %d", n, i)
				obj, err := s.Put(t.Context(), store.PutRequest{
					Bucket: "b", Key: "k", Body: strings.NewReader(content), Size: -1, Sealing: store.Sealing{Mode: store.SSES3},
				})
				if !assert.NoError(t, err) {
					return
				}
				if n == 0 { // its own first one goes again, and a marker comes
					_, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k", VersionID: obj.VersionID})
					assert.NoError(t, err)
					_, err = s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k"})
					assert.NoError(t, err)
					continue
				}
				mu.Lock()
				written[obj.VersionID] = content
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	page, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 1000})
	require.NoError(t, err)
	markers := 0
	for i, v := range page.Versions {
		assert.Equal(t, i == 0, v.Latest)
		if v.DeleteMarker {
			markers++
			continue
		}
		got, err := loadVersion(t, s, "k", v.VersionID, store.Sealing{})
		require.NoError(t, err)
		assert.Equal(t, written[v.VersionID], got)
		delete(written, v.VersionID)
	}
	assert.Equal(t, writers, markers)
	assert.Empty(t, written, "none was lost")
	assert.Len(t, bodies(t, s), writers*(each-1))
}
