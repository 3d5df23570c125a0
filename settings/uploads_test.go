package settings

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var ward = client.Account{ID: "W", Name: "ward", Endpoint: "https://s3.example", AccessKeyID: "AKIAWARD"}

func uploadOf(bucket, key, id string) client.Upload {
	return client.Upload{At: client.Location{Bucket: bucket, Key: key}, ID: id}
}

// records are the files of a ledger, and what they say.
func records(t *testing.T, state string) (all map[string]openUpload) {
	t.Helper()
	all = map[string]openUpload{}
	entries, err := os.ReadDir(filepath.Join(state, "uploads"))
	require.NoError(t, err)
	for _, e := range entries {
		path := filepath.Join(state, "uploads", e.Name())
		st, err := os.Stat(path)
		require.NoError(t, err)
		if runtime.GOOS != "windows" {
			assert.Equal(t, os.FileMode(0o600), st.Mode().Perm())
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		var u openUpload
		require.NoError(t, json.Unmarshal(b, &u))
		all[path] = u
	}
	return all
}

// rewrite changes what the only record says.
func rewrite(t *testing.T, state string, change func(*openUpload)) {
	t.Helper()
	for path, u := range records(t, state) {
		change(&u)
		b, err := json.Marshal(u)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, b, 0o600))
	}
}

func TestAnOpenUploadIsKnownUntilItEnds(t *testing.T) {
	state := filepath.Join(t.TempDir(), "not yet there")
	o := NewOpenUploads(state, ward)
	u := uploadOf("b", "a/ü\n", "id")
	stale, err := o.Stale("b")
	require.NoError(t, err)
	assert.Empty(t, stale, "nothing was ever begun")
	assert.False(t, o.Has(u))

	ended, err := o.Begun(t.Context(), u)
	require.NoError(t, err)
	assert.True(t, o.Has(u))
	assert.Len(t, records(t, state), 1)
	stale, err = NewOpenUploads(state, ward).Stale("b")
	require.NoError(t, err)
	assert.Empty(t, stale, "its program lives")
	_, err = NewOpenUploads(state, ward).Begun(t.Context(), u)
	require.Error(t, err, "two programs cannot have one upload")

	ended(true)
	assert.False(t, o.Has(u))
	assert.Empty(t, records(t, state))
}

func TestAnUploadWhoseProgramIsGoneIsStaleForItsAccountAndBucket(t *testing.T) {
	state := t.TempDir()
	o := NewOpenUploads(state, ward)
	u := uploadOf("b", "k", "id")
	ended, err := o.Begun(t.Context(), u)
	require.NoError(t, err)
	ended(false) // as when the program ends

	for _, other := range []client.Account{
		{ID: "W", Name: "ward", Endpoint: "https://other.example", AccessKeyID: "AKIAWARD"}, {ID: "O", Name: "ward", Endpoint: "https://s3.example", AccessKeyID: "AKIAOTHER"},
	} {
		stale, err := NewOpenUploads(state, other).Stale("b")
		require.NoError(t, err)
		assert.Empty(t, stale, "%+v", other)
		assert.False(t, NewOpenUploads(state, other).Has(u), "%+v", other)
	}
	stale, err := o.Stale("b2")
	require.NoError(t, err)
	assert.Empty(t, stale)
	renamed := ward
	renamed.Name, renamed.AccessKeyID = "ward 7", "AKIANEW"
	stale, err = NewOpenUploads(state, renamed).Stale("b")
	require.NoError(t, err)
	assert.Equal(t, []client.Upload{u}, stale, "the id and the endpoint say who it is")
	for _, same := range []client.Account{
		{ID: "W2", Name: "ward", Endpoint: "https://s3.example", AccessKeyID: "AKIAWARD"}, {AdHoc: true, Endpoint: "https://s3.example", AccessKeyID: "AKIAWARD"},
	} {
		stale, err = NewOpenUploads(state, same).Stale("b")
		require.NoError(t, err)
		assert.Equal(t, []client.Upload{u}, stale, "added again, or for one run, it has the access key")
		assert.True(t, NewOpenUploads(state, same).Has(u))
	}

	require.NoError(t, o.Forget(u))
	require.NoError(t, o.Forget(u), "to forget twice is no error")
	assert.False(t, o.Has(u))
}

