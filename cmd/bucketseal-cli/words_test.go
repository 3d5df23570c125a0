package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// encrypted puts an object under a key and gives its ARN.
func (u *user) encrypted(name, content string) (arn string) {
	u.t.Helper()
	key := u.server.NamedKeys()[0]
	u.runs("cp", u.file("source", []byte(content)), name, "--sse", "kms", "--kms-key", key.ID).ends(0)
	return key.ARN
}

func TestTagsAreSetBesideThoseThereAreAndTheEncryptionStays(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			u := newUser(t, mock.As(personality))
			const at = "s3://bucket/q3/a.csv"
			u.encrypted(at, "precious")
			l := u.runs("tags", "set", at, "project=q3 =1", "色=ü", "--json").ends(0).line()
			assert.Equal(t, "tags", l["op"])
			assert.Equal(t, "done", l["status"])
			assert.Equal(t, "not-asked", l["verdict"])
			assert.Contains(t, l["why"], "as it was")
			assert.Equal(t, "SSE-KMS", l["reported"].(map[string]any)["type"])
			u.runs("tags", "set", at, "reviewed=").ends(0)
			assert.Equal(t, map[string]any{"project": "q3 =1", "色": "ü", "reviewed": ""}, u.runs("tags", "get", at, "--json").ends(0).line()["tags"])
			u.runs("tags", "remove", at, "project", "none-such").ends(0)
			assert.Equal(t, "reviewed=\n色=ü\n", u.runs("tags", "get", at).ends(0).out)
			u.runs("tags", "set", at, "--only", "a=b").ends(0)
			assert.Equal(t, "a=b\n", u.runs("tags", "get", at).ends(0).out)
			u.runs("tags", "remove", at, "--all").ends(0)
			assert.Empty(t, u.runs("tags", "get", at).ends(0).out)
			u.has(at, "precious")
		})
	}
}

func TestTagsOfAFolderAreCountedFirst(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.encrypted("s3://bucket/q3/a", "a")
	u.encrypted("s3://bucket/q3/b", "b")
	assert.Contains(t, u.runs("tags", "set", "-r", "-n", "s3://bucket/q3", "x=y").ends(0).out, "nothing was changed: 2 objects")
	assert.Equal(t, "planned", u.runs("tags", "set", "-r", "-n", "--json", "s3://bucket/q3", "x=y").ends(0).lines()[0]["status"])
	assert.Empty(t, u.runs("tags", "get", "s3://bucket/q3/a").ends(0).out)
	assert.Contains(t, u.runs("tags", "set", "-r", "s3://bucket/q3", "x=y").ends(0).err, "2 of 2 objects are as asked")
	assert.Equal(t, "x=y\n", u.runs("tags", "get", "s3://bucket/q3/b").ends(0).out)
	for says, args := range map[string][]string{
		"is named twice":    {"tags", "set", "s3://bucket/q3/a", "a=1", "a=2"},
		"write NAME=VALUE":  {"tags", "set", "s3://bucket/q3/a", "colour"},
		"names no object":   {"tags", "set", "s3://bucket", "a=b"},
		"say which tags":    {"tags", "remove", "s3://bucket/q3/a"},
		"is of one object":  {"tags", "set", "-r", "s3://bucket/q3", "a=b", "--version-id", "x"},
		"nothing is called": {"tags", "set", "-r", "s3://bucket/none", "a=b"},
		"NOT CHANGED":       {"tags", "set", "s3://bucket/none", "a=b"},
	} {
		r := u.runs(args...)
		assert.NotZero(t, r.code, says)
		assert.Contains(t, r.err, says)
	}
}

