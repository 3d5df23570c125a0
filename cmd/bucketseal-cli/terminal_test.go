//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/bucketseal/bucketseal/mock"
)

// A terminal is one at which the program runs: what is typed goes in, what is
// on the screen can be waited for.
type terminal struct {
	t    *testing.T
	keys *os.File // the person's end
	tty  *os.File // the program's end
	cmd  *exec.Cmd
	echo *term.State // before the program ran

	mu     sync.Mutex
	screen bytes.Buffer
	more   *sync.Cond
	closed bool
}

// sits runs the program at a terminal of its own, with no flags of the harness.
func (u *user) sits(args ...string) *terminal {
	u.t.Helper()
	program, err := os.Executable()
	require.NoError(u.t, err)
	return u.sitsAt(exec.Command(program, args...))
}

// sitsAt is sits for any command.
func (u *user) sitsAt(cmd *exec.Cmd) *terminal {
	u.t.Helper()
	keys, tty, err := pty.Open()
	require.NoError(u.t, err)
	u.t.Cleanup(func() { _, _ = keys.Close(), tty.Close() })
	x := &terminal{t: u.t, keys: keys, tty: tty}
	x.more = sync.NewCond(&x.mu)
	x.echo, err = term.GetState(int(tty.Fd()))
	require.NoError(u.t, err)
	x.cmd = cmd
	x.cmd.Dir, x.cmd.Env = u.dir, u.env
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = tty, tty, tty
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	hangUps()
	require.NoError(u.t, x.cmd.Start())
	go x.watch()
	return x
}

// hangUps lets programs be ended by a closed terminal though the tests were
// started by nohup: what is ignored is inherited, what is caught is not.
var hangUps = sync.OnceFunc(func() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
})

func (x *terminal) watch() {
	b := make([]byte, 4096)
	for {
		n, err := x.keys.Read(b)
		x.mu.Lock()
		x.screen.Write(b[:n])
		x.closed = x.closed || err != nil
		x.more.Broadcast()
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// shows waits until a text is on the screen.
func (x *terminal) shows(text string) *terminal {
	x.t.Helper()
	late := time.AfterFunc(30*time.Second, func() { x.mu.Lock(); x.closed = true; x.more.Broadcast(); x.mu.Unlock() })
	defer late.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	for !strings.Contains(x.screen.String(), text) && !x.closed {
		x.more.Wait()
	}
	require.Contains(x.t, x.screen.String(), text)
	return x
}

func (x *terminal) types(keys string) *terminal {
	x.t.Helper()
	_, err := io.WriteString(x.keys, keys)
	require.NoError(x.t, err)
	return x
}

const ctrlC = "\x03"

// ends waits for the program, and asserts its exit code and that the terminal
// shows again what is typed.
func (x *terminal) ends(code int) string {
	x.t.Helper()
	late := time.AfterFunc(30*time.Second, func() { _ = x.cmd.Process.Kill() })
	defer late.Stop()
	_ = x.cmd.Wait()
	after, err := term.GetState(int(x.tty.Fd()))
	require.NoError(x.t, err)
	assert.Equal(x.t, x.echo, after, "the terminal is as it was")
	_, err = io.WriteString(x.tty, "<the end>") // whatever came before it has arrived when it has
	require.NoError(x.t, err)
	x.shows("<the end>")
	x.mu.Lock()
	defer x.mu.Unlock()
	require.Equal(x.t, code, x.cmd.ProcessState.ExitCode(), x.screen.String())
	return x.screen.String()
}

func TestCtrlCEndsEveryQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env   string
		args  []string
		asked string
	}{
		"the secret":           {"", []string{"accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA"}, "Secret access key of AKIA: "},
		"the passphrase":       {"AWS_SECRET_ACCESS_KEY=topsecret", []string{"accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA"}, "Passphrase: "},
		"a secret on stdin":    {"", []string{"accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA", "--secret-file", "-"}, "end it with Ctrl-D"},
		"rules on stdin":       {"", []string{"rules", "import", "-"}, "end it with Ctrl-D"},
		"a pipe nobody writes": {"", []string{"accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA", "--secret-file", "pipe"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t)
			u.env = append(u.env, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
			u.env = append(u.env, c.env)
			require.NoError(t, syscall.Mkfifo(filepath.Join(u.dir, "pipe"), 0o600))
			x := u.sits(c.args...)
			if c.asked == "" {
				writer, err := os.OpenFile(filepath.Join(u.dir, "pipe"), os.O_WRONLY, 0) // waits for the reader
				require.NoError(t, err)
				defer writer.Close() //nolint:errcheck // nothing was written
			}
			x.shows(c.asked).types(ctrlC)
			screen := x.ends(130)
			assert.Equal(t, c.asked != "", strings.Contains(screen, "bucketseal-cli: interrupted"), "only what no context reaches has to be cut off: %s", screen)
			assert.NotContains(t, screen, "context canceled")
			if left, err := os.ReadFile(filepath.Join(u.config, "accounts.json")); err == nil { // written down before its secret was asked for
				assert.JSONEq(t, `{"version":2,"accounts":[]}`, string(left))
			}
			assert.NoFileExists(t, filepath.Join(u.config, "secrets.age"))
		})
	}
}

