package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pageScript is all shell blocks of docs/mocks3-in-ci.md as one script.
func pageScript(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "mocks3-in-ci.md"))
	require.NoError(t, err)
	var script strings.Builder
	blocks := strings.Split(string(page), "\n```sh\n")[1:]
	require.Len(t, blocks, 6)
	for _, block := range blocks {
		block, _, closed := strings.Cut(block, "\n```\n")
		require.True(t, closed)
		script.WriteString(block + "\n")
	}
	return script.String()
}

// TestThePageForOtherPeoplesCIHoldsAsItStands runs the page's commands in a
// folder of their own, with this program as mocks3.
func TestThePageForOtherPeoplesCIHoldsAsItStands(t *testing.T) {
	if os.Getenv("BUCKETSEAL_PEERS") == "" && os.Getenv("CI") == "" {
		t.Skip("a long one: BUCKETSEAL_PEERS=all, as make test has it, runs it")
	}
	for _, program := range []string{"bash", "aws", "jq"} {
		if _, err := exec.LookPath(program); err != nil && os.Getenv("CI") == "" {
			t.Skipf("no %s is installed: scripts/need.sh peers", program)
		} else {
			require.NoError(t, err)
		}
	}
	self, err := os.Executable()
	require.NoError(t, err)
	bin, work := t.TempDir(), t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\nMOCKS3_BE_THE_PROGRAM=1 exec '%s' \"$@\"\n", self)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mocks3"), []byte(program), 0o700)) //nolint:gosec // it must be run

	run := func(script string) (string, error) {
		cmd := exec.Command("bash", "-c", script)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
			"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=")
		cmd.WaitDelay = time.Minute
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	script := pageScript(t)
	out, err := run(script + "echo the end of the page\n")
	require.NoError(t, err, out)
	assert.Contains(t, out, "the end of the page\n")
	assert.NoFileExists(t, filepath.Join(work, "none.txt"), "nothing is read without the key")

	// A page that could not fail would prove nothing: without encryption it stops.
	out, err = run("rm ready.json error.txt\n" + strings.Replace(script, "mocks3 --data data", "mocks3 --personality plain --data other", 1))
	assert.Error(t, err, out)
	assert.Contains(t, out, "upload: ./report.txt to s3://reports/q3.txt", "it came as far as the upload")
	assert.NoFileExists(t, filepath.Join(work, "error.txt"), "and no further than the checks")
	out, err = run("rm -f ready.json\n" + strings.Replace(script, "mocks3 --data data", "mocks3 --no-such-flag", 1))
	assert.Error(t, err, "a server that does not start is not waited for for ever: %s", out)
}