// Nobody asks for an encryption with a change of tags: what a rule asks is another matter,
// and a script that looks for "verified" must not take the one for the other.
func TestAChangeBesideTheBytesDoesNotClaimTheEncryptionOfTheRule(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.runs("cp", u.file("a", []byte("precious")), "s3://bucket/a").ends(0)
	l := u.runs("tags", "set", "s3://bucket/a", "x=1", "--json").ends(0).line()
	assert.Equal(t, "not-asked", l["verdict"])
	u.runs("rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.ID).ends(0)
	l = u.runs("tags", "set", "s3://bucket/a", "x=2", "--json").ends(0).line()
	assert.Equal(t, "not-asked", l["verdict"])
	assert.Equal(t, "nothing was asked of its encryption, which is as it was: SSE-S3", l["why"])
	assert.Equal(t, false, l["asAsked"])
	assert.Equal(t, u.runs("props", "s3://bucket/a", "--json").ends(0).line()["asAsked"], l["asAsked"])
	u.runs("cp", u.file("b", []byte("precious")), "s3://bucket/b").ends(0)
	assert.Equal(t, true, u.runs("tags", "set", "s3://bucket/b", "x=2", "--json").ends(0).line()["asAsked"])
}

func TestWhatIsNoVersionIsNotAskedFor(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.keepsVersions("bucket")
	for _, content := range []string{"one", "second"} {
		u.runs("cp", u.file("a", []byte(content)), "s3://bucket/a").ends(0)
	}
	old := u.runs("versions", "s3://bucket/a", "--json").ends(0).lines()[1]["versionId"].(string)
	u.runs("tags", "set", "s3://bucket/a", "of=the older", "--version-id", old).ends(0)
	assert.Empty(t, u.runs("tags", "get", "s3://bucket/a").ends(0).out)
	assert.Equal(t, "of=the older\n", u.runs("tags", "get", "s3://bucket/a", "--version-id", old).ends(0).out)
	for _, of := range [][]string{{"tags", "get"}, {"acl", "get"}, {"lock", "get"}, {"class", "get"}, {"meta", "get"}, {"props"}} {
		assert.Contains(t, u.runs(append(of, "s3://bucket/a", "--version-id", "a b")...).ends(2).err, "is no id of a version", "%v", of)
	}
}

// A server that does not know tags would write over the object.
func TestAServerThatKnowsNoTagsLosesNothing(t *testing.T) {
	t.Parallel()
	forgetful, err := mock.PersonalityNamed("plain")
	require.NoError(t, err)
	forgetful.ForgetfulOf = "tagging acl"
	u := newUser(t, mock.With(func(c *mock.Config) { c.Personality = forgetful }))
	u.runs("cp", u.file("a", []byte("precious")), "s3://bucket/a").ends(0)
	assert.Equal(t, "Unsupported", u.runs("tags", "set", "s3://bucket/a", "x=y", "--json").ends(1).line()["error"].(map[string]any)["kind"])
	assert.Equal(t, "Unsupported", u.runs("acl", "set", "s3://bucket/a", "--canned", "private", "--json").ends(1).line()["error"].(map[string]any)["kind"])
	u.has("s3://bucket/a", "precious")
}

func TestAnObjectIsGivenToOthers(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.As("ceph16"))
	const at = "s3://bucket/a"
	u.encrypted(at, "precious")
	assert.Equal(t, false, u.runs("acl", "get", at, "--json").ends(0).line()["public"])
	l := u.runs("acl", "set", at, "--canned", "public-read", "--json").ends(0).line()
	assert.Equal(t, "acl", l["op"])
	assert.Equal(t, "not-asked", l["verdict"])
	got := u.runs("acl", "get", at, "--json").ends(0).line()
	assert.Equal(t, true, got["public"])
	assert.Len(t, got["grants"], 2)
	assert.Contains(t, u.runs("acl", "get", at).ends(0).out, "READ  everybody")
	u.runs("acl", "set", at, "--grant", "read=authenticated", "--grant", "FULL_CONTROL=id:"+got["owner"].(string)).ends(0)
	assert.Contains(t, u.runs("acl", "get", at).ends(0).out, "READ  authenticated")
	u.runs("acl", "set", at, "--grant", "READ=everybody").ends(0)
	shown := u.runs("acl", "get", at).ends(0).out
	assert.Contains(t, shown, "READ  everybody")
	assert.Contains(t, shown, "FULL_CONTROL  id:"+got["owner"].(string), "the owner keeps it")
	assert.NotContains(t, shown, "authenticated", "what is not named goes")
	u.runs("acl", "set", at, "--canned", "private").ends(0)
	assert.Equal(t, false, u.runs("acl", "get", at, "--json").ends(0).line()["public"])
	u.has(at, "precious")
	for says, args := range map[string][]string{
		"say to whom":              {"acl", "set", at},
		"is the name of no list":   {"acl", "set", at, "--canned", "everybody"},
		"write RIGHT=WHOM":         {"acl", "set", at, "--grant", "ALL=everybody"},
		"to whom? id:CANONICAL-ID": {"acl", "set", at, "--grant", "READ=bob"},
	} {
		assert.Contains(t, u.runs(args...).ends(2).err, says)
	}
}

func TestWhereListsAreOffThatIsSaid(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.encrypted("s3://bucket/a", "precious")
	r := u.runs("acl", "set", "s3://bucket/a", "--canned", "public-read").ends(1)
	assert.Contains(t, r.err, "ACLs are off here")
}

