package store_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

// sizes stand at the borders of the sealed packages of 64 KiB.
var sizes = []int{0, 1, 65535, 65536, 65537, 10<<20 + 123}

func TestAThousandRangesOfEveryModeAreEqual(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, store.Options{})
			for _, size := range sizes {
				content := noise(size, 1)
				putObject(t, s, "k", content, how)
				r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
				require.NoError(t, err)
				// About a thousand in all: many on the small ones, some on the large.
				assertRanges(t, r, content, 1000/len(sizes)+1)
				_, err = r.ReadAt(make([]byte, 1), int64(size))
				assert.Equal(t, io.EOF, err)
				n, err := r.ReadAt(make([]byte, size+1), 0)
				assert.Equal(t, io.EOF, err)
				assert.Equal(t, size, n)
				var all bytes.Buffer
				_, err = io.Copy(&all, r.Range(0, int64(size)+99))
				require.NoError(t, err)
				assert.True(t, bytes.Equal(content, all.Bytes()))
				require.NoError(t, r.Close())
			}
		})
	}
}

// holds tells whether any file of a folder contains the bytes.
func holds(t testing.TB, dir string, needle []byte) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, needle)
		return err
	})
	require.NoError(t, err)
	return found
}

func TestThePlaintextIsNowhereInTheFolder(t *testing.T) {
	secret := []byte("the plaintext that nobody may find on this disk")
	content := append(append(noise(70_000, 4), secret...), noise(70_000, 5)...)
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			putObject(t, s, "whole", content, how)
			putInParts(t, s, "parts", how, content, len(content)-70_000, 70_000)
			found := holds(t, s.Dir(), secret)
			if how.Mode == store.Plain {
				assert.True(t, found, "the search finds what lies open")
			} else {
				assert.False(t, found)
			}
		})
	}
}

func TestACustomerKeyIsNowhereInTheFolder(t *testing.T) {
	raw := noise(seal.KeyLen, 8)
	c, err := seal.NewCustomerKey(raw)
	require.NoError(t, err)
	how := store.Sealing{Mode: store.SSEC, Customer: c}
	s := openStore(t, smallParts)
	obj := putObject(t, s, "k", []byte("x"), how)
	putInParts(t, s, "parts", how, []byte("xy"), 1, 1)
	assert.False(t, holds(t, s.Dir(), raw))
	assert.True(t, holds(t, s.Dir(), []byte(obj.Encryption.CustomerKeyMD5)), "the search finds what is stored")
}

func TestAFlippedBitIsNeverRead(t *testing.T) {
	content := noise(200_000, 1)
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := openStore(t, store.Options{})
			putObject(t, s, "k", content, how)
			file := bodies(t, s)[0]
			st, err := os.Stat(file)
			require.NoError(t, err)
			for _, at := range []int64{0, 1, 4, 16, 40, st.Size() / 2, st.Size() - 1} {
				flip(t, file, at)
				got, err := load(t, s, "k", how)
				require.ErrorIs(t, err, store.ErrCorrupt, "byte %d", at)
				assert.True(t, bytes.HasPrefix(content, got), "what was handed out before is true")
				r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
				require.NoError(t, err)
				p := make([]byte, len(content))
				_, err = r.ReadAt(p, 0)
				require.ErrorIs(t, err, store.ErrCorrupt, "byte %d", at)
				assert.Equal(t, make([]byte, len(content)), p, "nothing of it is handed out")
				require.NoError(t, r.Close())
				flip(t, file, at)
			}
			got, err := load(t, s, "k", how)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, got), "the flips were undone")
		})
	}
}

func TestAReadThatMeetsDamageHandsOutNothing(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			content := noise(300, 1)
			putInParts(t, s, "k", how, content, 100, 200)
			for _, file := range bodies(t, s) {
				if st, err := os.Stat(file); err == nil && st.Size() > 200 { // the second part
					flip(t, file, 50)
				}
			}
			r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
			require.NoError(t, err)
			defer r.Close()
			p := make([]byte, len(content))
			n, err := r.ReadAt(p, 0)
			require.ErrorIs(t, err, store.ErrCorrupt)
			assert.Zero(t, n)
			assert.Equal(t, make([]byte, len(content)), p)
			got, err := io.ReadAll(r.Range(0, 100))
			require.NoError(t, err)
			assert.Equal(t, content[:100], got, "the first part is whole")
		})
	}
}

