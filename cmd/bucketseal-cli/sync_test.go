package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// summary is the last line of a sync in JSON.
func (r ran) summary() map[string]int {
	r.t.Helper()
	lines := r.lines()
	require.NotEmpty(r.t, lines, r.err)
	sum := map[string]int{}
	for name, n := range lines[len(lines)-1]["summary"].(map[string]any) {
		if n != 0.0 {
			sum[name] = int(n.(float64))
		}
	}
	return sum
}

// syncs runs a sync and asserts its summary and exit code.
func (u *user) syncs(code int, want map[string]int, args ...string) ran {
	u.t.Helper()
	r := u.runs(append([]string{"sync", "--json"}, args...)...).ends(code)
	assert.Equal(u.t, want, r.summary(), r.out+r.err)
	return r
}

func (u *user) remove(name string) {
	u.t.Helper()
	require.NoError(u.t, os.Remove(filepath.Join(u.dir, name)))
}

func TestAFolderIsSyncedUpByTheRulesAndAgainOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.runs("rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.ID).ends(0)
	u.file("w/a.csv", []byte("a"))
	u.file("w/a-b", []byte("dash"))
	u.file("w/a/子.csv", []byte("below"))
	u.file("w/empty", nil)

	dry := u.syncs(0, map[string]int{"uploaded": 4}, "--dry-run", "w", "s3://bucket/w")
	first := dry.lines()[0]
	assert.Equal(t, "planned", first["status"])
	assert.Equal(t, "it is new", first["why"])
	assert.EqualValues(t, 1, first["rule"])
	assert.Equal(t, true, first["dryRun"])
	assert.Contains(t, u.runs("sync", "-n", "w", "s3://bucket/w").ends(0).out, "would upload "+filepath.Join(u.dir, "w/a-b")+" -> s3://bucket/w/a-b  4 B  (it is new; rule 1, bucket -> SSE-KMS")
	assert.Contains(t, u.runs("sync", "-n", "w", "s3://bucket/w").ends(0).err, "Dry run, nothing was changed. 10 B would be written: 4 would be uploaded, 0 downloaded, 0 copied and 0 deleted; 0 are the same, and 0 could not be done\n")
	u.runs("ls", "s3://bucket/w/").ends(1)

	for _, l := range u.syncs(0, map[string]int{"uploaded": 4}, "w", "s3://bucket/w").lines()[:4] {
		assert.Equal(t, "verified", l["verdict"])
	}
	u.syncs(0, map[string]int{"unchanged": 4}, "w", "s3://bucket/w")
	u.syncs(0, map[string]int{"unchanged": 4}, "--checksum", "w", "s3://bucket/w/")
	u.has("s3://bucket/w/a/子.csv", "below")

	u.file("w/a.csv", []byte("b")) // the same size
	u.file("w/new", []byte("new"))
	u.syncs(0, map[string]int{"unchanged": 4, "uploaded": 1}, "--size-only", "w", "s3://bucket/w")
	r := u.syncs(0, map[string]int{"unchanged": 4, "uploaded": 1}, "w", "s3://bucket/w")
	assert.Equal(t, "s3://bucket/w/a.csv", r.lines()[0]["target"])
	u.has("s3://bucket/w/a.csv", "b")

	// Touched, and the same: the checksum says so.
	later := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(u.dir, "w/a.csv"), later, later))
	u.syncs(0, map[string]int{"unchanged": 5}, "w", "s3://bucket/w")
}

