package mock_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// secretText is long enough to be in a part of its own, and found nowhere else.
var secretText = strings.Repeat("the quick brown canary jumps over the lazy auditor. ", 4_000)

// holds tells whether a file of the folder holds a piece of the text.
func holds(t testing.TB, dir, piece string) (found bool) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		all, err := os.ReadFile(path)
		found = found || bytes.Contains(all, []byte(piece))
		return err
	}))
	require.NotZero(t, files)
	return found
}

func startIn(t testing.TB, dir, personality string) *mock.Endpoint {
	t.Helper()
	return mock.Start(t, mock.As(personality), mock.With(func(c *mock.Config) {
		c.Dir, c.AccessKey, c.SecretKey, c.MinPartSize = dir, "AKIATEST", "secret-of-the-test", -1
	}))
}

func TestThePlaintextIsNowhereInTheDataFolder(t *testing.T) {
	const piece = "canary jumps over"
	dir := t.TempDir()
	e := startIn(t, dir, "plain")
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", secretText, nil).StatusCode)
	require.True(t, holds(t, dir, piece), "the search finds what is not encrypted")

	dir = t.TempDir()
	e = startIn(t, dir, "aws")
	for name, how := range map[string]map[string]string{
		"default": nil, "kms": {sse: "aws:kms", kid: "alias/demo"}, "bucket-key": {sse: "aws:kms", kid: "alias/demo", bk: "true"},
		"dsse": {sse: "aws:kms:dsse", kid: "alias/demo"}, "customer": custHeaders(7),
	} {
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+name, secretText, how).StatusCode)
		id := uploadID(t, raw(t, e, "POST", "/bucket/mp-"+name+"?uploads=", "", how))
		toPart := map[string]string{}
		if name == "customer" {
			toPart = how
		}
		resp := raw(t, e, "PUT", "/bucket/mp-"+name+"?partNumber=1&uploadId="+id, secretText, toPart)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, 200, raw(t, e, "POST", "/bucket/mp-"+name+"?uploadId="+id, completion(resp.Header.Get("Etag")), toPart).StatusCode)
		for _, key := range []string{name, "mp-" + name} {
			body, err := io.ReadAll(raw(t, e, "GET", "/bucket/"+key, "", toPart).Body)
			require.NoError(t, err)
			assert.True(t, secretText == string(body), key)
		}
	}
	assert.False(t, holds(t, dir, piece))
	assert.False(t, holds(t, dir, *customerOf(7).key), "nor a customer's key")
	assert.False(t, holds(t, dir, strings.Repeat("\x07", 32)), "in either form")
	assert.False(t, holds(t, dir, "secret-of-the-test"), "nor the access secret")
}

// largest finds the largest body in the data folder.
func largest(t testing.TB, dir string) string {
	t.Helper()
	var name string
	var size int64
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".db") {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > size {
			name, size = path, info.Size()
		}
		return err
	}))
	require.Greater(t, size, int64(len(secretText)))
	return name
}

func TestAFlippedByteOnDiskIsNeverHandedOut(t *testing.T) {
	for name, at := range map[string]int64{"first package": 1_000, "third package": 150_000, "last package": 199_000} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			e := startIn(t, dir, "aws")
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", secretText, map[string]string{sse: "aws:kms", kid: "alias/demo"}).StatusCode)
			f, err := os.OpenFile(largest(t, dir), os.O_RDWR, 0)
			require.NoError(t, err)
			defer f.Close()
			b := make([]byte, 1)
			_, err = f.ReadAt(b, at)
			require.NoError(t, err)
			b[0] ^= 1
			_, err = f.WriteAt(b, at)
			require.NoError(t, err)

			resp := raw(t, e, "GET", "/bucket/k", "", nil)
			body, err := io.ReadAll(resp.Body)
			if name != "third package" { // the last one is opened before the first is sent
				assert.Equal(t, 500, resp.StatusCode)
				assert.Contains(t, string(body), "InternalError")
				assert.NotContains(t, string(body), dir)
				return
			}
			assert.Equal(t, 200, resp.StatusCode)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the connection is cut")
			assert.True(t, strings.HasPrefix(secretText, string(body)), "and what came is right")
		})
	}
}

func TestObjectsAndKeysOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	c := mock.Config{Dir: dir, Keys: []mock.KeySpec{{Alias: "alias/demo"}}, Buckets: []string{"bucket"}, AccessKey: "AKIATEST", SecretKey: "secret", Fast: true}
	var keys []mock.NamedKey
	for round := range 2 {
		e, err := mock.Serve(c, mock.Listen{})
		require.NoError(t, err)
		if round == 0 {
			keys = e.NamedKeys()
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{sse: "aws:kms", kid: "alias/demo"}).StatusCode)
		}
		resp := raw(t, e, "GET", "/bucket/k", "", nil)
		assert.Equal(t, keys[0].ARN, resp.Header.Get(kid))
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(body))
		assert.Equal(t, keys, e.NamedKeys())
		require.NoError(t, e.Close())
	}
}

func TestTheFolderIsTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	e := startIn(t, dir, "aws")
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		return err
	}))
}

func TestAnEndpointThatCannotStartSaysWhy(t *testing.T) {
	good := func() mock.Config { return mock.Config{Dir: t.TempDir(), Fast: true} }
	for reason, try := range map[string]func() error{
		"not a loopback address":    func() error { _, err := mock.Serve(good(), mock.Listen{Address: "0.0.0.0:0"}); return err },
		"listen on nonsense":        func() error { _, err := mock.Serve(good(), mock.Listen{Address: "nonsense"}); return err },
		"listen on 127.0.0.1:99999": func() error { _, err := mock.Serve(good(), mock.Listen{Address: "127.0.0.1:99999"}); return err },
		"name a data folder":        func() error { _, err := mock.New(mock.Config{}); return err },
		"not a bucket name": func() error {
			c := good()
			c.Buckets = []string{"A"}
			_, err := mock.New(c)
			return err
		},
		"make key a b": func() error {
			c := good()
			c.Keys = []mock.KeySpec{{ID: "a b"}}
			_, err := mock.New(c)
			return err
		},
		"unknown action": func() error {
			c := good()
			c.Faults.Faults = []mock.Fault{{Do: "explode"}}
			_, err := mock.New(c)
			return err
		},
		"make data folder": func() error {
			c := good()
			require.NoError(t, os.WriteFile(filepath.Join(c.Dir, "file"), nil, 0o600))
			c.Dir = filepath.Join(c.Dir, "file", "x")
			_, err := mock.New(c)
			return err
		},
		"keys.sealed": func() error {
			c := good()
			require.NoError(t, os.WriteFile(filepath.Join(c.Dir, "keys.sealed"), []byte("damaged"), 0o600))
			_, err := mock.New(c)
			return err
		},
		"certificate authority": func() error {
			c := good()
			require.NoError(t, os.Mkdir(filepath.Join(c.Dir, "ca.pem"), 0o700))
			_, err := mock.Serve(c, mock.Listen{})
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) { assert.ErrorContains(t, try(), reason) })
	}
	c := good()
	e, err := mock.Serve(c, mock.Listen{})
	require.NoError(t, err)
	defer e.Close()
	_, err = mock.New(c)
	assert.ErrorContains(t, err, "open data folder", "a second server on the same folder is refused")
}
