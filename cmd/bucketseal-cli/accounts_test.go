package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAnAccountIsAddedByTheNameOfItsService(t *testing.T) {
	u := newUser(t).vault()
	u.types("", "accounts", "add", "mine", "--service", "twcc").ends(0)
	l := u.types("", "accounts", "list", "--json").ends(0).line()
	assert.Equal(t, "https://cos.twcc.ai", l["endpoint"])
	assert.Equal(t, "us-east-1", l["region"])
	assert.Equal(t, "twcc", l["service"])
	u.types("", "accounts", "add", "own", "--endpoint", "https://nas.example", "--proxy", "none", "--bucket", "a", "--bucket", "b", "--silence-timeout", "2m").ends(0)
	l = u.types("", "accounts", "list", "--json").ends(0).lines()[1]
	assert.Equal(t, map[string]any{"proxy": "none", "silenceSeconds": 120.0}, l["network"])
	assert.Equal(t, []any{"a", "b"}, l["buckets"])

	for says, args := range map[string][]string{
		"there is no service \"moon\"":        {"--service", "moon"},
		"the id of your account":              {"--service", "r2"},
		"give its endpoint":                   {"--service", "minio"},
		"whole seconds":                       {"--connect-timeout", "1500ms"},
		"proxy: it should begin with":         {"--proxy", "ftp://p.example"},
		"certificate: it is no SHA-256":       {"--certificate", "12"},
		"its regions are fsn1, nbg1, hel1":    {"--service", "hetzner", "--region", "moon"},
		"the client certificate cannot be us": {"--client-certificate", "no.pem", "--client-key", "no.key"},
	} {
		r := u.types("", append([]string{"accounts", "add", "wrong"}, args...)...).ends(2)
		assert.Contains(t, r.err, says)
	}
	assert.Len(t, u.types("", "accounts", "list", "--json").ends(0).lines(), 2)
}

func TestTheServicesThatAreKnownAreListedAndToldOf(t *testing.T) {
	u := newUser(t)
	all := u.types("", "accounts", "services", "--json").ends(0).lines()
	assert.Len(t, all, 18)
	assert.Equal(t, "aws", all[0]["id"])
	assert.Contains(t, u.types("", "accounts", "services").ends(0).out, "https://cos.twcc.ai")
	out := u.types("", "accounts", "services", "TWCC").ends(0).out
	assert.Contains(t, out, "Third-party Software")
	assert.Contains(t, out, "Encryption Key ID")
	assert.Equal(t, []any{"CRC64NVME"}, u.types("", "accounts", "services", "r2", "--json").ends(0).line()["checksums"])
	u.types("", "accounts", "services", "moon").ends(2)
	u.types("", "accounts", "services", "a", "b").ends(2)
}

// profile gives the user a file of the AWS command line.
func (u *user) profiles(config string) *user {
	require.NoError(u.t, os.MkdirAll(filepath.Join(u.dir, ".aws"), 0o700))
	require.NoError(u.t, os.WriteFile(filepath.Join(u.dir, ".aws", "config"), []byte(config), 0o600))
	return u
}

func TestAnAccountSignsInByAProfileAndARoleAndNoSecretIsKept(t *testing.T) {
	u := newUser(t, mock.With(func(c *mock.Config) {
		c.Roles = []mock.Role{{Name: "audit", Trusts: []string{"root"}, Policy: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)}}
	}))
	u.set("AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "")
	u.profiles("[profile work]\naws_access_key_id=" + u.server.AccessKey + "\naws_secret_access_key=" + u.server.SecretKey + "\nca_bundle=" + u.server.CAFile +
		"\nendpoint_url=" + u.server.URL + "\n[profile program]\ncredential_process=" + u.program(u.server.AccessKey, u.server.SecretKey) + "\n")
	out := u.types("", "accounts", "add", "work", "--profile", "work").ends(0).out
	assert.Contains(t, out, "no secret is kept")
	l := u.types("", "accounts", "list", "--json").ends(0).line()
	assert.Equal(t, map[string]any{"kind": "profile", "profile": "work"}, l["signIn"])
	assert.Equal(t, u.server.URL, l["endpoint"])
	assert.Empty(t, l["accessKeyId"])
	assert.Contains(t, u.types("", "ls").ends(0).out, "bucket")
	u.types("", "accounts", "test", "work").ends(0)

	// What gives credentials by a program serves a run of its own, too.
	assert.Contains(t, u.types("", "ls", "--profile", "program", "--endpoint", u.server.URL, "--ca-file", u.server.CAFile).ends(0).out, "bucket")

	r := u.types("", "accounts", "remove", "work").ends(0)
	assert.Contains(t, r.out, "Removed work.")
	assert.NotContains(t, r.err, "may still hold one", "no secret was kept of it")

	for says, args := range map[string][]string{
		"three ways to sign in":                      {"--profile", "work", "--from-environment"},
		"there is no profile \"no\"":                 {"--profile", "no"},
		"role: \"audit\" is no ARN":                  {"--profile", "work", "--role-arn", "audit"},
		"an external id, a session name and an MFA ": {"--profile", "work", "--external-id", "x1"},
	} {
		assert.Contains(t, u.types("", append([]string{"accounts", "add", "wrong"}, args...)...).ends(2).err, says)
	}
}

