package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be the program, so that signals can be sent to it.
func TestMain(m *testing.M) {
	if os.Getenv("MOCKS3_BE_THE_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a running mocks3.
type process struct {
	cmd    *exec.Cmd
	ready  ready
	line   []byte
	stderr bytes.Buffer
	tmp    string
}

func start(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{cmd: exec.Command(self, args...), tmp: t.TempDir()}
	p.cmd.Env = append(append(os.Environ(), "MOCKS3_BE_THE_PROGRAM=1", "TMPDIR="+p.tmp), env...)
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	require.NoError(t, json.NewDecoder(io.TeeReader(out, (*lineWriter)(&p.line))).Decode(&p.ready), "the ready line")
	return p
}

type lineWriter []byte

func (l *lineWriter) Write(p []byte) (int, error) {
	*l = append(*l, p...)
	return len(p), nil
}

func (p *process) get(t *testing.T, path string) *http.Response {
	t.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(p.ready.CAFile)
	require.NoError(t, err)
	require.True(t, pool.AppendCertsFromPEM(ca))
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	resp, err := c.Get(p.ready.URL + path)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp
}

func TestItTellsHowToReachItAndEndsCleanly(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		file := filepath.Join(t.TempDir(), "ready.json")
		p := start(t, []string{"MOCKS3_ACCESS_KEY=me", "MOCKS3_SECRET_KEY=canary-secret"}, "--ready-file", file, "--bucket", "demo", "--key", "my-key=mine", "--log-level", "debug")
		written, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(p.line), string(written))
		assert.True(t, strings.HasSuffix(string(written), "}\n"), "one line")
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		assert.Equal(t, "me", p.ready.AccessKey)
		assert.Equal(t, "canary-secret", p.ready.SecretKey)
		assert.Equal(t, "us-east-1", p.ready.Region)
		require.Len(t, p.ready.Keys, 1)
		assert.Equal(t, "my-key", p.ready.Keys[0].ID)
		assert.Equal(t, "alias/mine", p.ready.Keys[0].Alias)
		assert.Equal(t, http.StatusForbidden, p.get(t, "/demo").StatusCode, "it answers, and knows no strangers")

		require.NoError(t, p.cmd.Process.Signal(sig))
		require.NoError(t, p.cmd.Wait(), p.stderr.String())
		left, err := os.ReadDir(p.tmp)
		require.NoError(t, err)
		assert.Empty(t, left, "the temporary data is gone")
		assert.Contains(t, p.stderr.String(), `"op":"ListObjects"`)
		assert.NotContains(t, p.stderr.String(), "canary-secret")
	}
}

func TestADataFolderOfOnesOwnIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := start(t, nil, "--data", dir)
	first := p.ready
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
	p = start(t, nil, "--data", dir)
	assert.Equal(t, first.Keys, p.ready.Keys)
	assert.Equal(t, "alias/demo", first.Keys[0].Alias)
	assert.NotEqual(t, first.SecretKey, p.ready.SecretKey, "made up anew")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
}

// runOnce runs the command in this process; it is over before it listens, or
// the context ends it.
func runOnce(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var out, log bytes.Buffer
	cmd := command(strings.NewReader(""), &out, &log, func(name string) string { return env[name] })
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	return out.String() + log.String(), err
}