func TestACutOrGrownBodyIsFoundWhenItIsOpened(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			for _, change := range []int64{-1, -(65536 + 32), 1} {
				s := openStore(t, smallParts)
				putObject(t, s, "k", noise(3*65536, 1), how)
				putInParts(t, s, "parts", how, noise(4*65536, 1), 2*65536, 2*65536)
				for _, file := range bodies(t, s) {
					st, err := os.Stat(file)
					require.NoError(t, err)
					require.NoError(t, os.Truncate(file, st.Size()+change))
				}
				for _, key := range []string{"k", "parts"} {
					_, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: key, Customer: how.Customer})
					assert.ErrorIs(t, err, store.ErrCorrupt, "%s %+d", key, change)
				}
			}
		})
	}
}

func TestAMissingBodyIsDamage(t *testing.T) {
	s := openStore(t, store.Options{})
	putObject(t, s, "k", nil, store.Sealing{Mode: store.SSES3})
	require.NoError(t, os.Remove(bodies(t, s)[0]))
	_, err := load(t, s, "k", store.Sealing{})
	assert.ErrorIs(t, err, store.ErrCorrupt)
}

func TestTheBodiesOfTwoObjectsCannotChangePlaces(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := openStore(t, store.Options{})
			putObject(t, s, "one", noise(1000, 1), how)
			one := bodies(t, s)[0]
			putObject(t, s, "two", noise(1000, 2), how)
			two := bodies(t, s, one)[0]
			a, err := os.ReadFile(one)
			require.NoError(t, err)
			b, err := os.ReadFile(two)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(one, b, 0o600))
			require.NoError(t, os.WriteFile(two, a, 0o600))
			for _, key := range []string{"one", "two"} {
				got, err := load(t, s, key, how)
				assert.ErrorIs(t, err, store.ErrCorrupt)
				assert.Empty(t, got)
			}
		})
	}
}

func TestADisabledKeyStopsReadingAndWriting(t *testing.T) {
	for name, how := range modes(t) {
		if how.KeyID == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			kms := newKeyring()
			s := openStore(t, store.Options{KMS: kms.wrapper, MinPartSize: -1})
			putObject(t, s, "k", []byte("x"), how)
			up := createUpload(t, s, "parts", how)
			one := putPart(t, s, up, 1, []byte("x"), seal.CustomerKey{})
			kms.disable(keyARN)

			_, err := load(t, s, "k", how)
			require.ErrorIs(t, err, errKeyDisabled)
			body := &countingReader{}
			_, err = s.Put(t.Context(), store.PutRequest{Bucket: "b", Key: "new", Body: body, Size: 5, Sealing: how})
			require.ErrorIs(t, err, errKeyDisabled)
			assert.Zero(t, body.reads, "the body was not asked for")
			_, err = s.Stat(t.Context(), "b", "new", "")
			require.ErrorIs(t, err, store.ErrNoSuchKey)
			_, err = s.CreateUpload(t.Context(), store.UploadRequest{Bucket: "b", Key: "new", Sealing: how})
			require.ErrorIs(t, err, errKeyDisabled)
			_, err = s.PutPart(t.Context(), store.PartRequest{Bucket: "b", Key: "parts", UploadID: up.ID, Number: 2, Body: body, Size: 5})
			require.ErrorIs(t, err, errKeyDisabled)
			_, err = complete(t, s, up, one)
			require.ErrorIs(t, err, errKeyDisabled)
			_, err = s.Head(t.Context(), store.ReadRequest{Bucket: "b", Key: "k"})
			assert.NoError(t, err, "a HEAD needs no key")
		})
	}
}

// countingReader is a body that counts how often it was asked.
type countingReader struct{ reads int }

func (c *countingReader) Read([]byte) (int, error) {
	c.reads++
	return 0, io.EOF
}

func TestAnotherKeyDoesNotOpenTheObject(t *testing.T) {
	dir := t.TempDir()
	kms := newKeyring()
	s := reopen(t, dir, store.Options{KMS: kms.wrapper})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.NoError(t, err)
	how := store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}
	putObject(t, s, "empty", nil, how)
	putObject(t, s, "k", []byte("x"), how)
	kms.keys[keyARN] = seal.GenerateKey()
	for _, key := range []string{"empty", "k"} {
		_, err = load(t, s, key, how)
		assert.ErrorIs(t, err, store.ErrCorrupt, key)
	}
}
