package ledger

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// earlierFolder is what versions before the ledger left, as they wrote it.
func earlierFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "uploads")
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "earlier"))))
	return folder
}

func uploads(t *testing.T, j transfer.Journal) []transfer.KnownUpload {
	t.Helper()
	all, err := j.Uploads()
	require.NoError(t, err)
	return all
}

func TestUploadsThatVersionsBeforeTheLedgerLeftAreKnownAsOurs(t *testing.T) {
	dir, folder := t.TempDir(), earlierFolder(t)
	l := New(Options{Dir: dir, Earlier: folder, Note: func(n client.Text) { t.Error(n) }})
	team := client.Account{ID: "1:team", Name: "clinic", Endpoint: "https://team.example", AccessKeyID: "AKTEAM"}
	assert.Equal(t, []transfer.KnownUpload{{
		At: client.Location{Bucket: "reports", Key: "big.bin"}, ID: "upload-of-version-1", Begun: time.Date(2026, 11, 26, 21, 18, 59, 673524439, time.UTC), Left: true,
	}}, uploads(t, l.Journal(team)))
	changed := ward
	changed.AccessKeyID = "AKIANEW"
	all := uploads(t, l.Journal(changed))
	require.Len(t, all, 1, "its id says who it is")
	assert.Equal(t, "q3/ü\n.bin", all[0].At.Key)
	assert.NoDirExists(t, folder, "it is taken once")
	require.NoError(t, l.Close())

	l = New(Options{Dir: dir, Earlier: folder})
	assert.Len(t, uploads(t, l.Journal(ward)), 1)
	require.NoError(t, l.Journal(ward).Dropped(all[0].At, all[0].ID))
	assert.Empty(t, uploads(t, l.Journal(ward)))
	require.NoError(t, l.Close())
}

func TestWhatIsNoUploadOfAnEarlierVersionStaysWhereItIs(t *testing.T) {
	folder := earlierFolder(t)
	running := flock.New(filepath.Join(folder, "version2.json"))
	held, err := running.TryLock()
	require.NoError(t, err)
	require.True(t, held)
	for name, text := range map[string]string{
		"damaged": "{", "empty": "", "without an id": `{"endpoint":"e","accessKey":"A","bucket":"b","key":"k"}`,
		"without a key": `{"endpoint":"e","accessKey":"A","bucket":"b","uploadId":"u"}`, "of nobody": `{"endpoint":"e","bucket":"b","key":"k","uploadId":"u"}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder"), 0o700))
	l := New(Options{Dir: t.TempDir(), Earlier: folder, Note: func(n client.Text) { t.Error(n) }})
	assert.Empty(t, uploads(t, l.Journal(ward)), "its program runs")
	require.NoError(t, l.Close())
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 7, "all but that of version 1")

	require.NoError(t, running.Close())
	l = New(Options{Dir: t.TempDir(), Earlier: folder})
	assert.Len(t, uploads(t, l.Journal(ward)), 1)
	require.NoError(t, l.Close())
}

func TestAFolderOfEarlierUploadsThatCannotBeReadIsSaidAndStopsNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "uploads")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	var notes []string
	l := New(Options{Dir: t.TempDir(), Earlier: file, Note: func(n client.Text) { notes = append(notes, n.String()) }})
	enter(t, l.Journal(ward), 1)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "what earlier uploads may have left")
	require.NoError(t, l.Close())
}
