package seal_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
)

const benchSize = 64 << 20

func BenchmarkSeal(b *testing.B) {
	for name, n := range map[string]int{"one layer": 1, "two layers": 2} {
		b.Run(name, func(b *testing.B) {
			content, keys := noise(benchSize), layers(n)
			b.SetBytes(benchSize)
			for b.Loop() {
				w, err := seal.NewWriter(io.Discard, keys...)
				require.NoError(b, err)
				_, err = io.CopyBuffer(w, bytes.NewReader(content), nil)
				require.NoError(b, err)
				require.NoError(b, w.Close())
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for name, n := range map[string]int{"one layer": 1, "two layers": 2} {
		b.Run(name, func(b *testing.B) {
			keys := layers(n)
			box := sealed(b, noise(benchSize), keys...)
			s, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), benchSize, keys...)
			require.NoError(b, err)
			buf := make([]byte, 256<<10)
			b.SetBytes(benchSize)
			for b.Loop() {
				r, err := s.From(0)
				require.NoError(b, err)
				_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buf)
				require.NoError(b, err)
			}
		})
	}
}
