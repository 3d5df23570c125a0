package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// set gives the user's environment other values; the last of a name counts.
func (u *user) set(pairs ...string) *user {
	u.env = append(u.env, pairs...)
	return u
}

// bare is a user without flags of the harness, and without keys in the
// environment.
func bare(t *testing.T, options ...mock.Option) *user {
	u := newUser(t, options...)
	u.global = nil
	return u.set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "BUCKETSEAL_PASSPHRASE_FILE="+u.file("pass", []byte("open sesame")))
}

func (u *user) keys() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + u.server.AccessKey, "AWS_SECRET_ACCESS_KEY=" + u.server.SecretKey}
}

func TestTheServiceOfTheEnvironmentIsAskedAndNotAmazon(t *testing.T) {
	t.Parallel()
	var wanted []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wanted = append(wanted, r.Host)
		http.Error(w, "no", http.StatusBadGateway)
	}))
	defer proxy.Close()
	u := bare(t).set("HTTPS_PROXY=" + proxy.URL)
	u.set("AWS_CA_BUNDLE=" + u.server.CAFile)
	u.file(".aws/config", []byte("\ufeff[profile cos]\r\nendpoint_url = "+u.server.URL+"\r\nservices = none\r\n[default]\r\nendpoint_url = "+u.server.URL+"\r\n"))
	u.file(".aws/credentials", []byte("\ufeff[cos]\r\naws_access_key_id = "+u.server.AccessKey+" \r\naws_secret_access_key="+u.server.SecretKey+"\r\n"))
	base := u.env
	for name, c := range map[string]struct {
		set  []string
		args []string
	}{
		"AWS_ENDPOINT_URL":    {append(u.keys(), "AWS_ENDPOINT_URL="+u.server.URL), nil},
		"AWS_ENDPOINT_URL_S3": {append(u.keys(), "AWS_ENDPOINT_URL_S3="+u.server.URL, "AWS_ENDPOINT_URL=https://no.example"), nil},
		"a host alone":        {append(u.keys(), "AWS_ENDPOINT_URL="+strings.TrimPrefix(u.server.URL, "https://")), nil},
		"the default profile": {u.keys(), nil},
		"--profile":           {nil, []string{"--profile", "cos"}},
		"AWS_PROFILE":         {[]string{"AWS_PROFILE=cos"}, nil},
		"--endpoint wins":     {append(u.keys(), "AWS_ENDPOINT_URL=https://no.example"), []string{"--endpoint", u.server.URL}},
	} {
		u.env = append(append([]string{}, base...), c.set...)
		out := u.runs(append([]string{"ls"}, c.args...)...).ends(0)
		assert.Contains(t, out.out, "bucket", name)
	}
	assert.Empty(t, wanted, "nothing went anywhere else")
	u.env = append(append([]string{}, base...), append(u.keys(), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL="+u.server.URL)...)
	u.runs("ls").ends(1)
	require.NotEmpty(t, wanted, "Amazon, where it is meant")
	assert.Contains(t, wanted[0], "amazonaws.com")
}

func TestOddStatesOfTheEnvironmentAreSaidBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	u := bare(t)
	base := u.env
	at := "AWS_ENDPOINT_URL=" + u.server.URL
	for name, c := range map[string]struct {
		set  []string
		args []string
		says string
	}{
		"a line end within the key":   {[]string{at, "AWS_ACCESS_KEY_ID=AK\nID", "AWS_SECRET_ACCESS_KEY=s3cretvalue"}, nil, "the environment: access key: character 3 is a line end"},
		"a tab within the secret":     {[]string{at, "AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=s3cret\tvalue"}, nil, "secret access key: character 7 is a tab"},
		"a mark within the token":     {append(u.keys(), at, "AWS_SESSION_TOKEN=to\ufeffken"), nil, "session token: character 3 is a byte order mark"},
		"a service that is none":      {append(u.keys(), "AWS_ENDPOINT_URL_S3=ftp://cos"), nil, "AWS_ENDPOINT_URL_S3: endpoint: "},
		"a KMS over http":             {append(u.keys(), at, "AWS_ENDPOINT_URL_KMS=http://nas.example"), nil, "AWS_ENDPOINT_URL_KMS: KMS endpoint: "},
		"a KMS over http, as a flag":  {append(u.keys(), at), []string{"--kms-endpoint", "http://nas.example"}, "KMS endpoint: "},
		"a region with a blank in it": {append(u.keys(), at, "AWS_REGION=us east"), nil, "AWS_REGION: region: "},
		"half a pair":                 {[]string{at, "AWS_ACCESS_KEY_ID=AKID"}, nil, "AWS_SECRET_ACCESS_KEY is not"},
		"a profile that is not there": {append(u.keys(), at), []string{"--profile", "elsewhere"}, `no profile "elsewhere"`},
		"nothing but a service":       {[]string{at}, nil, "neither AWS_ACCESS_KEY_ID nor a profile"},
		"a proxy with a raw %":        {append(u.keys(), "AWS_ENDPOINT_URL=https://cos.example.test", "HTTPS_PROXY=http://user:Pa%ss@127.0.0.1:1"), nil, "open: the proxy of HTTPS_PROXY cannot be used"},
		"a proxy of another kind":     {append(u.keys(), "AWS_ENDPOINT_URL=https://cos.example.test", "https_proxy=gopher://127.0.0.1:1"), nil, "the proxy of https_proxy cannot be used"},
	} {
		u.env = append(append([]string{}, base...), c.set...)
		out := u.runs(append([]string{"ls"}, c.args...)...).ends(2)
		assert.Contains(t, out.err, c.says, name)
		for _, secret := range []string{"s3cret", "Pa%ss", u.server.SecretKey} {
			assert.NotContains(t, out.err, secret, name)
		}
	}
}

