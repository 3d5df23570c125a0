package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run is a command, with what it printed.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := command(&out)
	cmd.SetArgs(args)
	cmd.SetErr(io.Discard)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestTheBareClientBringsBackWhatItSent(t *testing.T) {
	s, _ := running(t, options{})
	folder, back := t.TempDir(), filepath.Join(t.TempDir(), "back")
	sizes := map[string]int64{"empty": 0, "small": 4096, "large": 3<<20 + 5}
	for name, size := range sizes {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), contentOf(0, size), 0o600))
	}
	flags := []string{"--url", s.url(), "--ca-file", s.caFile, "--prefix", "n/", "--part", "1048576", "--parallel", "3"}
	_, err := run(t, append([]string{"up", folder}, flags...)...)
	require.NoError(t, err)
	assert.Empty(t, s.uploads, "each upload in parts is completed")
	_, err = run(t, append([]string{"down", back}, flags...)...)
	require.NoError(t, err)
	for name, size := range sizes {
		x := s.get("bench/n/" + name)
		require.NotNil(t, x, name)
		assert.Equal(t, size, x.size, name)
		assert.Contains(t, x.sse, keyARN)
		got, err := os.ReadFile(filepath.Join(back, name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(contentOf(0, size), got), name)
	}
}

func TestTheBareClientFailsWhereTheServerRefuses(t *testing.T) {
	s, _ := running(t, options{plain: true})
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, contentOf(0, 3000), 0o600))
	for _, args := range [][]string{
		{"up", file, "--url", s.url(), "--bucket", "nowhere"},
		{"up", file, "--url", s.url(), "--bucket", "nowhere", "--part", "1000"},
		{"up", file + "x", "--url", s.url()},
		{"up", file, "--url", s.url(), "--ca-file", file + "x"},
		{"down", t.TempDir(), "--url", s.url(), "--bucket", "nowhere"},
		{"down", file, "--url", s.url()},
	} {
		_, err := run(t, args...)
		assert.Error(t, err, strings.Join(args, " "))
	}
	assert.Empty(t, s.all)
}

func TestTheReadyLineSaysHowToReachTheServer(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	from, to := io.Pipe()
	cmd := command(to)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	cmd.SetArgs([]string{"serve", "--ca-file", ca, "--objects", "bench/x=1x10"})
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	var ready struct {
		URL, CAFile, Region, AccessKey, SecretKey string
		Keys                                      []struct{ ARN string }
	}
	require.NoError(t, json.NewDecoder(from).Decode(&ready))
	assert.True(t, strings.HasPrefix(ready.URL, "https://127.0.0.1:"), ready.URL)
	assert.Equal(t, ca, ready.CAFile)
	assert.Equal(t, keyARN, ready.Keys[0].ARN)
	_, err := run(t, "down", t.TempDir(), "--url", ready.URL, "--ca-file", ca, "--prefix", "x")
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	_, err = run(t, "serve")
	require.ErrorContains(t, err, "--ca-file")
	_, err = run(t, "serve", "--plain-http", "--objects", "x")
	require.ErrorContains(t, err, "--objects")
}

func TestTheContentOfASizeCanBeHad(t *testing.T) {
	got, err := run(t, "content", "--size", "1048600")
	require.NoError(t, err)
	assert.Equal(t, string(contentOf(0, 1048600)), got)
	assert.NotEqual(t, got[:27], got[1<<20-27:1<<20], "a file's blocks are not alike")
}