func TestAnUploadOfAnotherMachineIsStaleAfterADay(t *testing.T) {
	state := t.TempDir()
	o := NewOpenUploads(state, ward)
	ended, err := o.Begun(t.Context(), uploadOf("b", "k", "id"))
	require.NoError(t, err)
	ended(false)
	for age, want := range map[time.Duration]int{23 * time.Hour: 0, 25 * time.Hour: 1} {
		rewrite(t, state, func(u *openUpload) { u.Host, u.Begun = "elsewhere", time.Now().Add(-age) })
		stale, err := o.Stale("b")
		require.NoError(t, err)
		assert.Len(t, stale, want, "%v", age)
	}
}

func TestARecordThatIsNotUnderstoodIsLeftAlone(t *testing.T) {
	state := t.TempDir()
	o := NewOpenUploads(state, ward)
	ended, err := o.Begun(t.Context(), uploadOf("b", "k", "id"))
	require.NoError(t, err)
	ended(false)
	for _, change := range []func(*openUpload){
		func(u *openUpload) { u.UploadID = "another's" }, func(u *openUpload) { u.Key = "" }, func(u *openUpload) { u.Bucket = "c" },
	} {
		var before openUpload
		rewrite(t, state, func(u *openUpload) { before = *u; change(u) })
		for _, bucket := range []string{"b", "c"} {
			stale, err := o.Stale(bucket)
			require.NoError(t, err)
			assert.Empty(t, stale)
		}
		rewrite(t, state, func(u *openUpload) { *u = before })
	}
	for path := range records(t, state) {
		require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(state, "uploads", "folder"), 0o700))
	stale, err := o.Stale("b")
	require.NoError(t, err)
	assert.Empty(t, stale)
}

func TestALedgerThatCannotBeKeptSaysWhy(t *testing.T) {
	state := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(state, "uploads"), nil, 0o600))
	o := NewOpenUploads(state, ward)
	_, err := o.Begun(t.Context(), uploadOf("b", "k", "id"))
	require.Error(t, err, "a file is where the folder should be")
	_, err = o.Stale("b")
	require.Error(t, err)
	require.Error(t, o.Forget(uploadOf("b", "k", "id")))
	assert.NotEmpty(t, StateDir())
}

func TestAnUploadThatVersion1RememberedIsKnownAndForgotten(t *testing.T) {
	state := t.TempDir()
	b, err := os.ReadFile(filepath.Join("testdata", "version1", "upload-of-team.json"))
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(state, "uploads"), 0o700))
	path := filepath.Join(state, "uploads", "ebdc24a8005fed91818de36320aa5a0b.json") // as it was called
	require.NoError(t, os.WriteFile(path, b, 0o600))
	team := client.Account{ID: "1:team", Name: "clinic", Endpoint: "https://team.example", AccessKeyID: "AKTEAM"}
	u := uploadOf("reports", "big.bin", "upload-of-version-1")
	assert.True(t, NewOpenUploads(state, team).Has(u))
	rewrite(t, state, func(u *openUpload) { u.Host, u.Begun = "another", time.Now().Add(-25*time.Hour) })
	stale, err := NewOpenUploads(state, team).Stale("reports")
	require.NoError(t, err)
	assert.Equal(t, []client.Upload{u}, stale)
	require.NoError(t, NewOpenUploads(state, team).Forget(u))
	assert.NoFileExists(t, path)

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.True(t, NewOpenUploads(state, team).Has(u), "a program of version 1 is about to write it")
	require.NoError(t, os.Remove(path))
	once := client.Account{AdHoc: true, Endpoint: "https://team.example", AccessKeyID: "AKTEAM"}
	ended, err := NewOpenUploads(state, once).Begun(t.Context(), u)
	require.NoError(t, err)
	ended(false)
	assert.NoFileExists(t, path)
	assert.True(t, NewOpenUploads(state, team).Has(u))
}