func TestATerminationAtAQuestionLeavesTheTerminalAsItWas(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.env = append(u.env, "AWS_SECRET_ACCESS_KEY=")
	x := u.sits("accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA")
	x.shows("Secret access key of AKIA: ")
	require.NoError(t, x.cmd.Process.Signal(syscall.SIGTERM))
	assert.Contains(t, x.ends(130), "interrupted")
}

func TestAnAnswerAtTheTerminalIsTakenAndNotShown(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.env = append(u.env, "AWS_SECRET_ACCESS_KEY=")
	x := u.sits("accounts", "add", "t", "--endpoint", u.server.URL, "--ca-file", u.server.CAFile, "--access-key", u.server.AccessKey)
	x.shows("Secret access key").types(u.server.SecretKey + "\r")
	x.shows("Passphrase: ").types("open sesame\r")
	x.shows("Again: ").types("open sesame\r")
	screen := x.ends(0)
	assert.NotContains(t, screen, u.server.SecretKey)
	assert.NotContains(t, screen, "sesame")
	x = u.sits("--account", "t", "ls")
	x.shows("Passphrase: ").types("open sesame\r")
	assert.Contains(t, x.ends(0), "bucket")
}

func TestTheSecondCtrlCEndsAtOnceAndSaysWhatMayBeLeft(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.withoutLedger()
	u.file("a.bin", noise(20<<20))
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{
		{Op: "UploadPart", Do: mock.Delay, Millis: 3600_000}, {Op: "AbortMultipartUpload", Do: mock.Delay, Millis: 3600_000},
	}}))
	x := u.sits(append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--verbose"}, u.global...)...)
	x.shows("partNumber=").types(ctrlC)
	x.shows("cleaning up what was begun of s3://bucket/a.bin; press Ctrl-C again to end at once").types(ctrlC)
	assert.Contains(t, x.ends(130), "ended at once; what was begun of s3://bucket/a.bin may be left behind; 'bucketseal-cli uploads list s3://BUCKET'")
}

func TestCtrlCAtATerminalKeepsWhatWasSent(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", noise(20<<20))
	u.never("UploadPart", 1)
	x := u.sits(append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--verbose"}, u.global...)...)
	x.shows("partNumber=").types(ctrlC)
	screen := x.ends(130)
	assert.Contains(t, screen, "bucketseal-cli: interrupted; parts that arrived whole are kept")
	assert.NotContains(t, screen, "DELETE /bucket/a.bin")
	assert.Len(t, u.runs("uploads", "list", "s3://bucket", "--json").ends(0).lines(), 1)
}

func TestATerminalThatClosesAndATerminationCleanUpLikeCtrlC(t *testing.T) {
	t.Parallel()
	for name, signals := range map[string][]syscall.Signal{
		"hang-up":     {syscall.SIGHUP},
		"hang-ups":    {syscall.SIGHUP, syscall.SIGHUP}, // of the system and of the shell
		"termination": {syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t)
			u.withoutLedger()
			u.file("a.bin", noise(20<<20))
			require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{
				{Op: "UploadPart", Do: mock.Delay, Millis: 3600_000}, {Op: "AbortMultipartUpload", Do: mock.Delay, Millis: 1500},
			}}))
			x := u.sits(append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--verbose"}, u.global...)...)
			x.shows("partNumber=")
			for _, s := range signals {
				require.NoError(t, x.cmd.Process.Signal(s))
				x.shows("cleaning up")
			}
			screen := x.ends(130)
			assert.Contains(t, screen, "DELETE /bucket/a.bin", "the parts are dropped")
			assert.NotContains(t, screen, "ended at once")
		})
	}
}

