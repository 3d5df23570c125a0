package s3store

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func newBody(s string) io.ReadSeeker { return strings.NewReader(s) }

func contentOf(t *testing.T, s *Store, at client.Location) string {
	t.Helper()
	_, body, err := s.Get(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	b, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(b)
}

// seekCounter counts how often somebody seeks.
type seekCounter struct {
	*strings.Reader
	seeks []int64
}

func (c *seekCounter) Seek(offset int64, whence int) (int64, error) {
	n, err := c.Reader.Seek(offset, whence)
	c.seeks = append(c.seeks, n)
	return n, err
}

func TestABodyIsSoughtOnceWhenItIsRead(t *testing.T) {
	c := &seekCounter{Reader: strings.NewReader("0123456789")}
	_, err := c.ReadByte() // somebody was here before
	require.NoError(t, err)
	s := newSource(c, 6)
	assert.Empty(t, c.seeks)
	b, err := io.ReadAll(s)
	require.NoError(t, err)
	assert.Equal(t, "012345", string(b), "from the start, and not more than was said")
	assert.Equal(t, []int64{0}, c.seeks)
}

func TestABodyThatFailsSaysThatItWasTheFile(t *testing.T) {
	gone := errors.New("gone")
	var local *errSource
	_, err := newSource(noSeek{gone}, 1).Read(make([]byte, 1))
	assert.ErrorAs(t, err, &local)
	assert.ErrorIs(t, err, gone)
	_, err = io.ReadAll(newSource(strings.NewReader("short"), 9))
	assert.ErrorAs(t, err, &local)
	assert.ErrorContains(t, err, "5 of 9 bytes")
}

type noSeek struct{ err error }

func (n noSeek) Read([]byte) (int, error)       { return 0, n.err }
func (n noSeek) Seek(int64, int) (int64, error) { return 0, n.err }