func TestASyncDownGivesTheSameFilesAndUpAgainChangesNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, name := range []string{"w/a.csv", "w/sub/b.csv", "w/ÅÄÖ", "w/x%41", "w/Twin", "w/twin"} {
		u.file(name, []byte(name))
	}
	u.syncs(0, map[string]int{"uploaded": 6}, "w", "s3://bucket/w")
	u.syncs(0, map[string]int{"downloaded": 6}, "s3://bucket/w", "back")
	u.syncs(0, map[string]int{"unchanged": 6}, "s3://bucket/w", "back")
	u.syncs(0, map[string]int{"unchanged": 6}, "back", "s3://bucket/w")
	assert.Equal(t, "w/sub/b.csv", string(u.read("back/sub/b.csv")))

	u.file("back/a.csv", []byte("other")) // whoever changes a copy has it made like the source again
	u.file("back/more", []byte("more"))
	u.syncs(0, map[string]int{"downloaded": 1, "unchanged": 5}, "s3://bucket/w", "back")
	assert.Equal(t, "w/a.csv", string(u.read("back/a.csv")))
	u.syncs(0, map[string]int{"deleted": 1, "unchanged": 6}, "--delete", "s3://bucket/w", "back")
	assert.NoFileExists(t, filepath.Join(u.dir, "back/more"))
}

func TestDeleteRemovesOnlyWhatTheSourceHasNotAndOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, name := range []string{"w/keep", "w/go/a", "w/go/b", "w/x.tmp"} {
		u.file(name, []byte(name))
	}
	u.syncs(0, map[string]int{"uploaded": 4}, "w", "s3://bucket/w")
	u.file("neighbour", []byte("n"))
	u.runs("cp", "neighbour", "s3://bucket/w2").ends(0)
	for _, name := range []string{"w/go/a", "w/go/b", "w/go", "w/x.tmp"} {
		u.remove(name)
	}
	u.syncs(0, map[string]int{"unchanged": 1}, "w", "s3://bucket/w")
	r := u.runs("sync", "--delete", "--max-delete", "1", "w", "s3://bucket/w").ends(1)
	assert.Contains(t, r.err, "3 would be deleted, and 1 are allowed")
	u.syncs(0, map[string]int{"unchanged": 1, "deleted": 2}, "--dry-run", "--delete", "--exclude", "*.tmp", "w", "s3://bucket/w")
	u.has("s3://bucket/w/go/a", "w/go/a")
	u.syncs(0, map[string]int{"unchanged": 1, "deleted": 2}, "--delete", "--exclude", "*.tmp", "w", "s3://bucket/w")
	u.has("s3://bucket/w/x.tmp", "w/x.tmp")
	u.syncs(0, map[string]int{"unchanged": 1, "deleted": 1}, "--delete", "--delete-excluded", "--exclude", "*.tmp", "w", "s3://bucket/w")
	u.has("s3://bucket/w2", "n")
	u.has("s3://bucket/w/keep", "w/keep")
}

func TestAnEmptyOrMissingSourceWipesNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/a", []byte("a"))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	require.NoError(t, os.Mkdir(filepath.Join(u.dir, "empty"), 0o700))

	assert.Contains(t, u.runs("sync", "--delete", "missing", "s3://bucket/w").ends(1).err, "missing")
	assert.Contains(t, u.runs("sync", "--delete", "empty", "s3://bucket/w").ends(1).err, "(--allow-empty-source)")
	assert.Contains(t, u.runs("sync", "--delete", "--exclude", "*", "w", "s3://bucket/w").ends(1).err, "no files")
	assert.Contains(t, u.runs("sync", "--delete", "s3://bucket/missing", "w").ends(1).err, "allow an empty source")
	u.runs("sync", "--delete", "s3://no-such-bucket/", "w").ends(1)
	assert.Contains(t, u.runs("sync", "s3://bucket/missing", "w2").ends(1).err, "no files")
	u.has("s3://bucket/w/a", "a")
	assert.Equal(t, "a", string(u.read("w/a")))

	u.syncs(0, map[string]int{"deleted": 1}, "--delete", "--allow-empty-source", "empty", "s3://bucket/w")
	u.runs("ls", "s3://bucket/w/").ends(1)
}

