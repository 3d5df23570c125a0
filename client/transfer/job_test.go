package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// stored is a value as it comes back from where it was stored.
func stored[T any](t *testing.T, v T) (back T, text string) {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &back))
	return back, string(b)
}

func TestAJobComesBackFromItsRowAsItWas(t *testing.T) {
	key := sseC(t, "q")
	treatment := client.TreatmentOf(client.SSEKMS{Key: keyID, BucketKey: true, Context: map[string]string{"ward": "7"}})
	treatment.RuleID, treatment.Rule, treatment.Because = "r2", 2, client.Say("rule %s", "two")
	locked := ObjectAt("a1", remote, "v7")
	locked.CustomerKeyMD5 = key.Key.MD5()
	modified := time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.UTC)
	for _, j := range []Job{
		{},
		{
			ID: "1", Op: Upload, From: ReadFrom("/home/ward/b.csv"), To: ObjectAt("a1", remote, ""), Treatment: treatment, ContentType: "text/csv",
			Metadata: map[string]string{"ward": "7"}, Expect: Expect{Size: 9, Modified: modified, Identity: "1:2"}, Overwrite: OverwriteSkip, Priority: -1,
		},
		{ID: "2", Op: Upload, From: Place{Path: "/proc/version", Unsized: true}, To: ObjectAt("a1", remote, ""), Treatment: client.TreatmentOf(key)},
		{ID: "3", Op: Upload, From: Place{Stream: "-"}, To: ObjectAt("a1", client.Location{Bucket: "b", Key: "a//b/../資料"}, "")},
		{ID: "4", Op: Download, From: locked, To: WriteTo("/home/ward", "a/b.csv"), Expect: Expect{Size: client.NotTold, ETag: "e"}, AcceptStale: true},
		{ID: "5", Op: Upload, From: ReadFrom("/home/\xff\xfe"), To: WriteTo("/home/\xff", "x")},
	} {
		back, text := stored(t, j)
		assert.Equal(t, j, back, text)
		assert.NotContains(t, text, strings.Repeat("q", 8))
		assert.NotContains(t, text, key.Key.Secret().Reveal())
	}
	var p Place
	assert.Error(t, json.Unmarshal([]byte(`{"path":7}`), &p))
}

// A job names its SSE-C key; the key itself is fetched when bytes are about to
// move.
func TestAJobWhoseKeyIsGoneSaysWhichAndSendsNothing(t *testing.T) {
	other := sseC(t, "o").Key
	for why, fetch := range map[string]func(context.Context, string) (client.CustomerKey, error){
		"the keyring is locked": func(context.Context, string) (client.CustomerKey, error) {
			return client.CustomerKey{}, errors.New("the keyring is locked")
		},
		"another key is kept under its name": func(context.Context, string) (client.CustomerKey, error) { return other, nil },
		"no keys are kept here":              nil,
	} {
		w := newBench(t, func(c *Config) { c.CustomerKey = fetch })
		up, data := w.file(10, sseC(t, "k"))
		row := w.run(up)[0]
		assert.Equal(t, client.KindRefused, client.KindOf(row.Err))
		require.ErrorContains(t, row.Err, why)
		require.ErrorContains(t, row.Err, sseC(t, "k").Key.MD5())
		assert.Empty(t, w.store.Calls(), "nothing was sent")

		w.add(remote, data, client.PutOptions{Encryption: sseC(t, "k")})
		down, _ := w.object(10, client.PutOptions{Encryption: sseC(t, "k")})
		row = w.run(down)[0]
		assert.Equal(t, client.KindNeedsKey, client.KindOf(row.Err))
		require.ErrorContains(t, row.Err, why)
		assert.Empty(t, w.store.Calls())
		assert.Empty(t, files(t, down.To.Root))
	}
}

func TestAKeyThatIsEnteredLaterIsTakenByARetry(t *testing.T) {
	w := newBench(t)
	job, data := w.file(10, sseC(t, "k"))
	key := w.keys[job.Treatment.CustomerKeyMD5]
	delete(w.keys, key.MD5())
	row := w.run(job)[0]
	require.Equal(t, Failed, row.Phase)
	w.mu.Lock()
	w.keys[key.MD5()] = key
	w.mu.Unlock()
	w.engine.Retry(Range{row.Nth, 1})
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ = w.engine.Row(row.Job.ID)
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	assert.True(t, bytes.Equal(data, w.store.Content(remote)))
	assert.NotContains(t, fmt.Sprintf("%+v", row), key.Secret().Reveal())
}

func TestAStreamOfAProgramThatHasEndedIsRefused(t *testing.T) {
	w := newBench(t)
	up, _ := w.stream(t, nil)
	up.ID = "of an earlier run"
	down, _ := w.object(10, client.PutOptions{})
	down.To = Place{Stream: "standard output"}
	for name, job := range map[string]Job{"- was a stream": up, "standard output was a stream": down} {
		row := w.run(job)[0]
		assert.Equal(t, client.KindRefused, client.KindOf(row.Err))
		require.ErrorContains(t, row.Err, name)
	}
	assert.Zero(t, w.store.Count(memstore.PutObject))
	assert.Zero(t, w.store.Count(memstore.GetObject))
}

func TestAFileWhoseSizeSaysNothingIsReadFirst(t *testing.T) {
	w := newBench(t)
	job, data := w.file(2*minPartSize+1, client.SSES3{})
	job.Expect, job.From.Unsized = Expect{}, true
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.EqualValues(t, len(data), row.Receipt.Size)
	assert.True(t, bytes.Equal(data, w.store.Content(remote)))
}

func TestAFileThatTookAnothersNameHasAnotherIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	identity := func() string {
		f, err := os.Open(path)
		require.NoError(t, err)
		defer func() { require.NoError(t, f.Close()) }()
		stat, err := f.Stat()
		require.NoError(t, err)
		return IdentityOf(f, stat)
	}
	require.NoError(t, os.WriteFile(path, []byte("one"), 0o600))
	first := identity()
	assert.NotEmpty(t, first)
	assert.Equal(t, first, identity())
	require.NoError(t, os.WriteFile(path+"2", []byte("two"), 0o600))
	require.NoError(t, os.Rename(path+"2", path))
	assert.NotEqual(t, first, identity())

	closed, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	unknown, err := fs.Stat(fstest.MapFS{"f": {}}, "f")
	require.NoError(t, err)
	assert.Empty(t, IdentityOf(closed, unknown), "the system does not say")
}
