package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

func TestWhatAColleagueHasWrittenSinceStaysAndEndsWith1(t *testing.T) {
	var out bytes.Buffer
	c := &carrying{app: &app{out: &out, err: &out}}
	c.ended(transfer.Row{
		Job:   transfer.Job{Op: transfer.Delete, From: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: "w/old"}, "")},
		Phase: transfer.Skipped, Err: &client.Error{Op: "DeleteObject", Kind: client.KindPrecondition, Err: client.Say("another object has taken its place").Err()},
	})
	assert.Equal(t, exitFailed, c.code)
	assert.Equal(t, "s3://bucket/w/old  skipped, another object has taken its place\n", out.String())
	assert.Zero(t, c.tally.bad(), "and is no failure")
}

func TestASideThatCannotBeListedDeletesNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/a", []byte("a"))
	u.file("other/b", []byte("b"))
	u.syncs(0, map[string]int{"uploaded": 1}, "w", "s3://bucket/w")
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "ListObjectsV2", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"}}}))
	for _, args := range [][]string{{"other", "s3://bucket/w"}, {"s3://bucket/w", "other"}} {
		r := u.syncs(1, map[string]int{}, append([]string{"--delete", "--delete-despite-failures"}, args...)...)
		assert.Equal(t, "Denied", r.lines()[0]["error"].(map[string]any)["kind"])
	}
	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	u.has("s3://bucket/w/a", "a")
	assert.FileExists(t, filepath.Join(u.dir, "other/b"))
}