func TestAFlagThatIsGivenEmptyIsNoFlagLeftOut(t *testing.T) {
	t.Parallel()
	u := bare(t).set("AWS_ENDPOINT_URL=https://no.example")
	for _, flag := range []string{"--endpoint", "--account", "--profile", "--region", "--kms-endpoint", "--addressing", "--ca-file", "--rules", "--config-dir"} {
		for _, value := range []string{"", " ", "\n"} {
			out := u.runs("ls", flag, value).ends(2)
			assert.Contains(t, out.err, flag+" is empty: give it a value, or leave it out", "%q", value)
		}
	}
	assert.Contains(t, u.runs("rules", "test", "--rules=", "b", "k").ends(2).err, "--rules is empty")
	u.runs("rules", "list", "--json=false").ends(0)
}

func TestAnAccountCalledAdHocIsAnAccount(t *testing.T) {
	t.Parallel()
	u := bare(t)
	u.file("secret", []byte("\ufeff"+u.server.SecretKey+"\r\n"))
	out := u.runs("accounts", "add", "ad hoc", "--endpoint", strings.TrimPrefix(u.server.URL, "https://"), "--ca-file", u.server.CAFile,
		"--access-key", u.server.AccessKey+" \n", "--secret-file", "secret").ends(0)
	assert.Contains(t, out.out, "Saved ad hoc, "+u.server.URL+".")
	u.runs("rules", "add", "--account", "ad hoc", "--bucket", "bucket", "--type", "kms", "--kms-key", u.server.NamedKeys()[0].ID).ends(0)
	u.file("a.txt", []byte("content"))

	u.set("AWS_ACCESS_KEY_ID=AKIAOTHER", "AWS_SECRET_ACCESS_KEY=othersecret")
	u.runs("--account", "ad hoc", "ls").ends(0)
	line := u.runs("--account", "ad hoc", "cp", "a.txt", "s3://bucket/a.txt", "--json").ends(0).line()
	assert.Equal(t, "verified", line["verdict"], "its rule is its own")
	u.set(u.keys()...)
	line = u.runs("--endpoint", u.server.URL, "--ca-file", u.server.CAFile, "cp", "a.txt", "s3://bucket/b.txt", "--json").ends(0).line()
	assert.EqualValues(t, 0, line["rule"], "and not that of whoever names an endpoint")
}

func TestAnAccountIsAddedWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	u := bare(t)
	u.set(u.keys()...).set("AWS_ENDPOINT_URL="+u.server.URL, "AWS_CA_BUNDLE="+u.server.CAFile, "AWS_REGION=eu-west-1 ")
	u.runs("accounts", "add", "t").ends(0)
	listed := u.runs("accounts", "list", "--json").ends(0).line()
	assert.Equal(t, u.server.URL, listed["endpoint"])
	assert.Equal(t, "eu-west-1", listed["region"])
	assert.Equal(t, u.server.CAFile, listed["caFile"])
	assert.Contains(t, u.runs("accounts", "add", "x", "--profile", "cos").ends(2).err, "there is no profile \"cos\"")
	u.set("AWS_PROFILE=gone")
	assert.Contains(t, u.runs("accounts", "add", "x").ends(2).err, `no profile "gone"`)
	assert.Contains(t, u.runs("accounts", "add", "x", "--endpoint", "https://cos", "--kms-endpoint", "http://nas").ends(2).err, "KMS endpoint: ")
	assert.Contains(t, u.set("AWS_SECRET_ACCESS_KEY=two\nlines").runs("accounts", "add", "x", "--endpoint", "https://cos").ends(2).err, "secret access key: character 4 is a line end")
	assert.Len(t, u.runs("accounts", "list", "--json").ends(0).lines(), 1)
}

func TestAnAccountIsRemovedWithItsSecretOrNotAtAll(t *testing.T) {
	t.Parallel()
	u := bare(t)
	u.runs("accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA", "--secret-file", u.file("secret", []byte("topsecret"))).ends(0)
	open := u.env
	u.set("BUCKETSEAL_PASSPHRASE_FILE=")
	refused := u.runs("accounts", "remove", "t").ends(2)
	assert.Contains(t, refused.err, "BUCKETSEAL_PASSPHRASE_FILE: the account stays until its secret is removed with it")
	assert.Len(t, u.runs("accounts", "list", "--json").ends(0).lines(), 1)
	u.env = open
	assert.Empty(t, u.runs("accounts", "remove", "t").ends(0).err)
	assert.Empty(t, u.runs("accounts", "list", "--json").ends(0).lines())
	assert.Contains(t, u.runs("accounts", "remove", "t").ends(2).err, `there is no account called "t"`)

	u.runs("accounts", "add", "t", "--endpoint", "https://127.0.0.1:1", "--access-key", "AKIA", "--secret-file", filepath.Join(u.dir, "secret")).ends(0)
	assert.Contains(t, u.runs("accounts", "remove", "t", "--leave-secret").ends(0).out, "its secret was left where it is")
	assert.Contains(t, u.runs("accounts", "remove", "t", "--leave-secret").ends(2).err, "no account called")
	u.runs("accounts", "remove", "t").ends(0)
}

func TestAPlainServerReachedByHTTPSIsSaid(t *testing.T) {
	t.Parallel()
	u := bare(t)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	out := u.set(u.keys()...).runs("--endpoint", strings.TrimPrefix(plain.URL, "http://"), "ls").ends(1)
	assert.Contains(t, out.err, "begin the endpoint with http://")
}
