package store_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

const benchSize = 256 << 20

// zeros is a body of any size that costs nothing.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func putZeros(t testing.TB, s *store.Store, key string, size int64, how store.Sealing) {
	t.Helper()
	_, err := s.Put(t.Context(), store.PutRequest{
		Bucket: "b", Key: key, Body: io.LimitReader(zeros{}, size), Size: size, Sealing: how,
	})
	require.NoError(t, err)
}

func BenchmarkPut(b *testing.B) {
	for name, how := range modes(b) {
		b.Run(name, func(b *testing.B) {
			s := openStore(b, store.Options{})
			b.SetBytes(benchSize)
			for b.Loop() {
				putZeros(b, s, "k", benchSize, how)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for name, how := range modes(b) {
		b.Run(name, func(b *testing.B) {
			s := openStore(b, store.Options{})
			putZeros(b, s, "k", benchSize, how)
			r, err := s.Open(b.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
			require.NoError(b, err)
			defer r.Close()
			b.SetBytes(benchSize)
			for b.Loop() {
				_, err := io.Copy(struct{ io.Writer }{io.Discard}, r.Range(0, benchSize))
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkOpenAnObjectOfManyParts(b *testing.B) {
	s := openStore(b, smallParts)
	up := createUpload(b, s, "k", store.Sealing{Mode: store.SSES3})
	var list []store.CompletedPart
	for n := 1; n <= 1000; n++ {
		list = append(list, putPart(b, s, up, n, []byte("x"), seal.CustomerKey{}))
	}
	_, err := complete(b, s, up, list...)
	require.NoError(b, err)
	for b.Loop() {
		r, err := s.Open(b.Context(), store.ReadRequest{Bucket: "b", Key: "k"})
		require.NoError(b, err)
		require.NoError(b, r.Close())
	}
}

func TestMemoryStaysFlatWhateverTheSize(t *testing.T) {
	const size = 128 << 20
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, store.Options{})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			putZeros(t, s, "k", size, how)
			r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
			require.NoError(t, err)
			defer r.Close()
			n, err := io.Copy(io.Discard, r.Range(0, size))
			require.NoError(t, err)
			require.EqualValues(t, size, n)
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "everything ever allocated on the way")
		})
	}
}
