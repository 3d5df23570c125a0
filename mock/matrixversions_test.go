package mock_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The matrix on a versioned bucket: all methods write the same few keys, so that
// each cell but the last of a key is an older version of it, beside versions under
// other keys. At the end a delete marker lies over every key.
func TestTheMatrixOfEncryptionAndVersions(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	setVersioning(t, e, "bucket", "Enabled")
	key := e.NamedKeys()[0]
	x := &matrix{t: t, e: e, client: httpClient(t, e), random: rand.New(rand.NewPCG(3, 4))}
	all := methods(key)
	var sources []cell
	for i, m := range all {
		sources = append(sources, x.put(m, "put", sizes[i]))
		x.put(m, "empty", 0)
		x.multipart(m, "parts", sizes[len(sizes)-1-i])
		x.post(m, "post", sizes[(i+4)%len(sizes)])
	}
	for i, m := range all {
		for j := range sources {
			from := sources[(i+j)%len(sources)]
			x.copy(m, "copy", from)
			x.partCopy(m, "part-copy", from)
		}
	}
	seen := map[string]bool{}
	for _, c := range x.cells {
		require.False(t, c.version == "" || seen[c.version], "%s: each write made a version", c.key)
		seen[c.version] = true
	}
	for _, name := range []string{"put", "empty", "parts", "post", "copy", "part-copy"} {
		require.Equal(t, 204, x.send("DELETE", name, "").StatusCode)
		require.Equal(t, 404, x.send("GET", name, "").StatusCode)
	}
	for _, c := range x.cells {
		x.read(c)
	}
	assert.False(t, holds(t, dir, matrixCanary), "plaintext is nowhere on disk")

	open := x.begin(all[0], "none")
	for _, c := range x.cells {
		if c.toRead != nil {
			x.refused(c, open, custHeaders(8), 403, "AccessDenied", "must provide the correct secret key.")
			x.refused(c, open, nil, 400, "InvalidRequest", "The object was stored using a form of Server Side Encryption.")
		}
	}
	require.NoError(t, e.Keys().Disable(key.ID))
	for _, c := range x.cells {
		if c.kms() {
			x.refused(c, open, nil, 400, "KMS.DisabledException", key.ARN+" is disabled.")
			continue
		}
		a := x.send("GET", c.path(), "", c.toRead)
		require.True(t, a.StatusCode == 200 && a.body == c.body, "%s does not need the key", c.key)
	}
	require.NoError(t, e.Keys().Enable(key.ID))

	require.Greater(t, x.spoil(dir), len(x.cells))
	for _, c := range x.cells {
		x.damaged(c)
	}
}