// program is one that writes credentials.
func (u *user) program(id, secret string) string {
	path := filepath.Join(u.dir, "program")
	require.NoError(u.t, os.WriteFile(path, []byte("#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\""+id+"\",\"SecretAccessKey\":\""+secret+"\"}'\n"), 0o700)) //nolint:gosec // runs
	return path
}

func TestAccountsOfOtherProgramsAreTakenOverAfterAYes(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	u := newUser(t).vault().profiles("[default]\nregion=eu-west-1\n[profile work]\nsso_session=x\nregion=eu-west-3\n[profile bad]\nregion=eu west\n")
	u.set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
	put := func(name, content string) {
		path := filepath.Join(u.dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	put(".config/rclone/rclone.conf", "[team]\ntype=s3\naccess_key_id=AKT\nsecret_access_key="+secret+"\nendpoint="+u.server.URL+"\n[drive]\ntype=drive\n")
	put(".s3cfg", "[default]\naccess_key=AKS\nsecret_key="+secret+"\nhost_base=cos.twcc.ai\n")
	put(".mc/config.json", `{"aliases":{"team":{"url":"https://m.example","accessKey":"AKM","secretKey":"`+secret+`"}}}`)
	put(".duck/bookmarks/a.duck", `<plist><dict><key>Protocol</key><string>s3</string><key>Nickname</key><string>Duck</string><key>Hostname</key><string>d.example</string><key>Username</key><string>AKD</string></dict></plist>`)

	r := u.types("", "accounts", "import").ends(0)
	assert.Contains(t, r.out, "found  aws: work")
	assert.Contains(t, r.err, "nothing was saved; with --yes these 4 would be")
	assert.NotContains(t, r.out+r.err, secret)
	assert.Equal(t, "found", u.types("", "accounts", "import", "--json").ends(0).lines()[1]["status"], "a script that only looks takes nothing")
	assert.Empty(t, u.types("", "accounts", "list", "--json").ends(0).out)

	lines := map[string]string{}
	r = u.types("", "accounts", "import", "--yes", "--json").ends(0)
	for _, l := range r.lines() {
		lines[l["from"].(string)+" "+l["name"].(string)] = l["status"].(string) + " " + l["why"].(string)
	}
	assert.NotContains(t, r.out+r.err, secret)
	assert.Equal(t, "taken ", lines["aws work"])
	assert.Equal(t, "taken ", lines["rclone team"])
	assert.Equal(t, "taken ", lines["s3cmd s3cmd"])
	assert.Contains(t, lines["aws bad"], "region of profile \"bad\"")
	assert.Equal(t, `left it is of type "drive", not s3`, lines["rclone drive"])
	assert.Equal(t, "left another account of this name is taken over from rclone", lines["mc team"])
	assert.Contains(t, lines["cyberduck Duck"], "left its secret is not in the file: bucketseal-cli accounts add Duck --endpoint https://d.example --access-key AKD")
	all := u.types("", "accounts", "list", "--json").ends(0).lines()
	require.Len(t, all, 4)

	r = u.types("", "accounts", "import", "--from", "rclone", "--yes").ends(0)
	assert.Contains(t, r.out, "left   rclone: team: there is an account of this name already")
	u.types("", "accounts", "import", "--from", "moon").ends(2)
	u.types("", "accounts", "import", "file").ends(2)
	assert.Contains(t, u.types("", "accounts", "import", "--from", "mc", "no.json").ends(2).err, "no.json")
	assert.Contains(t, u.types("", "accounts", "import", "--from", "mc", ".").ends(2).err, "no list of accounts")
}

func TestTheTestOfAnAccountTellsEachStepAndWhatToDo(t *testing.T) {
	u := newUser(t).vault()
	u.runs("accounts", "add", "t", "--access-key", u.server.AccessKey).ends(0)
	r := u.types("", "accounts", "test", "t").ends(0)
	assert.Regexp(t, `passed   credentials  accepted`, r.out)
	assert.Contains(t, r.out, "t: connected.")
	l := u.types("", "accounts", "test", "t", "--json", "--bucket", "bucket").ends(0).line()
	assert.Equal(t, true, l["ok"])
	assert.Len(t, l["steps"], 7)
	sum := l["certificate"].(map[string]any)["sha256"].(string)
	assert.Len(t, sum, 64)
	assert.Equal(t, "us-east-1", l["region"])

	// By what the test has shown an account is bound to its server.
	u.types("", "accounts", "add", "bound", "--endpoint", u.server.URL, "--certificate", sum, "--access-key", u.server.AccessKey).ends(0)
	u.types("", "accounts", "test", "bound").ends(0)
	assert.Contains(t, u.types("", "accounts", "test", "t", "--bucket", "a b/c").ends(2).err, "no name of a bucket")
	r = u.types("", "accounts", "test", "t", "--bucket", "gone").ends(1)
	assert.Contains(t, r.out, "failed   region")
	assert.Contains(t, r.err, "There is no such bucket")
	l = u.types("", "accounts", "test", "t", "--json", "--bucket", "gone").ends(1).lines()[0]
	assert.Equal(t, false, l["ok"])
}
