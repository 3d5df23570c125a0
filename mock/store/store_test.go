package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

const (
	keyARN   = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
	otherARN = "arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555"
)

var errKeyDisabled = errors.New("this key is disabled")

// keyring is a KMS for tests: named keys which can be disabled.
type keyring struct {
	mu       sync.Mutex
	keys     map[string]*seal.Key
	disabled map[string]bool
	asked    int
}

func newKeyring() *keyring {
	return &keyring{
		keys:     map[string]*seal.Key{keyARN: seal.GenerateKey(), otherARN: seal.GenerateKey()},
		disabled: map[string]bool{},
	}
}

func (k *keyring) wrapper(_ context.Context, id string) (seal.KeyWrapper, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if k.disabled[id] {
		return nil, errKeyDisabled
	}
	if key, ok := k.keys[id]; ok {
		return key, nil
	}
	return nil, fmt.Errorf("no key %s", id)
}

func (k *keyring) disable(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.disabled[id] = true
}

// openStore opens a store with one bucket "b" in a folder of its own.
func openStore(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s := reopen(t, t.TempDir(), opts)
	_, err := s.CreateBucket(t.Context(), "b", "us-east-1")
	require.NoError(t, err)
	return s
}

func reopen(t testing.TB, dir string, opts store.Options) *store.Store {
	t.Helper()
	opts.Fast = true
	if opts.KMS == nil {
		opts.KMS = newKeyring().wrapper
	}
	s, err := store.Open(dir, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func customer(t testing.TB, fill byte) seal.CustomerKey {
	t.Helper()
	c, err := seal.NewCustomerKey(bytes.Repeat([]byte{fill}, seal.KeyLen))
	require.NoError(t, err)
	return c
}

// modes are the ways to store an object, by name.
func modes(t testing.TB) map[string]store.Sealing {
	return map[string]store.Sealing{
		"plain":      {},
		"SSE-S3":     {Mode: store.SSES3},
		"SSE-KMS":    {Mode: store.SSEKMS, KeyID: keyARN, Context: map[string]string{"team": "blue"}},
		"bucket key": {Mode: store.SSEKMS, KeyID: keyARN, BucketKey: true},
		"DSSE-KMS":   {Mode: store.DSSEKMS, KeyID: keyARN},
		"SSE-C":      {Mode: store.SSEC, Customer: customer(t, 7)},
	}
}

// noise is n bytes which are the same for the same seed.
func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func putObject(t testing.TB, s *store.Store, key string, content []byte, how store.Sealing) store.Object {
	t.Helper()
	obj, err := s.Put(t.Context(), store.PutRequest{
		Bucket: "b", Key: key, Body: bytes.NewReader(content), Size: int64(len(content)), Sealing: how,
	})
	require.NoError(t, err)
	return obj
}

// load reads an object from start to end.
func load(t testing.TB, s *store.Store, key string, how store.Sealing) ([]byte, error) {
	t.Helper()
	r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: key, Customer: how.Customer})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r.Range(0, r.Size()))
}

// bodies are the body files of a data folder, without those of keep.
func bodies(t testing.TB, s *store.Store, keep ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(s.Dir(), "bodies"), func(path string, d fs.DirEntry, err error) error {
		for _, k := range keep {
			if k == path {
				return err
			}
		}
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	require.NoError(t, err)
	return found
}

// flip changes one bit of a file.
func flip(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	var b [1]byte
	_, err = f.ReadAt(b[:], at)
	require.NoError(t, err)
	b[0] ^= 1
	_, err = f.WriteAt(b[:], at)
	require.NoError(t, err)
}

func TestAnObjectComesBackAsItWasPut(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, store.Options{})
			content := noise(200_000, 1)
			put := putObject(t, s, "a/ü", content, how)
			got, err := load(t, s, "a/ü", how)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, got))
			st, err := s.Stat(t.Context(), "b", "a/ü", "")
			require.NoError(t, err)
			assert.Equal(t, put, st)
			assert.Equal(t, how.Mode, st.Encryption.Mode)
			assert.EqualValues(t, len(content), st.Size)
		})
	}
}
