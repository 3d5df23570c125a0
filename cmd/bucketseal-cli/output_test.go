package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// obeyed is one of each kind of character that a terminal obeys.
const obeyed = "\x1b[31m\a\r\x7f\u0085\u009b2J\u061c\u200e\u200f\u202a\u202e\u2028\u2029\u2066\u2069\ufff9"

func TestNothingThatATerminalObeysComesOutOfTheConsole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newConsole(&out, func(error) {})
	text := "a" + obeyed + "é長🔒\n\tb"
	for _, b := range []byte(text) { // a character in pieces is one all the same
		n, err := c.Write([]byte{b})
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	assert.Equal(t, `a\u001b[31m\u0007\u000d\u007f\u0085\u009b2J\u061c\u200e\u200f\u202a\u202e\u2028\u2029\u2066\u2069\ufff9é長🔒`+"\n\tb", out.String())

	out.Reset()
	_, err := c.Write([]byte("\x9b31m\xff.\xef\xbf\xbd"))
	require.NoError(t, err)
	assert.Equal(t, `\x9b31m\xff.`+"\ufffd", out.String(), "bytes that are no character may be one to an old terminal")

	out.Reset()
	var back string
	require.NoError(t, json.NewEncoder(c).Encode(text))
	require.NoError(t, json.Unmarshal(out.Bytes(), &back))
	assert.Equal(t, text, back, "JSON reads back what was escaped")
	for _, r := range strings.TrimSuffix(out.String(), "\n") {
		assert.False(t, isObeyed(r), "%U", r)
	}
}

func TestAValueKeepsToItsLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	type name string
	printf(&out, "%s|%v|%s|%v|%d\n", "a\nb", errors.New("c\td"), name("e\u202ef"), stringer("g\nh"), 7)
	assert.Equal(t, `a\nb|c\td|e\u202ef|g\nh|7`+"\n", out.String())
}

type stringer string

func (s stringer) String() string { return string(s) }

// No command prints what others wrote as they wrote it: names of files and
// objects, words of a server, rules and accounts of a file.
func TestNoCommandLetsOthersCharactersThrough(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("f", []byte("x"))
	key := "k\u009b31m\u202e\u2028\nz"
	u.file("r.json", []byte(`{"format":"bucketseal-rules","version":1,"rules":[{"id":"a","bucket":"b","account":"x\u202ey","type":"SSE-KMS",`+
		`"kmsKey":"k\u009b31m","context":{"n":"\u001b[31mRED\u0007\nRule 99: trusted"}}]}`))
	u.file("s", []byte("secret"))
	evil := mock.Fault{Op: "ListBuckets", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied", Message: "m\u009b31m\u202e\nsecond"}
	for _, args := range [][]string{
		{"cp", "f", "s3://bucket/" + key},
		{"ls", "s3://bucket"},
		{"ls", "-r", "--encryption", "s3://bucket"},
		{"--json", "ls", "s3://bucket"},
		{"props", "s3://bucket/" + key},
		{"--json", "props", "s3://bucket/" + key},
		{"--verbose", "props", "s3://bucket/" + key},
		{"cp", "-r", "s3://bucket", "back"},
		{"cp", "-r", "back", "s3://bucket/again\u202e/"},
		{"--json", "cp", "-r", "back", "s3://bucket/again\u202e/"},
		{"rm", "s3://bucket/" + key},
		{"rm", "s3://bucket/" + key},
		{"--json", "rm", "s3://bucket/" + key},
		{"rm", "-r", "s3://bucket/again\u202e"},
		{"cp", "missing\u202e\n", "s3://bucket/"},
		{"bogus\u202e\n"},
		{"ls", "--bogus\u202e\n"},
		{"mb", "s3://new\u202e"},
		{"ls"},
		{"--json", "ls"},
		{"rules", "import", "r.json"},
		{"rules", "list"},
		{"--json", "rules", "list"},
		{"rules", "test", "b", "x\u202e"},
		{"rules", "edit", "1", "--bucket", "b2"},
		{"rules", "export", "-"},
		{"accounts", "add", "evil\x1b[31m\u202e", "--endpoint", "https://127.0.0.1:1", "--access-key", "AK\u202e", "--secret-file", "s"},
		{"accounts", "list"},
		{"accounts", "remove", "nobody\u202e"},
	} {
		if args[len(args)-1] == "ls" {
			require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{evil}}))
		}
		r := u.runs(args...)
		for _, c := range r.out + r.err {
			require.False(t, isObeyed(c) && c != '\n' && c != '\t', "%U in the output of %q:\n%q\n%q", c, args, r.out, r.err)
		}
		assert.NotContains(t, r.out, "\nRule 99", "%q", args)
		assert.NotContains(t, r.out+r.err, "\nz", "%q", args)
	}
}

