package mock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// manual is a chapter of docs/mocks3.md, to the next of the first level below the
// title, and the first example in it.
func manual(t *testing.T, heading string) (chapter, example string) {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join("..", "docs", "mocks3.md"))
	require.NoError(t, err)
	_, chapter, found := strings.Cut(string(whole), "\n"+heading+"\n")
	require.True(t, found)
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	_, example, found = strings.Cut(chapter, "```json\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "```")
	return chapter, example
}

func TestThePeopleOfTheManualMayDoWhatItSays(t *testing.T) {
	_, example := manual(t, "## People")
	path := filepath.Join(t.TempDir(), "people.json")
	require.NoError(t, os.WriteFile(path, []byte(example), 0o600))
	people, err := mock.ReadPeople(path)
	require.NoError(t, err)
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Users, c.Roles = people.Users, people.Roles }))

	ada := as(e, people.Users[0])
	require.Equal(t, 200, raw(t, ada, "PUT", "/bucket/k", "hello", map[string]string{sse: "aws:kms", kid: "alias/demo"}).StatusCode)
	assert.Equal(t, 403, raw(t, ada, "GET", "/bucket/k", "", nil).StatusCode, "she may encrypt but not decrypt")
	out, err := sts.NewFromConfig(config(t, ada)).AssumeRole(bg, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/" + people.Roles[0].Name), RoleSessionName: aws.String("test"),
	})
	require.NoError(t, err)
	c := config(t, e)
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	body, _, err := get(t, s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true }), "k")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
}

func TestTheFaultsOfTheManualAreThoseThereAre(t *testing.T) {
	chapter, example := manual(t, "## Faults")
	path := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(path, []byte(example), 0o600))
	faults, err := mock.ReadFaults(path)
	require.NoError(t, err)
	assert.Len(t, faults.Faults, 3)
	described := map[string]bool{}
	for line := range strings.Lines(chapter) {
		if name, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ = strings.Cut(name, "`")
			described[name] = name != "do"
		}
	}
	delete(described, "do")
	there := map[string]bool{}
	for _, action := range mock.Actions() {
		there[string(action)] = true
	}
	assert.Equal(t, there, described)
}

func TestTheBucketPolicyOfTheManualRefusesWhatItSays(t *testing.T) {
	_, example := manual(t, "### Bucket policies")
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Buckets, c.Keys = []string{"demo"}, []mock.KeySpec{{ID: "my-key", Alias: "alias/mine"}, {ID: "other"}}
	}))
	require.Equal(t, 204, raw(t, e, "PUT", "/demo?policy=", example, nil).StatusCode)
	for _, how := range []map[string]string{nil, {sse: "AES256"}, {sse: "aws:kms", kid: "other"}, custHeaders('k')} {
		denied(t, raw(t, e, "PUT", "/demo/k", "x", how), byDeny)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/demo/k", "", nil).StatusCode)
	assert.Equal(t, 200, raw(t, e, "PUT", "/demo/k", "x", map[string]string{sse: "aws:kms", kid: "alias/mine"}).StatusCode)
}
