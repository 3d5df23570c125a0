package transfer

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAStreamThatFindsNoRoomOnItsWaySaysWhere(t *testing.T) {
	job, temp := newBench(t).stream(t, func() (io.ReadCloser, error) { return nil, nil })
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	require.NoError(t, err)
	s := &source{job: job, file: full, spool: temp + "/spool"}
	defer s.close()
	_, err = s.fill(t.Context(), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte("some"))), nil })
	assert.Equal(t, client.KindFull, client.KindOf(err))
	assert.ErrorContains(t, err, temp)
}