func TestWhoeverIsStartedByNohupOutlivesTheTerminal(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	program, err := os.Executable()
	require.NoError(t, err)
	x := u.sitsAt(exec.Command("sh", "-c", `trap '' HUP; exec "$0" rules import -`, program))
	x.shows("end it with Ctrl-D")
	require.NoError(t, x.cmd.Process.Signal(syscall.SIGHUP))
	x.types(`{"format":"bucketseal-rules","version":1,"rules":[]}` + "\n\x04")
	assert.Contains(t, x.ends(0), "Imported 0 rules.")
}

func TestOnlyATerminalShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for i := range mostLines + 2 {
		u.file(fmt.Sprintf("n/%03d", i), []byte("x"))
	}
	args := append([]string{"cp", "-r", "n", "s3://bucket/n"}, u.global...)
	screen := u.sits(args...).ends(0)
	assert.Contains(t, screen, "The files that follow are counted")
	assert.Equal(t, mostLines, strings.Count(screen, " -> s3://"), "nobody reads more of them")
	assert.Contains(t, screen, "202 files: 202 nothing asked of their encryption; 202 B in ")
	piped := u.types("", args...).ends(0)
	assert.NotContains(t, piped.err+piped.out, "\r")
	assert.Equal(t, mostLines+2, strings.Count(piped.out, " -> s3://"), "a program reads all of them")

	u.file("a.bin", noise(20<<20))
	large := func(to string) []string { return append([]string{"cp", "a.bin", "s3://bucket/" + to}, u.global...) }
	never := mock.Faults{Faults: []mock.Fault{{Op: "UploadPart", Nth: 3, Do: mock.Delay, Millis: 3600_000}}}
	require.NoError(t, u.server.SetFaults(never))
	u.sits(large("a.bin")...).shows("\r0/1 files  ").shows("MiB/20 MiB  ").types(ctrlC).ends(130)
	for _, flag := range []string{"--quiet", "--json"} {
		require.NoError(t, u.server.SetFaults(never))
		// To another place each time: of the one before the server may have all parts by now.
		x := u.sits(append(large("a"+flag), flag, "--verbose")...).shows("partNumber=")
		assert.NotContains(t, x.types(ctrlC).ends(130), "0/1 files", flag)
	}
}

// What is asked about is on the screen before the question, for scripts too that somebody
// runs at a terminal; and only yes is a yes.
func TestADocumentIsChangedAtATerminalAfterAYes(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("tags", []byte(`<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>`))
	set := append([]string{"bucket", "set", "tags", "s3://bucket", "--file", "tags"}, u.global...)
	for _, how := range []string{"", "--json", "--quiet"} {
		args := set
		if how != "" {
			args = append([]string{how}, set...)
		}
		screen := u.sits(args...).shows("Change tags of bucket? Type yes: ").types("y\r").ends(2)
		shown, asked := strings.Index(screen, "+ TagSet/Tag[a]/Value = 1"), strings.Index(screen, "Type yes")
		assert.True(t, shown >= 0 && shown < asked, screen)
		assert.Contains(t, screen, "nothing was changed")
		assert.Equal(t, false, u.runs("bucket", "get", "tags", "s3://bucket", "--json").ends(0).line()["set"])
	}
	u.sits(set...).shows("Type yes: ").types(ctrlC).ends(130)
	assert.Equal(t, false, u.runs("bucket", "get", "tags", "s3://bucket", "--json").ends(0).line()["set"])
	assert.Contains(t, u.sits(set...).shows("Type yes: ").types("yes\r").ends(0), "read again and compared")
	assert.Contains(t, u.sits(append([]string{"bucket", "remove", "tags", "s3://bucket", "--yes"}, u.global...)...).ends(0), "tags is removed")
}

func TestAccountsAreTakenOverAtATerminalAfterAYes(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
	u.profiles("[profile work]\nregion=eu-west-3\naws_access_key_id=AK\naws_secret_access_key=not shown\n")
	screen := u.sits("accounts", "import").shows("Save 1 account, and keep their secrets in the keyring? Type yes: ").types("no\r").ends(0)
	assert.Contains(t, screen, "found  aws: work")
	assert.Contains(t, screen, "nothing was saved")
	assert.NotContains(t, screen, "not shown")
	assert.Empty(t, u.types("", "accounts", "list", "--json").ends(0).out)
	u.sits("accounts", "import").shows("Type yes: ").types("yes\r").ends(0)
	assert.Equal(t, "work", u.types("", "accounts", "list", "--json").ends(0).line()["name"])
}
