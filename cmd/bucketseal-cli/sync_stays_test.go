package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestWhatAColleagueHasWrittenSinceStaysAndIsSaid(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("w/a", []byte("a"))
	u.file("w/old", []byte("old"))
	u.syncs(0, map[string]int{"uploaded": 2}, "w", "s3://bucket/w")
	u.remove("w/old")
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "DeleteObject", Do: mock.AnswerStatus, Status: 412, Code: "PreconditionFailed"}}}))
	r := u.syncs(1, map[string]int{"unchanged": 1}, "--delete", "w", "s3://bucket/w")
	assert.Equal(t, "skipped", r.lines()[0]["status"])
	assert.Equal(t, "s3://bucket/w/old", r.lines()[0]["target"])
	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	u.has("s3://bucket/w/old", "old")
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
