package mock_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// admin asks the admin path, signed by the endpoint's account, and gives status and
// document.
func admin(t testing.TB, e *mock.Endpoint, method, path, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, e.URL+"/_mocks3/"+path, strings.NewReader(body))
	require.NoError(t, err)
	by := sigv4.Identity{AccessKey: e.AccessKey, SecretKey: e.SecretKey, Region: e.Region(), Service: "s3"}
	require.NoError(t, sigv4.Sign(r, []byte(body), by, time.Now()))
	return answerOf(t, e, r)
}

func answerOf(t testing.TB, e *mock.Endpoint, r *http.Request) (int, map[string]any) {
	t.Helper()
	resp, err := httpClient(t, e).Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	var out map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return resp.StatusCode, out
}

func TestUsersComeAndGoWhileItRuns(t *testing.T) {
	var log lockedBuffer
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}))
	status, ada := admin(t, e, "POST", "users", `{"name":"ada","policy":{"Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}}`)
	require.Equal(t, 200, status, ada)
	her := as(e, mock.User{AccessKey: ada["accessKey"].(string), SecretKey: ada["secretKey"].(string)})
	assert.Equal(t, 200, raw(t, her, "PUT", "/bucket/k", "x", nil).StatusCode)
	assert.Equal(t, 403, raw(t, her, "GET", "/bucket/k", "", nil).StatusCode, "her policy does not allow it")

	status, bob := admin(t, e, "POST", "users", `{"name":"bob","accessKey":"AKIABOB","secretKey":"canary-secret"}`)
	require.Equal(t, 200, status)
	assert.NotContains(t, bob, "secretKey", "he who sent it knows it")
	for _, taken := range []string{`{"name":"bob"}`, `{"name":"carl","accessKey":"AKIABOB"}`, `{"name":"carl","accessKey":"` + e.AccessKey + `"}`} {
		status, out := admin(t, e, "POST", "users", taken)
		assert.Equal(t, 409, status)
		assert.Contains(t, out["error"], "another's")
	}
	status, all := admin(t, e, "GET", "users", "")
	require.Equal(t, 200, status)
	told, err := json.Marshal(all)
	require.NoError(t, err)
	assert.Len(t, all["users"], 2, "the account is none of them")
	assert.NotContains(t, string(told), "canary")
	assert.NotContains(t, string(told), ada["secretKey"])
	assert.Contains(t, string(told), "s3:PutObject")

	status, _ = admin(t, e, "POST", "users/remove", `{"name":"ada"}`)
	require.Equal(t, 200, status)
	assert.Equal(t, "InvalidAccessKeyId", errorOf(t, raw(t, her, "PUT", "/bucket/k", "x", nil)).Code)
	for body, want := range map[string]int{
		`{"name":"ada"}`: 404, `{"name":""}`: 404, `{"names":"x"}`: 400, `[`: 400, `{} {}`: 400,
	} {
		status, _ = admin(t, e, "POST", "users/remove", body)
		assert.Equal(t, want, status, body)
	}
	for _, bad := range []string{`{"name":"a b"}`, `{}`, `{"name":"x","policy":{"Statement":[]}}`, `{"name":"x","canary":1}`} {
		status, out := admin(t, e, "POST", "users", bad)
		assert.Equal(t, 400, status, bad)
		assert.NotContains(t, out["error"], "canary")
	}
	assert.Contains(t, log.String(), `"op":"Admin"`)
	assert.NotContains(t, log.String(), "canary")
	assert.NotContains(t, log.String(), ada["secretKey"])
}

func TestKeysAreSwitchedWhileItRuns(t *testing.T) {
	e := mock.Start(t)
	status, key := admin(t, e, "POST", "keys", `{"id":"mine","alias":"alias/mine","description":"d"}`)
	require.Equal(t, 200, status, key)
	assert.Equal(t, []any{"alias/mine"}, key["aliases"])
	_, all := admin(t, e, "GET", "keys", "")
	assert.Len(t, all["keys"], 2)
	c := s3Client(t, e)
	mustPut(t, c, "k", "x", underKey("mine"))
	change := func(body string) (int, map[string]any) { return admin(t, e, "POST", "keys/change", body) }
	for _, row := range []struct {
		do, state string
		reads     bool
	}{
		{`"disable"`, "Disabled", false},
		{`"enable"`, "Enabled", true},
		{`"delete","days":7`, "PendingDeletion", false},
		{`"cancel-deletion"`, "Disabled", false},
		{`"enable"`, "Enabled", true},
		{`"rotate"`, "Enabled", true},
	} {
		status, key = change(`{"key":"alias/mine","do":` + row.do + `}`)
		require.Equal(t, 200, status, key)
		assert.Equal(t, row.state, key["state"])
		_, _, err := get(t, c, "k")
		assert.Equal(t, row.reads, err == nil, row.do)
	}
	assert.EqualValues(t, 1, key["rotations"])
	for _, bad := range []string{
		`{"key":"nowhere","do":"enable"}`, `{"key":"mine","do":"explode"}`, `{"key":"mine","do":"delete","days":3}`, `{"key":"mine","do":"rotate","days":7}`, `[`,
	} {
		status, out := change(bad)
		assert.Equal(t, 400, status, bad)
		assert.NotEmpty(t, out["error"])
	}
	for _, bad := range []string{`{"id":"mine"}`, `{"id":"a b"}`, `{"policy":"{}"}`, `{"x":1}`} {
		status, _ = admin(t, e, "POST", "keys", bad)
		assert.Equal(t, 400, status, bad)
	}
	_, all = admin(t, e, "GET", "keys", "")
	assert.Len(t, all["keys"], 2, "nothing refused was made")
}

