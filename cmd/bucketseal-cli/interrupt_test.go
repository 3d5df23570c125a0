//go:build unix

package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// interrupted runs cp, or sync, with one request at a time and ends it with a signal while it
// waits for what the log calls so.
func (u *user) interrupted(by os.Signal, at string, args ...string) (r ran, log string) {
	u.t.Helper()
	program, err := os.Executable()
	require.NoError(u.t, err)
	command := "cp"
	if args[0] == "sync" {
		command, args = args[0], args[1:]
	}
	cmd := exec.Command(program, append(append([]string{command, "--verbose", "--concurrency", "1"}, args...), u.global...)...)
	cmd.Dir, cmd.Env = u.dir, u.env
	var out, all strings.Builder
	cmd.Stdout = &out
	errs, err := cmd.StderrPipe()
	require.NoError(u.t, err)
	require.NoError(u.t, cmd.Start())
	lines := bufio.NewScanner(errs)
	lines.Buffer(nil, 1<<20)
	for done := false; lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if !done && strings.Contains(lines.Text(), at) {
			done = true
			require.NoError(u.t, cmd.Process.Signal(by))
		}
	}
	_ = cmd.Wait() // the exit code says it
	require.NoError(u.t, u.server.SetFaults(mock.Faults{}))
	return ran{u.t, cmd.ProcessState.ExitCode(), out.String(), all.String()}, all.String()
}

// never lets the server answer no more from the nth call of an operation on.
func (u *user) never(op string, nth int) {
	u.t.Helper()
	require.NoError(u.t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: op, Nth: nth, Do: mock.Delay, Millis: 3600_000}}}))
}

// neverPart lets the server answer no more to one part of uploads, whatever is sent again
// before, until it is told to.
func (u *user) neverPart(number string) (goOn func()) {
	gone := make(chan struct{})
	u.oddly(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("partNumber") == number {
			select {
			case <-gone:
			default:
				_, _ = io.Copy(io.Discard, r.Body) // so that the server notices who leaves
				<-r.Context().Done()
				return
			}
		}
		u.server.ServeHTTP(w, r)
	})
	return func() { close(gone) }
}

func TestAnInterruptedUploadEndsWith130AndIsGoneOnWith(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "termination": syscall.SIGTERM} {
		for _, resume := range []bool{true, false} {
			u := newUser(t)
			u.file("a.bin", noise(20<<20))
			goOn := u.neverPart("2")
			r, log := u.interrupted(signal, "partNumber=2", "a.bin", "s3://bucket/a.bin")
			goOn()
			assert.Empty(t, r.ends(130).out, name)
			assert.Contains(t, log, "bucketseal-cli: interrupted; parts that arrived whole are kept: the same command again goes on with it, and so does 'bucketseal-cli uploads resume'\n")
			assert.NotContains(t, log, "DELETE /bucket/a.bin", "nothing is dropped")
			assert.Empty(t, u.runs("ls", "s3://bucket").ends(0).out, "nor there")
			line := u.runs("uploads", "list", "s3://bucket", "--json").ends(0).line()
			assert.Equal(t, true, line["ours"])
			assert.Equal(t, true, line["resumable"])
			assert.Regexp(t, `Z  (now|\d+ seconds? ago)  8.0 MiB  ours, resumable  a.bin  `, u.runs("uploads", "list", "s3://bucket").ends(0).out)

			args := []string{"cp", "a.bin", "s3://bucket/a.bin", "--verbose"}
			if resume {
				args = []string{"uploads", "resume", "--verbose"}
			}
			again := u.runs(args...).ends(0)
			assert.Contains(t, again.out, "a.bin -> s3://bucket/a.bin  20 MiB  Nothing asked (SSE-S3)  content: checksum\n")
			assert.Equal(t, resume, strings.Contains(again.err, "note: going on with 1 transfer that earlier runs have left"))
			assert.NotContains(t, again.err, "partNumber=1&", "what the server has is not sent again")
			assert.Empty(t, u.runs("uploads", "list", "s3://bucket").ends(0).out)
			assert.Contains(t, u.runs("uploads", "resume").ends(1).err, "nothing was left to go on with")
		}
	}
}