func TestASyncThatCannotBeRightIsRefusedBeforeItBegins(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, args := range [][]string{
		{"a", "b"},
		{"s3://bucket/x", "s3://bucket/x/y"},
		{"s3://bucket/x/y", "s3://bucket/x"},
		{"s3://bucket", "s3://bucket/x"},
		{"s3://bucket/x", "s3://bucket/x/"},
		{"--checksum", "--size-only", "a", "s3://bucket"},
		{"--max-delete", "3", "a", "s3://bucket"},
		{"--delete", "--max-delete", "-2", "a", "s3://bucket"},
		{"", "s3://bucket"},
		{"s3://bucket/x", ""},
		{"--delete-despite-failures", "a", "s3://bucket"},
		{"--delete-excluded", "a", "s3://bucket"},
		{"--allow-empty-source", "a", "s3://bucket"},
		{"--sse", "s3", "s3://bucket", "a"},
		{"--track-renames", "s3://bucket", "a"},
		{"--account-from", "x", "a", "s3://bucket"},
		{"--part-size", "1M", "a", "s3://bucket"},
		{"a", "s3://"},
		{"s3:///x", "a"},
		{"--concurrency", "0", "a", "s3://bucket"},
		{"--sse", "nothing", "a", "s3://bucket"},
	} {
		u.runs(append([]string{"sync"}, args...)...).ends(2)
	}
}

func TestTwoPlacesInTheStoreAreSyncedOnTheServer(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("w/a", []byte("a"))
	u.file("w/sub/b", []byte("b"))
	u.runs("cp", "-r", "w", "s3://bucket/w", "--sse", "kms", "--kms-key", key.ID).ends(0)
	u.runs("mb", "s3://archive").ends(0)
	for _, l := range u.syncs(0, map[string]int{"copied": 2}, "s3://bucket/w", "s3://archive").lines()[:2] {
		assert.Equal(t, key.ARN, l["reported"].(map[string]any)["keyId"])
	}
	u.syncs(0, map[string]int{"unchanged": 2}, "s3://bucket/w", "s3://archive")
	u.file("w/a", []byte("c"))
	u.runs("cp", "w/a", "s3://bucket/w/a").ends(0)
	u.runs("rm", "s3://bucket/w/sub/b").ends(0)
	u.syncs(0, map[string]int{"copied": 1, "deleted": 1}, "--delete", "s3://bucket/w", "s3://archive")
	u.has("s3://archive/a", "c")
	u.runs("props", "s3://archive/sub/b").ends(1)
}

func TestTwoAccountsAreSyncedThroughThisMachine(t *testing.T) {
	t.Parallel()
	m := newMover(t, nil, nil)
	key := m.second.NamedKeys()[0]
	m.file("w/a", []byte("a"))
	m.file("w/sub/b", []byte("b"))
	m.at("old", "cp", "-r", "w", "s3://bucket/w").ends(0)
	m.at("new", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.ID).ends(0)
	between := func(args ...string) ran {
		return m.types("", append([]string{"sync", "--json", "--account-from", "old", "--account-to", "new", "s3://bucket/w", "s3://bucket/w"}, args...)...)
	}
	for _, l := range between().ends(0).lines()[:2] {
		assert.Equal(t, "verified", l["verdict"])
		assert.Equal(t, "old", l["sourceAccount"])
	}
	assert.Equal(t, map[string]int{"unchanged": 2}, between().ends(0).summary())
	m.holds("new", "s3://bucket/w/sub/b", "b")
	m.at("old", "rm", "s3://bucket/w/sub/b").ends(0)
	assert.Equal(t, map[string]int{"unchanged": 1, "deleted": 1}, between("--delete").ends(0).summary())
	m.at("new", "props", "s3://bucket/w/sub/b").ends(1)
	m.holds("old", "s3://bucket/w/a", "a")
	inside := m.types("", "sync", "--delete", "--account-from", "old", "--account-to", "new", "s3://bucket/w/sub", "s3://bucket/w").ends(2)
	assert.Contains(t, inside.err, "if both accounts see the same bucket")
	m.holds("new", "s3://bucket/w/a", "a")
}

