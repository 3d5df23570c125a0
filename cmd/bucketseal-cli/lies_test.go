package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/mock"
)

// Every way in which the endpoint lies about encryption ends with 3; that none is
// forgotten, and each call that can lie, is for client/transfer to say.
func TestALieAboutEncryptionEndsWith3(t *testing.T) {
	t.Parallel()
	lies := map[string]mock.Fault{
		"no headers": {Do: mock.DropSSEHeaders}, "another key": {Do: mock.OtherKey, KeyID: "99999999-2222-3333-4444-555555555555"},
		"another type": {Do: mock.OtherType, Method: "AES256"}, "in the clear": {Do: mock.StorePlain}, "in the clear, and claims": {Do: mock.StorePlain, Echo: true},
	}
	u := newUser(t)
	u.file("small", noise(100))
	u.file("large", noise(9<<20))
	u.types("", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", u.server.NamedKeys()[0].ID).ends(0)
	for name, lie := range lies {
		u.faulty(lie)
		for _, file := range []string{"small", "large"} {
			line := u.runs("cp", file, "s3://bucket/", "--json").ends(3).line()
			assert.Equal(t, "failed", line["status"], name)
			assert.NotEqual(t, "verified", line["verdict"], name)
		}
	}
	u.faulty()
	for _, file := range []string{"small", "large"} {
		assert.Equal(t, "verified", u.runs("cp", file, "s3://bucket/", "--json").ends(0).line()["verdict"])
	}
}

func TestAServerThatDoesNotEncryptEndsWith3(t *testing.T) {
	t.Parallel()
	for personality, ways := range map[string][]string{"plain": {"s3", "kms"}, "ceph16": {"s3"}} {
		u := newUser(t, mock.As(personality), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "mine"}} }))
		u.file("small", noise(100))
		u.file("large", noise(9<<20))
		for _, way := range ways {
			for _, file := range []string{"small", "large"} {
				flags := []string{"cp", file, "s3://bucket/", "--json", "--overwrite", "always", "--sse", way}
				if way == "kms" {
					flags = append(flags, "--kms-key", "mine")
				}
				assert.Equal(t, "not-encrypted", u.runs(flags...).ends(3).line()["verdict"], "%s, %s", personality, way)
			}
		}
	}
}