// outputs runs the program with its standard output somewhere else.
func (u *user) outputs(to *os.File, args ...string) ran {
	u.t.Helper()
	program, err := os.Executable()
	require.NoError(u.t, err)
	cmd := exec.Command(program, append(args, u.global...)...)
	cmd.Dir, cmd.Env, cmd.Stdout = u.dir, u.env, to
	var errs bytes.Buffer
	cmd.Stderr = &errs
	_ = cmd.Run() // the exit code says it
	return ran{u.t, cmd.ProcessState.ExitCode(), "", errs.String()}
}

func TestAnOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer func() { require.NoError(t, full.Close()) }()
	u := newUser(t)
	u.file("a.bin", []byte("x"))
	for _, args := range [][]string{
		{"cp", "a.bin", "s3://bucket/a"},
		{"cp", "a.bin", "s3://bucket/a", "--json"},
		{"ls"},
		{"ls", "s3://bucket", "--json"},
		{"props", "s3://bucket/a"},
		{"rules", "test", "b", "k"},
		{"--help"},
		{"rm", "s3://bucket/a", "--json"},
	} {
		r := u.outputs(full, args...).ends(1)
		assert.Contains(t, r.err, "the output could not be written", "%q", args)
		assert.Contains(t, r.err, "no space left", "%q", args)
	}
	u.file("bad.json", []byte("{"))
	u.outputs(full, "cp", "a.bin", "s3://bucket/b", "--json", "--rules", "bad.json").ends(2)

	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "PutObject", Do: mock.StorePlain}}}))
	u.outputs(full, "cp", "a.bin", "s3://bucket/c", "--sse", "s3", "--json").ends(3)
}

func TestAChangeOfTheSettingsIsNoFailureBecauseItCannotBePrinted(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer func() { require.NoError(t, full.Close()) }()
	u := newUser(t)
	for _, args := range [][]string{
		{"rules", "add", "--bucket", "a", "--type", "s3"},
		{"rules", "add", "--bucket", "b", "--type", "s3"},
		{"rules", "move", "2", "1"},
		{"rules", "edit", "1", "--disabled"},
		{"rules", "remove", "2"},
	} {
		r := u.outputs(full, args...).ends(0)
		assert.Contains(t, r.err, "it is saved, and this could not be printed", "%q", args)
	}
	assert.Contains(t, u.runs("rules", "list", "--json").ends(0).out, `"enabled":false`)
	u.outputs(full, "rules", "add", "--bucket", "c", "--type", "s3", "--json").ends(1)

	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.NotContains(t, u.outputs(w, "rules", "edit", "1", "--bucket", "d").ends(0).err, "printed")
	require.NoError(t, w.Close())
}

func TestAReaderThatWentAwayEndsTheRunQuietlyAndNotWith0(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("x"))
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	for _, args := range [][]string{{"ls", "s3://bucket"}, {"ls", "--json"}, {"cp", "a.bin", "s3://bucket/b"}} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		assert.Empty(t, u.outputs(w, args...).ends(1).err, "%q", args)
		require.NoError(t, w.Close())
	}
	assert.True(t, isClosed(fmt.Errorf("write: %w", syscall.EPIPE)))
}