func TestWhatIsNotEncryptedAsTheRulesAskIsSentAgain(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("w/a", []byte("a"))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	u.runs("rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.Alias).ends(0)
	u.syncs(0, map[string]int{"unchanged": 1}, "--size-only", "w", "s3://bucket/w")
	u.syncs(0, map[string]int{"unchanged": 1}, "--allow-unverified", "w", "s3://bucket/w")
	r := u.syncs(0, map[string]int{"uploaded": 1}, "-n", "--size-only", "--check-encryption", "w", "s3://bucket/w")
	assert.Contains(t, r.lines()[0]["why"], "it is not encrypted as asked")
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	u.syncs(0, map[string]int{"unchanged": 1}, "w", "s3://bucket/w")
}

func TestAServerThatDoesNotEncryptEndsASyncWith3AndDeletesNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("w/a", []byte("a"))
	u.file("w/old", []byte("old"))
	u.syncs(0, map[string]int{"uploaded": 2}, "w", "s3://bucket/w")
	u.remove("w/old")
	u.file("w/new", []byte("new"))
	u.runs("rules", "add", "--bucket", "bucket", "--key", "*new", "--type", "kms", "--kms-key", key.ID).ends(0)
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.StorePlain, Echo: true}}}))
	r := u.syncs(3, map[string]int{"failed": 1, "unchanged": 1}, "--delete", "w", "s3://bucket/w")
	assert.Contains(t, r.err, "Nothing was deleted")
	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	u.has("s3://bucket/w/old", "old")
}

func TestFailuresKeepDeletionsBackUnlessSomebodySaysOtherwise(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/a", []byte("a"))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	u.file("back/old", []byte("old"))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(u.dir, "back/a"))) // in the way
	r := u.syncs(1, map[string]int{"failed": 1}, "--delete", "s3://bucket/w", "back")
	assert.Contains(t, r.err, "Nothing was deleted, since not everything before it went well (--delete-despite-failures)")
	assert.FileExists(t, filepath.Join(u.dir, "back/old"))
	u.syncs(1, map[string]int{"failed": 1, "deleted": 1}, "--delete", "--delete-despite-failures", "s3://bucket/w", "back")
	assert.NoFileExists(t, filepath.Join(u.dir, "back/old"))
}