func TestFaultsAreSetAndTakenBackWhateverIsWrong(t *testing.T) {
	e := mock.Start(t)
	status, out := admin(t, e, "PUT", "faults", `{"clockSkewSeconds":86400,"faults":[{"do":"status","status":503},{"do":"reset","early":true,"nth":2}]}`)
	require.Equal(t, 200, status, out)
	assert.Equal(t, 503, raw(t, e, "GET", "/bucket", "", nil).StatusCode)
	status, out = admin(t, e, "GET", "faults", "")
	require.Equal(t, 200, status, "neither the clock nor the faults hit this path")
	assert.Equal(t, []any{map[string]any{"seen": 1.0, "hit": 1.0}, map[string]any{"seen": 1.0, "hit": 0.0}}, out["counts"])
	assert.EqualValues(t, 86400, out["faults"].(map[string]any)["clockSkewSeconds"])
	for body, reason := range map[string]string{`{"faults":[{"do":"explode"}]}`: "unknown action", `{"x":1}`: "unknown field", ``: "EOF"} {
		status, out = admin(t, e, "PUT", "faults", body)
		assert.Equal(t, 400, status)
		assert.Contains(t, out["error"], reason)
	}
	status, _ = admin(t, e, "DELETE", "faults", "")
	require.Equal(t, 200, status)
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket", "", nil).StatusCode)
}

func TestTheAdminPathIsForTheAccountOnly(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Users = []mock.User{{Name: "ada", AccessKey: "AKIAADA", SecretKey: "canary", Policy: []byte(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)}}
	}))
	me := sigv4.Identity{AccessKey: e.AccessKey, SecretKey: e.SecretKey, Region: e.Region(), Service: "s3"}
	const body = `{"name":"mallory"}`
	ask := func(spoil func(r *http.Request, by *sigv4.Identity) (signed string)) (int, map[string]any) {
		r, err := http.NewRequest("POST", e.URL+"/_mocks3/users", strings.NewReader(body))
		require.NoError(t, err)
		by := me
		if signed := spoil(r, &by); signed != "none" {
			require.NoError(t, sigv4.Sign(r, []byte(signed), by, time.Now()))
		}
		return answerOf(t, e, r)
	}
	signer := v4.NewSigner()
	credentials := aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}
	for name, spoil := range map[string]func(*http.Request, *sigv4.Identity) string{
		"nobody": func(*http.Request, *sigv4.Identity) string { return "none" },
		"a user": func(_ *http.Request, by *sigv4.Identity) string {
			by.AccessKey, by.SecretKey = "AKIAADA", "canary"
			return body
		},
		"a wrong secret":  func(_ *http.Request, by *sigv4.Identity) string { by.SecretKey = "x"; return body },
		"another service": func(_ *http.Request, by *sigv4.Identity) string { by.Service = "sts"; return body },
		"another body":    func(*http.Request, *sigv4.Identity) string { return `{"name":"eve"}` },
		"an unsigned body": func(r *http.Request, _ *sigv4.Identity) string {
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			require.NoError(t, signer.SignHTTP(bg, credentials, r, "UNSIGNED-PAYLOAD", "s3", e.Region(), time.Now()))
			return "none"
		},
		"a presigned address with the hash of the body": func(r *http.Request, _ *sigv4.Identity) string {
			sum := sha256.Sum256([]byte(body))
			hash := hex.EncodeToString(sum[:])
			r.URL.RawQuery = url.Values{"X-Amz-Expires": {"60"}, "X-Amz-Content-Sha256": {hash}}.Encode()
			to, _, err := signer.PresignHTTP(bg, credentials, r, hash, "s3", e.Region(), time.Now())
			require.NoError(t, err)
			r.URL, err = r.URL.Parse(to)
			require.NoError(t, err)
			return "none"
		},
		"a presigned address": func(r *http.Request, _ *sigv4.Identity) string {
			q := r.URL.Query()
			q.Set("X-Amz-Expires", "60")
			r.URL.RawQuery = q.Encode()
			to, _, err := signer.PresignHTTP(bg, credentials, r, "UNSIGNED-PAYLOAD", "s3", e.Region(), time.Now())
			require.NoError(t, err)
			r.URL, err = r.URL.Parse(to)
			require.NoError(t, err)
			return "none"
		},
	} {
		status, out := ask(spoil)
		assert.Equal(t, 403, status, name)
		assert.Contains(t, out["error"], "for the account itself", name)
	}
	status, _ := ask(func(r *http.Request, _ *sigv4.Identity) string { r.URL.Path = "/_mocks3/x"; return body })
	assert.Equal(t, 404, status)
	_, all := admin(t, e, "GET", "users", "")
	assert.Len(t, all["users"], 1, "nobody got in")
	status, _ = admin(t, e, "POST", "users", strings.Repeat(" ", 1<<20)+body)
	assert.Equal(t, 403, status, "a document of a megabyte and more is none")
	resp := raw(t, e, "PUT", "/_mocks3", "", nil)
	_, _ = io.Copy(io.Discard, resp.Body)
	assert.Equal(t, 404, resp.StatusCode, "it is no bucket")
}