func TestARemovalGoesOnAfterARequestThatIsDeniedAndTellsOfEachObject(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const all = 1500
	for i := range all {
		u.file(fmt.Sprintf("n/%04d", i), nil)
	}
	u.runs("cp", "-r", "n", "s3://bucket/n/", "--concurrency", "16", "--quiet").ends(0)
	denied := mock.Faults{Faults: []mock.Fault{{Op: "DeleteObjects", Count: 1, Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"}}}
	require.NoError(t, u.server.SetFaults(denied))
	r := u.runs("rm", "-r", "s3://bucket/n/", "--json").ends(1)
	told := map[string]string{}
	for _, l := range r.lines() {
		told[l["target"].(string)] = l["status"].(string)
		if l["status"] == "failed" {
			assert.Equal(t, false, l["unknown"])
			assert.Equal(t, "Denied", l["error"].(map[string]any)["kind"])
		}
	}
	assert.Len(t, told, all)
	left := u.runs("ls", "-r", "s3://bucket", "--json").ends(0).lines()
	assert.Contains(t, []int{500, 1000}, len(left), "the other request went on")
	for _, l := range left {
		assert.Equal(t, "failed", told["s3://bucket/"+l["key"].(string)])
	}

	require.NoError(t, u.server.SetFaults(denied))
	text := u.runs("rm", "-r", "s3://bucket/n/").ends(1)
	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	assert.Equal(t, len(left), strings.Count(text.out, "removed s3://bucket/n/")+strings.Count(text.err, "NOT REMOVED s3://bucket/n/"))
	assert.Equal(t, 1, strings.Count(text.err, "AccessDenied:"), "why is said once in full")
	assert.Regexp(t, `objects are removed, (500|1,000) could not be:`, text.err)
	assert.Regexp(t, `\n  (500|1,000): This account may not do that \(DeleteObjects, AccessDenied\)\n`, text.err)
	u.runs("rm", "-r", "s3://bucket/n/", "--quiet").ends(0)
}

func TestAnObjectThatCannotBeRemovedIsNamedAndTheOthersGo(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.With(func(c *mock.Config) {
		c.Users = []mock.User{{Name: "clerk", AccessKey: "AKIACLERK", SecretKey: "clerks-secret-key", Policy: json.RawMessage(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},` +
				`{"Effect":"Deny","Action":["s3:DeleteObject","s3:GetObject"],"Resource":"arn:aws:s3:::bucket/n/kept"}]}`)}}
	}))
	for _, key := range []string{"kept", "gone"} {
		u.file("n/"+key, nil)
	}
	u.runs("cp", "-r", "n", "s3://bucket/n/", "--quiet").ends(0)
	u.env = append(u.env, "AWS_ACCESS_KEY_ID=AKIACLERK", "AWS_SECRET_ACCESS_KEY=clerks-secret-key")

	r := u.runs("ls", "-r", "--encryption", "s3://bucket/n/").ends(1)
	assert.Contains(t, r.out, "kept  [could not be asked: This account may not do that]")
	assert.Contains(t, r.out, "gone  [SSE-S3]")
	assert.NotContains(t, r.out, "not told", "an error is not the same")
	lines := u.runs("ls", "-r", "--encryption", "s3://bucket/n/", "--json").ends(1).lines()
	assert.Nil(t, lines[0]["encryptionError"])
	assert.Equal(t, "Denied", lines[1]["encryptionError"].(map[string]any)["kind"])
	u.runs("props", "s3://bucket/n/kept").ends(1)

	r = u.runs("rm", "-r", "s3://bucket/n").ends(1)
	assert.Contains(t, r.out, "removed s3://bucket/n/gone")
	assert.Contains(t, r.err, "s3://bucket/n/kept")
	assert.Contains(t, r.err, "1 of 2 objects are removed, 1 could not be")
}

func TestNothingFoundEndsWith1AndWords(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("x"))
	u.file("empty/.keep", nil)
	require.NoError(t, os.Remove(u.dir+"/empty/.keep"))
	u.runs("cp", "a.bin", "s3://bucket/report.pdf").ends(0)
	for _, args := range [][]string{
		{"rm", "-r", "s3://bucket/tpyo/"},
		{"rm", "-r", "s3://bucket/tpyo"},
		{"rm", "-r", "s3://bucket/report"},
		{"rm", "s3://bucket/tpyo"},
		{"cp", "-r", "s3://bucket/tpyo/", "out"},
		{"cp", "-r", "s3://bucket/report", "out"},
		{"cp", "-r", "empty", "s3://bucket/"},
		{"cp", "missing", "s3://bucket/"},
		{"cp", "s3://bucket/tpyo", "out"},
		{"ls", "s3://bucket/tpyo/"},
		{"ls", "s3://nowhere"},
		{"rm", "-r", "s3://nowhere/x"},
		{"props", "s3://bucket/tpyo"},
	} {
		r := u.runs(args...).ends(1)
		assert.NotEmpty(t, r.err, "%q", args)
		assert.NoFileExists(t, u.dir+"/out")
	}
	assert.Contains(t, u.runs("ls", "s3://bucket/tpyo", "--json").ends(1).line()["error"].(map[string]any)["details"], "nothing is called s3://bucket/tpyo, and nothing lies below it")
	assert.Len(t, u.runs("ls", "s3://bucket", "--json").ends(0).lines(), 1, "nothing was removed")
	assert.Len(t, u.runs("ls", "s3://bucket/rep", "--json").ends(0).lines(), 1)

	u.runs("mb", "s3://fresh").ends(0)
	assert.Empty(t, u.runs("ls", "s3://fresh").ends(0).err, "an empty bucket is there")
	u.runs("cp", "-r", "s3://fresh", "out").ends(1)
	u.runs("rm", "-r", "s3://fresh").ends(1)
}

func TestWhatIsNoFaultOfTheServersIsNotToldOfItToPrograms(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	require.NoError(t, os.Mkdir(u.dir+"/empty", 0o700))
	for title, args := range map[string][]string{
		"nothing was left to go on with": {"uploads", "resume"},
		"There is nothing to do":         {"cp", "-r", "empty", "s3://bucket/"},
	} {
		fault := u.runs(append(args, "--json")...).ends(1).lines()[0]["error"].(map[string]any)
		assert.Contains(t, fault["title"], title)
		assert.NotContains(t, fault["hint"], "runs the server")
		assert.NotContains(t, fault["hint"], "removed or renamed")
	}
}

func TestAnObjectNamedWithDashRIsThatObject(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("x"))
	u.runs("cp", "a.bin", "s3://bucket/report.pdf").ends(0)
	u.runs("cp", "-r", "s3://bucket/report.pdf", "out").ends(0)
	assert.Equal(t, "x", string(u.read("out")))
	u.runs("rm", "-r", "s3://bucket/report.pdf").ends(0)
	assert.Empty(t, u.runs("ls", "s3://bucket").ends(0).out)

	u.runs("cp", "a.bin", "s3://bucket/both").ends(0)
	u.runs("cp", "a.bin", "s3://bucket/both/inside").ends(0)
	r := u.runs("rm", "-r", "s3://bucket/both").ends(1)
	assert.Contains(t, r.err, "An object and a folder are called so")
	u.runs("cp", "-r", "s3://bucket/both", "folder").ends(0)
	assert.Equal(t, "x", string(u.read("folder/inside")))
	assert.Len(t, u.runs("ls", "-r", "s3://bucket", "--json").ends(0).lines(), 2, "neither was taken for the other")
	u.runs("rm", "-r", "s3://bucket/both/").ends(0)
	assert.Len(t, u.runs("ls", "-r", "s3://bucket", "--json").ends(0).lines(), 1)
}
