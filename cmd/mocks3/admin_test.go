package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// say runs an admin command in this process.
func say(t *testing.T, env map[string]string, stdin string, args ...string) (map[string]any, error) {
	t.Helper()
	var out, log bytes.Buffer
	cmd := command(strings.NewReader(stdin), &out, &log, func(name string) string { return env[name] })
	cmd.SetArgs(args)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		assert.Empty(t, out.String(), "an error and an answer")
		return nil, err
	}
	assert.Empty(t, log.String())
	var answer map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &answer), out.String())
	return answer, nil
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestARunningServerIsAdministered(t *testing.T) {
	readyFile := filepath.Join(t.TempDir(), "ready.json")
	p := start(t, nil, "--ready-file", readyFile, "--log-level", "debug")
	must := func(stdin string, args ...string) map[string]any {
		t.Helper()
		out, err := say(t, nil, stdin, append(args, "--ready-file", readyFile)...)
		require.NoError(t, err)
		return out
	}
	policy := `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*"}]}`
	made := must(policy, "keys", "create", "mine", "--alias", "alias/mine", "--description", "d", "--policy", "-")
	assert.Equal(t, "mine", made["id"])
	assert.NotEmpty(t, must("", "keys", "create")["id"])
	for _, row := range [][2]string{{"disable", "Disabled"}, {"enable", "Enabled"}, {"delete", "PendingDeletion"}, {"cancel-deletion", "Disabled"}, {"enable", "Enabled"}, {"rotate", "Enabled"}} {
		assert.Equal(t, row[1], must("", "keys", row[0], "alias/mine")["state"])
	}
	assert.Equal(t, "PendingDeletion", must("", "keys", "delete", "mine", "--days", "7")["state"])
	assert.Len(t, must("", "keys", "list")["keys"], 3)

	mine := file(t, `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	ada := must("", "users", "add", "ada", "--policy", mine)
	assert.Len(t, ada["secretKey"], 40)
	assert.NotContains(t, must("canary-stdin\n", "users", "add", "bob", "--access-key", "AKIABOB", "--secret-stdin"), "secretKey")
	carl, err := say(t, map[string]string{secretVariable: "canary-env"}, "", "users", "add", "carl", "--ready-file", readyFile)
	require.NoError(t, err)
	assert.NotContains(t, carl, "secretKey")
	assert.Len(t, must("", "users", "list")["users"], 3)
	assert.Equal(t, "ada", must("", "users", "remove", "ada")["removed"])

	faults := `{"faults":[{"op":"PutObject","do":"status","status":503}]}`
	must(faults, "faults", "set", "-")
	assert.Contains(t, must("", "faults", "show")["faults"], "faults")
	must("", "faults", "set", file(t, `{"dateSkewSeconds":5}`))
	assert.Empty(t, must("", "faults", "clear")["faults"])

	// By address and environment as well.
	env := map[string]string{"MOCKS3_ACCESS_KEY": p.ready.AccessKey, "MOCKS3_SECRET_KEY": p.ready.SecretKey}
	out, err := say(t, env, "", "users", "list", "--url", p.ready.URL, "--ca", p.ready.CAFile)
	require.NoError(t, err)
	assert.Len(t, out["users"], 2)

	other := map[string]string{"MOCKS3_ACCESS_KEY": "AKIABOB", "MOCKS3_SECRET_KEY": "canary-stdin"}
	for reason, c := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"the server refused: this path is for the account itself": {other, []string{"users", "list", "--url", p.ready.URL, "--ca", p.ready.CAFile}},
		"certificate signed by unknown authority":                 {env, []string{"users", "list", "--url", p.ready.URL}},
		"the server refused: there is no user ada":                {nil, []string{"users", "remove", "ada", "--ready-file", readyFile}},
		"PendingWindowInDays must be between 7 and 30":            {nil, []string{"keys", "delete", "alias/demo", "--days", "3", "--ready-file", readyFile}},
	} {
		_, err := say(t, c.env, "", c.args...)
		assert.ErrorContains(t, err, reason)
	}
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
	assert.NotContains(t, p.stderr.String(), "canary")
	assert.NotContains(t, p.stderr.String(), ada["secretKey"])
	_, err = say(t, nil, "", "keys", "list", "--ready-file", readyFile)
	assert.ErrorContains(t, err, "read what to trust", "it is gone, and its certificate with it")
	_, err = say(t, env, "", "keys", "list", "--url", "http://"+strings.TrimPrefix(p.ready.URL, "https://"))
	assert.ErrorContains(t, err, "ask the server")
}

func TestAdminCommandsExplainWhatTheyLack(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	env := map[string]string{"MOCKS3_ACCESS_KEY": "me", "MOCKS3_SECRET_KEY": "canary"}
	known := file(t, `{"url":"http://127.0.0.1:1","accessKey":"me","secretKey":"canary"}`)
	text := file(t, "canary")
	for reason, args := range map[string][]string{
		"which server?":                       {"keys", "list"},
		"either --ready-file or --url":        {"keys", "list", "--ready-file", known, "--url", other.URL},
		"no such file":                        {"keys", "list", "--ready-file", known + ".none"},
		"is not a file that mocks3":           {"keys", "list", "--ready-file", text},
		"write http(s)://HOST:PORT":           {"keys", "list", "--url", "localhost"},
		"secrets would travel in the clear":   {"keys", "list", "--url", "http://192.0.2.1:80"},
		"read what to trust: open":            {"keys", "list", "--url", "https://127.0.0.1:1", "--ca", known + ".none"},
		"holds no certificate in PEM":         {"keys", "list", "--url", "https://127.0.0.1:1", "--ca", text},
		"is " + other.URL + " a mocks3?":      {"keys", "list", "--url", other.URL},
		"keys: say what to do":                {"keys"},
		"users: say what to do":               {"users"},
		"unknown command":                     {"faults", "explode"},
		"is not JSON":                         {"faults", "set", text, "--ready-file", known},
		"accepts 1 arg(s)":                    {"keys", "rotate"},
		"holds either the policy or the secr": {"users", "add", "x", "--policy", "-", "--secret-stdin", "--ready-file", known},
		"standard input holds no secret":      {"users", "add", "x", "--secret-stdin", "--ready-file", known},
		"unknown flag: --secret":              {"users", "add", "x", "--secret", "canary"},
		"file.json.none":                      {"users", "add", "x", "--policy", known + ".none", "--ready-file", known},
		"key.json.none":                       {"keys", "create", "--policy", "key.json.none", "--ready-file", known},
	} {
		_, err := say(t, env, "", args...)
		require.ErrorContains(t, err, reason)
		assert.NotContains(t, err.Error(), "canary")
	}
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	moved := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	_, err := say(t, env, "canary", "users", "add", "x", "--secret-stdin", "--url", moved.URL)
	require.ErrorContains(t, err, "307 Temporary Redirect")
	assert.Zero(t, asked, "the secret of a user goes to the server alone")

	_, err = say(t, nil, "", "keys", "list", "--url", other.URL)
	assert.ErrorContains(t, err, "set MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY")
}