func TestALinkIsReadAndWrittenByWhoHasNoAccount(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.encrypted("s3://bucket/a b", "precious")
	l := u.runs("presign", "s3://bucket/a b", "--expires", "2d", "--json").ends(0).line()
	assert.Equal(t, "GET", l["method"])
	ends, err := time.Parse(time.RFC3339, l["expires"].(string))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(48*time.Hour), ends, 5*time.Minute)
	assert.Equal(t, "precious", u.uses(l, ""))

	u.runs("rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.ID).ends(0)
	l = u.runs("presign", "s3://bucket/inbox", "--method", "put", "--json").ends(0).line()
	assert.Equal(t, "aws:kms", l["headers"].(map[string]any)["X-Amz-Server-Side-Encryption"], "as the rule has it")
	assert.Equal(t, "SSE-KMS", l["asked"].(map[string]any)["type"])
	u.uses(l, "from outside")
	assert.Equal(t, true, u.runs("props", "s3://bucket/inbox", "--json").ends(0).line()["asAsked"])
	r := u.runs("presign", "s3://bucket/inbox", "--method", "PUT").ends(0)
	assert.True(t, strings.HasPrefix(r.out, "https://"))
	assert.Contains(t, r.err, "send with it: X-Amz-Server-Side-Encryption: aws:kms")
	assert.Contains(t, r.err, "it ends 2")

	u.file("c.key", []byte(strings.Repeat("k", 32)))
	u.runs("cp", u.file("x", []byte("x")), "s3://bucket/c", "--sse", "c", "--sse-c-key-file", "c.key").ends(0)
	r = u.runs("presign", "s3://bucket/c").ends(1)
	assert.Contains(t, r.err, "everybody who uses it would need the SSE-C key", "why")
	assert.Contains(t, r.err, "hand over the file itself", "what to do")
	assert.NotContains(t, r.err, "This server", "it is not the server that refuses")
	assert.Equal(t, "Refused", u.runs("presign", "s3://bucket/c", "--json").ends(1).line()["error"].(map[string]any)["kind"])
	assert.Contains(t, u.runs("presign", "s3://bucket/c", "--method", "PUT", "--sse", "c", "--sse-c-key-file", "c.key").ends(2).err, "everybody who uses the link")
	u.runs("presign", "s3://bucket/none").ends(1)
	for says, args := range map[string][]string{
		"GET or PUT":         {"presign", "s3://bucket/a", "--method", "DELETE"},
		"7 days at most":     {"presign", "s3://bucket/a", "--expires", "8d"},
		"no HTTP header":     {"presign", "s3://bucket/a", "--disposition", "inline\r\nA: b"},
		"--content-type has": {"presign", "s3://bucket/a", "--method", "PUT", "--content-type", "a/b\n"},
		"is no id of":        {"presign", "s3://bucket/a", "--version-id", "a b"},
		"of links to write":  {"presign", "s3://bucket/a", "--sse", "s3"},
		"of links to read":   {"presign", "s3://bucket/a", "--method", "PUT", "--version-id", "x"},
		"names no object":    {"presign", "s3://bucket"},
	} {
		assert.Contains(t, u.runs(args...).ends(2).err, says)
	}
}

// uses sends what a link is for and gives what came.
func (u *user) uses(link map[string]any, body string) string {
	u.t.Helper()
	r, err := http.NewRequestWithContext(u.t.Context(), link["method"].(string), link["url"].(string), strings.NewReader(body))
	require.NoError(u.t, err)
	for name, value := range link["headers"].(map[string]any) {
		r.Header.Set(name, value.(string))
	}
	trusted := x509.NewCertPool()
	require.True(u.t, trusted.AppendCertsFromPEM(u.server.CA))
	answer, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}).Do(r)
	require.NoError(u.t, err)
	defer answer.Body.Close() //nolint:errcheck // only read from
	got, err := io.ReadAll(answer.Body)
	require.NoError(u.t, err)
	require.Equal(u.t, http.StatusOK, answer.StatusCode, "%s", got)
	return string(got)
}

func TestWhatWasRemovedComesBackAndOlderVersionsGo(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, 1, mock.As(personality))
			u := k.user
			require.NoError(t, k.client.EnableVersioning(t.Context(), "bucket"))
			u.encrypted("s3://bucket/q3/a", "first")
			u.encrypted("s3://bucket/q3/a", "second")
			u.encrypted("s3://bucket/q3/b", "precious")
			u.runs("rm", "-r", "s3://bucket/q3").ends(0)
			assert.Contains(t, u.runs("undelete", "-r", "-n", "s3://bucket/q3").ends(0).out, "nothing was changed: 2 objects")
			l := u.runs("undelete", "s3://bucket/q3/b", "--json").ends(0).line()
			assert.Equal(t, "undelete", l["op"])
			assert.Equal(t, "done", l["status"])
			assert.Equal(t, "not-asked", l["verdict"])
			assert.Equal(t, "SSE-KMS", l["reported"].(map[string]any)["type"])
			u.has("s3://bucket/q3/b", "precious")
			assert.Contains(t, u.runs("undelete", "s3://bucket/q3/b").ends(1).err, "nothing hides it")

			assert.Contains(t, u.runs("rm", "--older-versions", "s3://bucket/q3/a").ends(0).err, "1 object is removed: their versions are all that is left")
			all := u.runs("undelete", "-r", "s3://bucket/q3", "--json").ends(0).lines()
			assert.Equal(t, map[string]any{"undeleted": 1.0, "failed": 0.0}, all[len(all)-1]["summary"])
			u.has("s3://bucket/q3/a", "second")
			assert.Len(t, u.runs("versions", "s3://bucket/q3/a", "--json").ends(0).lines(), 2)
			u.runs("rm", "-r", "--older-versions", "-n", "s3://bucket/q3").ends(0)
			u.runs("rm", "-r", "--older-versions", "s3://bucket/q3").ends(0)
			assert.Len(t, u.runs("versions", "s3://bucket/q3/a", "--json").ends(0).lines(), 1)
			u.has("s3://bucket/q3/a", "second")
			u.has("s3://bucket/q3/b", "precious")
		})
	}
}