func TestWhatItRefusesItExplains(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(damaged, []byte("{"), 0o600))
	for reason, args := range map[string][]string{
		"--allow-remote, permits it": {"--listen", "0.0.0.0:0"},
		"write HOST:PORT":            {"--listen", "127.0.0.1"},
		"give both CertFile and KeyFile (--tls-cert, --tls-key)": {"--tls-cert", damaged},
		"leave out the certificate":                              {"--tls-cert", damaged, "--tls-key", damaged, "--plain-http"},
		"both must be PEM":                                       {"--tls-cert", damaged, "--tls-key", damaged},
		"choose one of aws, ceph16, minio, plain":                {"--personality", "r2"},
		"choose debug, info, warn or error":                      {"--log-level", "loud"},
		"read faults":                                            {"--faults", damaged},
		"not a bucket name":                                      {"--bucket", "A"},
		"make key":                                               {"--key", "a b"},
		"read people":                                            {"--people", damaged},
		"write KEY=FILE":                                         {"--key-policy", "alias/demo"},
		"no such file":                                           {"--key-policy", "alias/demo=" + damaged + ".none"},
		"--key-policy alias/demo: MalformedPolicy":               {"--key-policy", "alias/demo=" + damaged},
		"unknown command":                                        {"extra"},
		"write ready file":                                       {"--ready-file", filepath.Join(damaged, "x")},
		"unknown flag":                                           {"--secret-key", "x"},
	} {
		t.Run(reason, func(t *testing.T) {
			out, err := runOnce(t, nil, args...)
			assert.ErrorContains(t, err, reason)
			assert.Empty(t, out)
		})
	}
	_, err := runOnce(t, map[string]string{"MOCKS3_ACCESS_KEY": "only"})
	assert.ErrorContains(t, err, "set both")
}

func TestPlainHTTPHasNoCertificate(t *testing.T) {
	p := start(t, nil, "--plain-http", "--personality", "ceph16", "--key", "testkey-1")
	assert.True(t, strings.HasPrefix(p.ready.URL, "http://127.0.0.1:"))
	assert.Empty(t, p.ready.CAFile)
	assert.Equal(t, "testkey-1", p.ready.Keys[0].ID)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
}

func TestPeopleAndKeyPoliciesAreReadFromFiles(t *testing.T) {
	dir := t.TempDir()
	users, policy := filepath.Join(dir, "people.json"), filepath.Join(dir, "policy.json")
	require.NoError(t, os.WriteFile(users, []byte(`{"users":[{"name":"ada","accessKey":"AKIAADA","secretKey":"canary-secret",
		"policy":{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}}]}`), 0o600))
	require.NoError(t, os.WriteFile(policy, []byte(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*"}]}`), 0o600))
	p := start(t, []string{"MOCKS3_ACCESS_KEY=me", "MOCKS3_SECRET_KEY=mine"}, "--people", users, "--key-policy", "alias/demo="+policy, "--log-level", "debug")
	assert.NotContains(t, string(p.line), "AKIAADA", "the ready line is about the account")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), p.stderr.String())
	assert.NotContains(t, p.stderr.String(), "canary")
}

// hold opens a connection with a request whose answer has begun and stands still,
// by a fault.
func (p *process) hold(t *testing.T) *bufio.Reader {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(p.ready.URL, "https://"), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // who serves is not the question
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	answer := bufio.NewReader(conn)
	line, err := answer.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 403 Forbidden\r\n", line)
	return answer
}

func stalled(t *testing.T, millis string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"faults":[{"do":"stall","millis":`+millis+`}]}`), 0o600))
	return file
}

func TestARunningRequestIsAnsweredBeforeTheEnd(t *testing.T) {
	p := start(t, nil, "--faults", stalled(t, "400"))
	answer := p.hold(t)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	all, err := io.ReadAll(answer)
	require.NoError(t, err)
	assert.Contains(t, string(all), "</Error>", "the whole of it")
	require.NoError(t, p.cmd.Wait(), p.stderr.String())
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	p := start(t, nil, "--faults", stalled(t, "60000"))
	p.hold(t)
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for signals := 0; ; {
		select {
		case err := <-ended:
			require.ErrorContains(t, err, "terminated")
			assert.GreaterOrEqual(t, signals, 2)
			return
		case <-every.C:
			if p.cmd.Process.Signal(syscall.SIGTERM) == nil {
				signals++
			}
		}
	}
}

func TestOnlyAKeptFolderIsSyncedAndOnlyWithoutFast(t *testing.T) {
	for _, row := range []struct {
		flags flags
		fast  bool
	}{
		{flags{logLevel: "warn", personality: "aws"}, true},
		{flags{logLevel: "warn", personality: "aws", data: "x"}, false},
		{flags{logLevel: "warn", personality: "aws", data: "x", fast: true}, true},
	} {
		c, err := config(row.flags, io.Discard, func(string) string { return "" })
		require.NoError(t, err)
		assert.Equal(t, row.fast, c.Fast)
	}
}