func TestWhatAnotherProgramUploadedIsSentOnceOrKnownByItsDate(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.As("ceph16")) // which keeps no checksums
	store, err := s3store.Dial(client.Account{Name: "other", Endpoint: u.server.URL, CAFile: u.server.CAFile, AccessKeyID: u.server.AccessKey},
		client.Credentials{AccessKeyID: u.server.AccessKey, Secret: client.NewSecret(u.server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	_, err = store.Put(t.Context(), client.Location{Bucket: "bucket", Key: "w/a"}, strings.NewReader("a"), 1, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)

	u.syncs(0, map[string]int{"downloaded": 1}, "s3://bucket/w", "back")
	u.syncs(0, map[string]int{"unchanged": 1}, "s3://bucket/w", "back")
	u.syncs(0, map[string]int{"unchanged": 1}, "back", "s3://bucket/w")

	u.file("w/a", []byte("a"))
	r := u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	assert.Contains(t, r.err, "note: 1 file sent again though the size is right: whether it is the same cannot be told: no checksum and no date")
	u.syncs(0, map[string]int{"unchanged": 1}, "w", "s3://bucket/w")
}

func TestAnotherProgramThatWritesTwiceInASecondIsSeenByTheChecksum(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	store, err := s3store.Dial(client.Account{Name: "other", Endpoint: u.server.URL, CAFile: u.server.CAFile, AccessKeyID: u.server.AccessKey},
		client.Credentials{AccessKeyID: u.server.AccessKey, Secret: client.NewSecret(u.server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	sum := map[string]string{"version-1": "", "version-2": ""}
	for content := range sum {
		path := u.file("sum", []byte(content))
		s, err := transfer.SumOf(t.Context(), path, client.CRC64NVME)
		require.NoError(t, err)
		sum[content] = s.Value
	}
	writes := func(content string) {
		_, err = store.Put(t.Context(), client.Location{Bucket: "bucket", Key: "w/a"}, strings.NewReader(content), int64(len(content)),
			client.PutOptions{Encryption: client.Inherit{}, Digests: client.Digests{Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: sum[content]}}})
		require.NoError(t, err)
	}
	writes("version-1")
	u.syncs(0, map[string]int{"downloaded": 1}, "s3://bucket/w", "back")
	writes("version-2")
	stat, err := store.Head(t.Context(), client.Location{Bucket: "bucket", Key: "w/a"}, client.ReadOptions{})
	require.NoError(t, err)
	require.NoError(t, os.Chtimes(filepath.Join(u.dir, "back/a"), stat.Modified, stat.Modified)) // as if it were the same second
	u.syncs(0, map[string]int{"downloaded": 1}, "s3://bucket/w", "back")
	u.syncs(0, map[string]int{"unchanged": 1}, "s3://bucket/w", "back")
	assert.Equal(t, "version-2", string(u.read("back/a")))
}

func TestARenamedFileIsCopiedOnTheServer(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/old name", noise(100_000))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	require.NoError(t, os.Rename(filepath.Join(u.dir, "w/old name"), filepath.Join(u.dir, "w/new name")))
	u.syncs(0, map[string]int{"copied": 1, "deleted": 1}, "--track-renames", "--delete", "w", "s3://bucket/w")
	u.has("s3://bucket/w/new name", string(noise(100_000)))
	u.runs("props", "s3://bucket/w/old name").ends(1)
	u.syncs(0, map[string]int{"unchanged": 1}, "w", "s3://bucket/w")
}

func TestLinksAreLeftAloneOnBothSides(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("elsewhere/secret", []byte("secret"))
	u.file("w/a", []byte("a"))
	u.file("w/was/x", []byte("x"))
	u.syncs(0, map[string]int{"uploaded": 2}, "w", "s3://bucket/w")
	u.remove("w/was/x")
	u.remove("w/was")
	require.NoError(t, os.Symlink(filepath.Join(u.dir, "elsewhere"), filepath.Join(u.dir, "w/was")))
	r := u.syncs(0, map[string]int{"unchanged": 1}, "--delete", "w", "s3://bucket/w")
	assert.Contains(t, r.err, "left alone on both sides")
	u.has("s3://bucket/w/was/x", "x")
	u.runs("props", "s3://bucket/w/was/secret").ends(1)

	u.syncs(1, map[string]int{"unchanged": 1, "failed": 1}, "--delete", "s3://bucket/w", "w")
	assert.Equal(t, "secret", string(u.read("elsewhere/secret")))
	assert.NoFileExists(t, filepath.Join(u.dir, "elsewhere/x"))
}

func TestAFolderThatMayNotBeReadDeletesNothing(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	u := newUser(t)
	u.file("w/a", []byte("a"))
	u.file("w/closed/b", []byte("b"))
	u.syncs(0, map[string]int{"uploaded": 2}, "w", "s3://bucket/w")
	u.remove("w/a")
	u.file("w/c", []byte("c"))
	require.NoError(t, os.Chmod(filepath.Join(u.dir, "w/closed"), 0))
	defer os.Chmod(filepath.Join(u.dir, "w/closed"), 0o700) //nolint:errcheck,gosec // so that it can be removed
	r := u.runs("sync", "--delete", "w", "s3://bucket/w").ends(1)
	assert.Contains(t, r.err, "closed")
	u.has("s3://bucket/w/a", "a")
	u.has("s3://bucket/w/closed/b", "b")
	u.has("s3://bucket/w/c", "c")
}

func TestWhatDiffersIsOverwrittenAtEveryKindOfServer(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			u := newUser(t, mock.As(personality))
			for round, content := range []string{"one", "number two", "three of them"} {
				u.file("w/a", []byte(content))
				u.file("w/large", bytes.Repeat([]byte(content), 600_000+round)) // in parts
				u.syncs(0, map[string]int{"uploaded": 2}, "--part-size", "5MiB", "w", "s3://bucket/w")
				u.syncs(0, map[string]int{"copied": 2}, "s3://bucket/w", "s3://bucket/copies")
				u.syncs(0, map[string]int{"downloaded": 2}, "s3://bucket/copies", "back")
				assert.Equal(t, content, string(u.read("back/a")))
			}
		})
	}
}
