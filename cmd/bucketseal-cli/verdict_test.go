package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// faulty sets the faults of a user's server; none ends them.
func (u *user) faulty(faults ...mock.Fault) {
	u.t.Helper()
	require.NoError(u.t, u.server.SetFaults(mock.Faults{Faults: faults}))
}

// uploads is one upload of a.txt under the rules, as its JSON line.
func (u *user) uploads(code int, flags ...string) map[string]any {
	u.t.Helper()
	return u.runs(append([]string{"cp", "a.txt", "s3://bucket/a.txt", "--json"}, flags...)...).ends(code).line()
}

func keyedUser(t *testing.T) *user {
	t.Helper()
	u := newUser(t)
	path := u.file("a.txt", []byte("hello\n"))
	hourAgo := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, hourAgo, hourAgo))
	u.types("", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", u.server.NamedKeys()[0].ID).ends(0)
	return u
}

func TestAnUploadThatCouldNotBeLookedAtIsVerifiedByTheNextRun(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"skip", "newer"} {
		u := keyedUser(t)
		u.faulty(mock.Fault{Op: "HeadObject", Nth: 2, Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"},
			mock.Fault{Op: "GetObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"})
		line := u.uploads(1, "--overwrite", how)
		assert.Equal(t, "failed", line["status"])
		assert.Equal(t, "not-yet-verified", line["verdict"])
		problem := line["error"].(map[string]any)
		assert.Equal(t, "NotYetVerified", problem["kind"])
		assert.Equal(t, "The file is stored, and not yet verified", problem["title"])
		assert.Contains(t, problem["hint"], "--overwrite skip")
		u.faulty()
		line = u.uploads(0, "--overwrite", how)
		assert.Equal(t, "done", line["status"], "it goes on where that run was left")
		assert.Equal(t, "verified", line["verdict"])
		people := u.runs("cp", "a.txt", "s3://bucket/a.txt", "--overwrite", how).ends(0)
		assert.Contains(t, people.out, "it is there already")
		assert.Contains(t, people.out, "Verified (SSE-KMS, key ")
	}
}

func TestAProofIsTriedAgainOnTheWay(t *testing.T) {
	t.Parallel()
	u := keyedUser(t)
	for name, fault := range map[string]mock.Fault{
		"404 once":        {Op: "HeadObject", Count: 1, Do: mock.AnswerStatus, Status: 404, Code: "NoSuchKey"},
		"503 three times": {Op: "HeadObject", Count: 3, Do: mock.AnswerStatus, Status: 503, Code: "ServiceUnavailable"},
		"reset":           {Op: "HeadObject", Count: 3, Do: mock.Reset, Early: true},
	} {
		u.faulty(fault)
		r := u.runs("cp", "a.txt", "s3://bucket/a.txt", "--json").ends(0)
		assert.Equal(t, "verified", r.line()["verdict"], name)
		if name == "404 once" {
			assert.Equal(t, 1, strings.Count(r.err, "s3://bucket/a.txt is stored and not yet verified: the server is asked again"), r.err)
		}
	}
}

func TestAKMSThatIsAwayForAMomentDoesNotMakeAnUploadNotAsAsked(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "mine", Alias: "alias/mine"}} }))
	u.file("a.txt", []byte("hello\n"))
	u.types("", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", "alias/mine").ends(0)
	for _, fault := range []mock.Fault{
		{Do: mock.AnswerStatus, Status: 503, Code: "ServiceUnavailable", Count: 3},
		{Do: mock.AnswerStatus, Status: 400, Code: "ThrottlingException", Count: 3},
		{Do: mock.Reset, Early: true, Count: 3},
	} {
		fault.Op = "DescribeKey"
		u.faulty(fault)
		assert.Equal(t, "verified", u.uploads(0)["verdict"], "%+v", fault)
	}
}

