package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
)

// A server that wants no MD5s any more, and one that wants them again, get what they
// want, and nobody waits for what is not computed.
func TestMD5sAreComputedAheadAsLongAsTheyAreWanted(t *testing.T) {
	const parts = 3 + firstMD5s + 2*laneMD5s
	var all []span
	data := randomBytes(parts * 1000)
	for i := range parts {
		all = append(all, span{i + 1, int64(i) * 1000, 1000})
	}
	job := Job{Expect: Expect{Size: int64(len(data))}, From: ReadFrom(filepath.Join(t.TempDir(), "f"))}
	require.NoError(t, os.WriteFile(job.From.Path, data, 0o600))
	src, err := openSource(job)
	require.NoError(t, err)
	defer src.close()
	missing := make([]int, 0, parts)
	for i := range parts {
		if i != 1 {
			missing = append(missing, i)
		}
	}
	for name, wanted := range map[string]func(asked int) bool{
		"always": func(int) bool { return true }, "never": func(int) bool { return false },
		"not any more": func(n int) bool { return n < 10 }, "now and then": func(n int) bool { return n%3 == 0 },
	} {
		var asked atomic.Int64
		m := newMD5sAhead(src, all, missing, func() bool { return wanted(int(asked.Add(1))) })
		group, ctx := errgroup.WithContext(t.Context())
		group.Go(func() error { return m.run(ctx) })
		sums := make([][]byte, parts)
		for _, i := range missing {
			sums[i], err = m.sum(ctx, i)
			require.NoError(t, err)
			want := md5.Sum(data[i*1000 : (i+1)*1000]) //nolint:gosec // Content-MD5
			if sums[i] != nil {
				assert.Equal(t, want[:], sums[i], "%s, part %d", name, i)
			}
			switch name {
			case "always":
				assert.NotNil(t, sums[i])
			case "never":
				assert.Nil(t, sums[i])
			}
		}
		require.NoError(t, group.Wait(), name)
	}

	m := newMD5sAhead(src, all, missing, func() bool { return true })
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errCancelled)
	require.ErrorIs(t, m.run(ctx), errCancelled)
	src.file.Close() //nolint:errcheck // so that it cannot be read
	src.small = nil
	m = newMD5sAhead(src, all, missing, func() bool { return true })
	assert.Equal(t, client.KindLocal, client.KindOf(m.run(t.Context())))
}
