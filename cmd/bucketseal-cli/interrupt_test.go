//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAnInterruptedUploadEndsWith130AndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(20<<20))
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "UploadPart", Do: mock.Delay, Millis: 3600_000}}}))

	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--json", "--verbose"}, u.global...)...)
	cmd.Dir, cmd.Env = u.dir, u.env
	var out strings.Builder
	cmd.Stdout = &out
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	aborted := false
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for interrupted := false; lines.Scan(); {
		if !interrupted && strings.Contains(lines.Text(), "partNumber=") {
			interrupted = true
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
		}
		aborted = aborted || strings.Contains(lines.Text(), "DELETE /bucket/a.bin")
	}
	_ = cmd.Wait()
	assert.Equal(t, 130, cmd.ProcessState.ExitCode(), out.String())
	assert.Contains(t, out.String(), `"status":"cancelled"`)
	assert.True(t, aborted, "the parts are dropped")

	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	assert.Empty(t, u.runs("ls", "s3://bucket", "--json").ends(0).lines())
}