func TestWhatIsThereInTheClearIsNotSkippedAsFine(t *testing.T) {
	t.Parallel()
	u := keyedUser(t)
	u.faulty(mock.Fault{Op: "PutObject", Do: mock.StorePlain})
	assert.Equal(t, "not-encrypted", u.uploads(3)["verdict"])
	u.faulty()
	for _, how := range []string{"skip", "newer"} {
		line := u.uploads(3, "--overwrite", how)
		assert.Equal(t, "failed", line["status"])
		assert.Contains(t, line["error"].(map[string]any)["details"], "what is there already", how)
	}
	assert.Equal(t, "verified", u.uploads(0)["verdict"], "and is sent again where that is allowed")
}

func TestAnotherFileOfTheSameNameIsSaidToBeThere(t *testing.T) {
	t.Parallel()
	u := keyedUser(t)
	u.uploads(0)
	path := u.file("a.txt", []byte("other\n"))
	hourAgo := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, hourAgo, hourAgo))
	line := u.uploads(1, "--overwrite", "skip")
	assert.Equal(t, "skipped", line["status"])
	assert.Nil(t, line["verdict"])
	assert.Contains(t, line["error"].(map[string]any)["details"], "with other contents")
	people := u.runs("cp", "a.txt", "s3://bucket/a.txt", "--overwrite", "skip", "--quiet").ends(1)
	assert.Contains(t, people.err, "with other contents", "whoever wants only failures hears of it")
	assert.Equal(t, "skipped", u.uploads(0, "--overwrite", "newer")["status"], "there the dates decide, as was asked")
	u.runs("cp", "s3://bucket/a.txt", "back").ends(0)
	assert.Equal(t, "hello\n", string(u.read("back")))
}

func TestAnUploadThatMayNotOverwriteLetsTheServerRefuseToo(t *testing.T) {
	t.Parallel()
	u := keyedUser(t)
	u.file("big.bin", noise(12<<20))
	for _, name := range []string{"a.txt", "big.bin"} {
		r := u.runs("--verbose", "cp", name, "s3://bucket/"+name, "--overwrite", "skip").ends(0)
		assert.Contains(t, r.err, "If-None-Match: *", name)
		assert.NotContains(t, u.runs("--verbose", "cp", name, "s3://bucket/"+name).ends(0).err, "If-None-Match")
	}
}

func TestARuleThatNamesNoKeyIsVerifiedByAnAWSManagedKeyOnly(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.txt", []byte("hello\n"))
	u.types("", "rules", "add", "--bucket", "bucket", "--type", "kms").ends(0)
	assert.Equal(t, "verified", u.uploads(0)["verdict"])
	assert.Equal(t, true, u.runs("props", "s3://bucket/a.txt", "--json").ends(0).line()["asAsked"])

	mine := u.server.NamedKeys()[0].ARN
	other := "arn:aws:kms:us-east-1:000000000000:key/evil"
	for _, key := range []string{mine, other} {
		u.faulty(mock.Fault{Op: "PutObject", Do: mock.OtherKey, KeyID: key}, mock.Fault{Op: "HeadObject", Do: mock.OtherKey, KeyID: key})
		line := u.uploads(3)
		assert.Equal(t, "key-not-reported", line["verdict"])
		assert.Contains(t, line["why"], key, "the words say which key the server chose")
		props := u.runs("props", "s3://bucket/a.txt", "--json").ends(0).line()
		assert.Nil(t, props["asAsked"], "neither yes nor no")
		assert.Contains(t, props["why"], key)
	}
}

func TestASmallUploadListsNothing(t *testing.T) {
	t.Parallel()
	u := keyedUser(t)
	u.file("s/one", []byte("x"))
	r := u.runs("--verbose", "cp", "-r", "s", "s3://bucket/").ends(0)
	assert.Contains(t, r.err, "PUT /bucket/one", "what is sent is logged")
	assert.NotContains(t, r.err, "list-type=2")
}
