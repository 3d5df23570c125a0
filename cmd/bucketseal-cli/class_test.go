package main

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/mock"
)

func TestWhatIsArchivedIsMadeReadable(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const at = "s3://bucket/2019/a"
	u.encrypted(at, "precious")
	assert.Contains(t, u.runs("class", "get", at).ends(0).out, "STANDARD  (it can be read at once)")
	assert.Contains(t, u.runs("class", "thaw", at, "--days", "1").ends(1).err, "It cannot be done as it was asked\n  s3://bucket/2019/a\n  It can be read at once: there is nothing to restore.")
	l := u.runs("class", "set", at, "glacier", "--json").ends(0).line()
	assert.Equal(t, "verified", l["verdict"], "that it cannot be read is what was asked for")
	assert.Equal(t, "Archived", u.runs("cp", at, "down", "--json").ends(1).line()["error"].(map[string]any)["kind"])
	assert.Contains(t, u.runs("class", "get", at).ends(0).out, "GLACIER  (archived: it cannot be read")

	assert.Contains(t, u.runs("class", "thaw", "-r", "s3://bucket/2019", "--days", "3", "-n").ends(0).out, "would change "+at)
	l = u.runs("class", "thaw", at, "--days", "3", "--tier", "expedited", "--json").ends(0).line()
	assert.Equal(t, "thaw", l["op"])
	assert.Equal(t, "not-asked", l["verdict"])
	got := u.runs("class", "get", at, "--json").ends(0).line()
	assert.Equal(t, []any{"GLACIER", true, true, ""}, []any{got["storageClass"], got["archived"], got["restoring"], got["restoredUntil"]})
	u.runs("class", "thaw", at, "--days", "3").ends(0)
	for says, args := range map[string][]string{
		"expedited, standard or bulk": {"--days", "3", "--tier", "slow"},
		"say for how long":            {},
		"from 1 to 36500":             {"--days", "36501"},
	} {
		assert.Contains(t, u.runs(append([]string{"class", "thaw", at}, args...)...).ends(2).err, says)
	}
}

// Five minutes later it can be read, and days later no more.
func TestWhatWasRestoredIsReadUntilItsDaysAreOver(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	u := newUser(t, mock.With(func(c *mock.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) } }))
	const at = "s3://bucket/a"
	u.encrypted(at, "precious")
	u.runs("class", "set", at, "GLACIER").ends(0)
	u.runs("class", "thaw", at, "--days", "3", "--tier", "Expedited").ends(0)
	later.Store(int64(6 * time.Minute))
	assert.Regexp(t, `a copy can be read until 20`, u.runs("class", "get", at).ends(0).out)
	u.has(at, "precious")
	later.Store(int64(10 * 24 * time.Hour))
	assert.Contains(t, u.runs("class", "get", at).ends(0).out, "archived: it cannot be read")
}

func TestAServerWithoutArchivesIsNotAskedToRestore(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.As("ceph16"))
	u.encrypted("s3://bucket/a", "precious")
	assert.Contains(t, u.runs("class", "thaw", "s3://bucket/a", "--days", "1").ends(1).err, "nothing to restore")
	u.has("s3://bucket/a", "precious")
}
