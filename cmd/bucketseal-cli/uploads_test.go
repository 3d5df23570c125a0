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

// killed begins an upload of a.bin and kills the program while it sends parts.
func (u *user) killed(to string) {
	u.t.Helper()
	require.NoError(u.t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "UploadPart", Nth: 2, Do: mock.Delay, Millis: 3600_000}}}))
	program, err := os.Executable()
	require.NoError(u.t, err)
	cmd := exec.Command(program, append([]string{"cp", "a.bin", to, "--verbose", "--concurrency", "1"}, u.global...)...)
	cmd.Dir, cmd.Env = u.dir, u.env
	log, err := cmd.StderrPipe()
	require.NoError(u.t, err)
	require.NoError(u.t, cmd.Start())
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for dead := false; lines.Scan(); {
		if !dead && strings.Contains(lines.Text(), "partNumber=2") {
			dead = true
			require.NoError(u.t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // killed
	require.NoError(u.t, u.server.SetFaults(mock.Faults{}))
}

func TestWhatAKillLeftIsListedAsOursAndTheSameCommandGoesOnWithIt(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(20<<20))
	u.killed("s3://bucket/a.bin")
	line := u.runs("uploads", "list", "s3://bucket", "--json").ends(0).line()
	assert.Equal(t, "a.bin", line["key"])
	assert.Equal(t, true, line["ours"])
	assert.Equal(t, true, line["resumable"])
	assert.EqualValues(t, 8<<20, line["bytes"])
	assert.NotEmpty(t, line["uploadId"])
	assert.NotEmpty(t, line["started"])
	assert.Contains(t, u.runs("uploads", "list", "s3://bucket/a").ends(0).out, "8.0 MiB  ours, resumable  a.bin")
	assert.Empty(t, u.runs("uploads", "list", "s3://bucket/b").ends(0).out)

	u.runs("cp", "a.bin", "s3://bucket/b.bin").ends(0)
	assert.Len(t, u.runs("uploads", "list", "s3://bucket", "--json").ends(0).lines(), 1, "another upload leaves it alone")
	r := u.runs("cp", "a.bin", "s3://bucket/a.bin", "--verbose").ends(0)
	assert.NotContains(t, r.err, "?uploads", "none is begun anew")
	assert.NotContains(t, r.err, "partNumber=1&", "what the server has is not sent again")
	assert.Contains(t, r.err, "partNumber=2")
	assert.Empty(t, u.runs("uploads", "list", "s3://bucket").ends(0).out)
	assert.Equal(t, "checksum", u.runs("cp", "s3://bucket/a.bin", "back", "--json").ends(0).line()["content"])
}

func TestUnfinishedUploadsAreDroppedByNameAndAge(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(20<<20))
	u.killed("s3://bucket/f/a.bin")
	id := u.runs("uploads", "list", "s3://bucket", "--json").ends(0).line()["uploadId"].(string)
	for say, args := range map[string][]string{
		"names no bucket": {"abort", "s3://"}, "is a folder": {"abort", "s3://bucket/f/"}, "never negative": {"abort", "s3://bucket/f/a.bin", "--older", "-1h"},
		"write s3://": {"list", "bucket"}, "invalid argument": {"abort", "s3://bucket/x", "--older", "soon"}, "usage": {"list"},
	} {
		assert.Contains(t, u.runs(append([]string{"uploads"}, args...)...).ends(2).err, say)
	}
	for _, args := range [][]string{
		{"s3://bucket/f/a"}, {"s3://bucket/f/a.bin", "--upload-id", "another"}, {"s3://bucket/f/a.bin", "--older", "24h"}, {"s3://bucket", "--older", "24h"},
	} {
		assert.Contains(t, u.runs(append([]string{"uploads", "abort"}, args...)...).ends(1).err, "o such upload is open", "%q", args)
	}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "AbortMultipartUpload", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"}}}))
	assert.Equal(t, "failed", u.runs("uploads", "abort", "s3://bucket/f/a.bin", "--json").ends(1).line()["status"])
	assert.Contains(t, u.runs("uploads", "abort", "s3://bucket/f/a.bin").ends(1).err, "may not do that")
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "ListParts", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"}}}))
	assert.Nil(t, u.runs("uploads", "list", "s3://bucket", "--json").ends(0).line()["bytes"], "not told is not 0")
	assert.Contains(t, u.runs("uploads", "list", "s3://bucket").ends(0).out, "size not told")
	require.NoError(t, u.server.SetFaults(mock.Faults{}))

	line := u.runs("uploads", "abort", "s3://bucket/f/a.bin", "--upload-id", id, "--json").ends(0).line()
	assert.Equal(t, map[string]any{"op": "abort", "target": "s3://bucket/f/a.bin", "uploadId": id, "status": "done", "error": nil}, line)
	assert.Empty(t, u.runs("uploads", "list", "s3://bucket").ends(0).out)

	u.killed("s3://bucket/f/a.bin")
	assert.Contains(t, u.runs("uploads", "abort", "s3://bucket/f/", "--older", "1ns").ends(0).out, "dropped the upload")
	u.runs("uploads", "list", "s3://nowhere").ends(1)
	u.runs("uploads", "abort", "s3://nowhere/x").ends(1)
}

func TestALostAnswerToTheBeginningLeavesNoUpload(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(10<<20))
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "CreateMultipartUpload", Count: 1, Do: mock.Reset}}}))
	assert.Empty(t, u.runs("cp", "a.bin", "s3://bucket/a").ends(0).err)
	assert.Empty(t, u.runs("uploads", "list", "s3://bucket").ends(0).out)
}
