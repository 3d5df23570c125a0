package main

import (
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAVersionIsLockedAndItsEncryptionStays(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, 1, mock.As(personality))
			u := k.user
			require.NoError(t, k.client.MakeBucket(t.Context(), "locked", minio.MakeBucketOptions{ObjectLocking: true}))
			const at = "s3://locked/a"
			u.encrypted(at, "precious")
			assert.Contains(t, u.runs("lock", "get", at).ends(0).out, "retention   none\nlegal hold  off")
			l := u.runs("lock", "set", at, "--mode", "governance", "--days", "30", "--hold", "on", "--json").ends(0).line()
			assert.Equal(t, "lock", l["op"])
			assert.Equal(t, "not-asked", l["verdict"])
			got := u.runs("lock", "get", at, "--json").ends(0).line()
			assert.Equal(t, "GOVERNANCE", got["mode"])
			assert.Equal(t, true, got["hold"])
			until, err := time.Parse(time.RFC3339, got["until"].(string))
			require.NoError(t, err)
			assert.WithinDuration(t, time.Now().AddDate(0, 0, 30), until, 5*time.Minute)
			u.runs("rm", "--versions", at).ends(1)
			u.runs("lock", "set", at, "--no-retention").ends(1)
			assert.Contains(t, u.runs("lock", "set", at, "--mode", "governance", "--days", "2").ends(1).err, "--bypass-governance")
			if personality == "ceph16" {
				assert.Contains(t, u.runs("lock", "set", at, "--no-retention", "--bypass-governance").ends(1).err, "takes no retention away")
				u.runs("lock", "set", at, "--mode", "governance", "--days", "1", "--bypass-governance", "--hold", "off").ends(0)
			} else {
				u.runs("lock", "set", at, "--no-retention", "--bypass-governance", "--hold", "off").ends(0)
				assert.Contains(t, u.runs("lock", "get", at).ends(0).out, "retention   none\nlegal hold  off")
			}
			u.has(at, "precious")

			u.encrypted("s3://bucket/a", "precious")
			assert.Contains(t, u.runs("lock", "set", "s3://bucket/a", "--hold", "on").ends(1).err, "the bucket has no object lock")
			u.has("s3://bucket/a", "precious")
		})
	}
	u := newUser(t)
	for says, args := range map[string][]string{
		"say what is to be changed": {},
		"governance or compliance":  {"--mode", "strict", "--days", "1"},
		"leave one out":             {"--mode", "governance", "--days", "3", "--until", "2099-01-01"},
		"say how long":              {"--mode", "governance"},
		"nobody can remove":         {"--mode", "compliance", "--days", "1"},
		"on or off":                 {"--hold", "yes"},
		"takes it away":             {"--no-retention", "--days", "1"},
		"in the future":             {"--mode", "governance", "--until", "2001-01-01"},
		"a time as":                 {"--mode", "governance", "--until", "tomorrow"},
	} {
		assert.Contains(t, u.runs(append([]string{"lock", "set", "s3://bucket/a"}, args...)...).ends(2).err, says)
	}
}