func TestAnInterruptedFolderIsGoneOnWithWhereItStood(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		u.file("n/"+name, []byte(name))
	}
	u.never("PutObject", 3)
	r, log := u.interrupted(os.Interrupt, "PUT /bucket/n/c", "-r", "n", "s3://bucket/n/", "--json")
	for _, l := range r.ends(130).lines()[:2] {
		assert.Equal(t, "done", l["status"])
	}
	last := r.lines()[2]
	assert.Contains(t, last["error"].(map[string]any)["hint"], "uploads resume")
	assert.Len(t, r.lines(), 3, "nothing is said of those that are not over")
	assert.NotContains(t, log, "PUT /bucket/n/d")

	assert.Contains(t, u.runs("uploads", "resume", "s3://bucket/m").ends(1).err, "nothing was left")
	lines := u.runs("uploads", "resume", "s3://bucket/n", "--json").ends(0).lines()
	require.Len(t, lines, 2, "those that were done are not sent again")
	for _, l := range lines {
		assert.Equal(t, "done", l["status"])
		assert.Contains(t, []any{"s3://bucket/n/c", "s3://bucket/n/d"}, l["target"])
	}
}

func TestAnInterruptedDownloadLeavesNoFileInPartAndIsGoneOnWith(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(40<<20))
	u.runs("cp", "a.bin", "s3://bucket/a.bin", "--quiet").ends(0)
	u.never("GetObject", 3)
	_, log := u.interrupted(os.Interrupt, "Range: bytes=16777216-", "s3://bucket/a.bin", "back/")
	assert.Contains(t, log, "bucketseal-cli: interrupted; parts that arrived whole are kept")
	assert.Contains(t, log, "Range: bytes=8388608-16777215")
	assert.NoFileExists(t, filepath.Join(u.dir, "back", "a.bin"))
	again := u.runs("uploads", "resume", "--verbose").ends(0)
	assert.Contains(t, again.out, "s3://bucket/a.bin -> ")
	assert.NotContains(t, again.err, "Range: bytes=8388608-16777215", "what the disk has is not fetched again")
	assert.Equal(t, noise(40<<20), u.read("back/a.bin"))
}

// What was begun with a key that is kept nowhere needs it again.
func TestWhatWasBegunWithAKeyOfOneCommandNeedsItAgain(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(20<<20))
	u.file("key", noise(32))
	u.never("UploadPart", 2)
	r, _ := u.interrupted(os.Interrupt, "partNumber=2", "a.bin", "s3://bucket/a.bin", "--sse", "c", "--sse-c-key-file", "key")
	r.ends(130)
	assert.Contains(t, u.runs("uploads", "resume").ends(1).err, "FAILED")
	again := u.runs("uploads", "resume", "--sse-c-key-file", "key", "--verbose")
	assert.Contains(t, again.ends(0).out, "Verified (SSE-C")
	assert.NotContains(t, again.err, "partNumber=1&")
}

// withoutLedger leaves no place where transfers could be kept.
func (u *user) withoutLedger() {
	u.t.Helper()
	require.NoError(u.t, os.WriteFile(filepath.Join(u.config, "owners"), nil, 0o600))
}

func TestWithoutALedgerAnInterruptedUploadLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.withoutLedger()
	u.file("a.bin", noise(20<<20))
	u.neverPart("2")
	u.faulty(mock.Fault{Op: "UploadPart", Do: mock.AnswerStatus, Status: http.StatusInternalServerError, Count: 1}) // as a busy server does
	r, log := u.interrupted(os.Interrupt, "partNumber=2", "a.bin", "s3://bucket/a.bin", "--json")
	assert.Contains(t, r.ends(130).out, `"status":"cancelled"`)
	assert.NotContains(t, log, "is kept")
	assert.Contains(t, log, "DELETE /bucket/a.bin", "the parts are dropped")
	assert.Empty(t, u.runs("uploads", "list", "s3://bucket").ends(0).out)
}

func TestAnInterruptedSyncEndsWith130DeletesNothingAndTheSameCommandGoesOn(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/old", []byte("old"))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	u.remove("w/old")
	for _, name := range []string{"w/a", "w/b", "w/c"} {
		u.file(name, []byte(name))
	}
	u.never("PutObject", 2)
	r, log := u.interrupted(os.Interrupt, "PUT /bucket/w/b", "sync", "--delete", "--json", "w", "s3://bucket/w")
	r.ends(130)
	assert.NotContains(t, log, "DELETE /bucket/w/old")
	assert.Contains(t, r.out, "the same command again goes on with it")
	assert.Contains(t, r.out, `"summary":{"uploaded":1,"downloaded":0,"copied":0,"deleted":0,`)
	u.has("s3://bucket/w/old", "old")
	u.syncs(0, map[string]int{"unchanged": 1, "uploaded": 2, "deleted": 1}, "--delete", "w", "s3://bucket/w")
}
