//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// temp gives the user a folder for temporary files of their own.
func (u *user) temp() string {
	dir := u.t.TempDir()
	u.env = append(u.env, "TMPDIR="+dir)
	return dir
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing stays in %s", dir)
}

func TestStandardInputBecomesAProvedObjectAndComesOutAgain(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 5, 12 << 20} {
		u := newUser(t)
		temp := u.temp()
		content := noise(size)
		line := u.types(string(content), append([]string{"cp", "-", "s3://bucket/in.sql", "--sse", "s3", "--json"}, u.global...)...).ends(0).line()
		assert.Equal(t, "-", line["source"])
		assert.EqualValues(t, size, line["bytes"])
		assert.Equal(t, "verified", line["verdict"])
		empty(t, temp)

		r := u.runs("cp", "s3://bucket/in.sql", "-", "--json").ends(0)
		assert.True(t, string(content) == r.out, "the bytes and nothing else are on the standard output")
		assert.Contains(t, r.err, `"status":"done"`, "reports go elsewhere")
		assert.Contains(t, r.err, `"target":"-"`)
		empty(t, temp)
		assert.NoFileExists(t, filepath.Join(u.dir, "-"))
	}
}

func TestStandardInputAndOutputAreRefusedWhereTheyMakeNoSense(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for say, args := range map[string][]string{
		"name the object":       {"cp", "-", "s3://bucket/"},
		"leave -r out":          {"cp", "-r", "-", "s3://bucket/x"},
		"both the file and":     {"cp", "-", "s3://bucket/x", "--sse", "c", "--sse-c-key-file", "key", "--sse-c-key-file", "-"},
		"must be a place":       {"cp", "-", "-"},
		"is a folder: add -r":   {"cp", "s3://bucket/", "-"},
		"names no bucket":       {"cp", "-", "s3://"},
		"is no encryption type": {"cp", "-", "s3://bucket/x", "--sse", "rot13"},
	} {
		assert.Contains(t, u.runs(args...).ends(2).err, say)
	}
	u.runs("cp", "s3://bucket/missing", "-").ends(1)
}

// What is not what the server says is never put out, not even in part.
func TestNothingUnverifiedComesOut(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	temp := u.temp()
	u.file("a.bin", noise(1<<20))
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.FlipBit, Bytes: 1000}}}))
	r := u.runs("cp", "s3://bucket/a", "-").ends(1)
	assert.Empty(t, r.out)
	assert.Contains(t, r.err, "checksum")
	empty(t, temp)
}

func TestAPipeAndADeviceAreWrittenIntoAndStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("content"))
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	pipe := filepath.Join(u.dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	got := make(chan []byte, 1)
	go func() {
		b, _ := os.ReadFile(pipe)
		got <- b
	}()
	u.runs("cp", "s3://bucket/a", "pipe").ends(0)
	assert.Equal(t, "content", string(<-got))
	st, err := os.Lstat(pipe)
	require.NoError(t, err)
	assert.NotZero(t, st.Mode()&os.ModeNamedPipe)

	null := filepath.Join(u.dir, "null") // not the system's, which a fault here would destroy
	if syscall.Mknod(null, syscall.S_IFCHR|0o666, 1<<8|3) == nil {
		u.runs("cp", "s3://bucket/a", null).ends(0)
		st, err = os.Lstat(null)
		require.NoError(t, err)
		assert.NotZero(t, st.Mode()&os.ModeCharDevice)
	}
	if _, err := os.Stat("/dev/stdout"); err == nil {
		assert.Equal(t, "content", u.runs("cp", "s3://bucket/a", "/dev/stdout").ends(0).out)
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		assert.Contains(t, u.runs("cp", "s3://bucket/a", "/dev/full").ends(1).err, "no space left")
	}

	done := make(chan error, 1) // the shell's <(command)
	go func() { done <- os.WriteFile(pipe, []byte("from a pipe"), 0) }()
	u.runs("cp", "pipe", "s3://bucket/b").ends(0)
	require.NoError(t, <-done)
	assert.Equal(t, "from a pipe", u.runs("cp", "s3://bucket/b", "-").ends(0).out)
}

func TestAnOutputThatIsFullOrClosedFailsTheDownload(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("content"))
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		assert.Contains(t, u.outputs(full, "cp", "s3://bucket/a", "-").ends(1).err, "no space left")
		require.NoError(t, full.Close())
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Empty(t, u.outputs(w, "cp", "s3://bucket/a", "-").ends(1).err, "the reader knows that it left")
	require.NoError(t, w.Close())
}

func TestAnInputThatNeverEndsCanBeInterrupted(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	temp := u.temp()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, append([]string{"cp", "-", "s3://bucket/a"}, u.global...)...)
	cmd.Dir, cmd.Env = u.dir, u.env
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &errs, &errs
	require.NoError(t, cmd.Start())
	_, err = in.Write(noise(1 << 20)) // more than a pipe holds: it is being read
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait() // the exit code says it
	assert.Equal(t, 130, cmd.ProcessState.ExitCode(), errs.String())
	empty(t, temp)
	assert.Empty(t, u.runs("ls", "s3://bucket").ends(0).out)
}

func TestAFileWhoseSizeLiesIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	const odd = "/proc/cpuinfo"
	content, err := os.ReadFile(odd)
	if st, serr := os.Stat(odd); err != nil || serr != nil || st.Size() != 0 || len(content) == 0 {
		t.Skip("there is no file here whose size is 0 and which has contents")
	}
	u := newUser(t)
	line := u.runs("cp", odd, "s3://bucket/", "--json").ends(0).line()
	assert.NotZero(t, line["bytes"])
	assert.NotEmpty(t, u.runs("cp", "s3://bucket/cpuinfo", "-").ends(0).out)
}

func TestALinkThatWasNamedStaysALink(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("new"))
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	u.file("elsewhere/real", []byte("old"))
	u.file("here/x", nil)
	require.NoError(t, os.Symlink("../elsewhere/real", filepath.Join(u.dir, "here/link")))
	u.runs("cp", "s3://bucket/a", "here/link").ends(0)
	assert.Equal(t, "new", string(u.read("elsewhere/real")))
	st, err := os.Lstat(filepath.Join(u.dir, "here/link"))
	require.NoError(t, err)
	assert.NotZero(t, st.Mode()&os.ModeSymlink)
}
