package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/store"
)

func TestAnInjectorThatWasNeverSetHitsNothing(t *testing.T) {
	var none Injector
	assert.Empty(t, none.Match("PutObject", "bucket", "key"))
	assert.Zero(t, none.Skew())
	assert.Zero(t, none.DateSkew())
	page := store.Listing{Objects: []store.Object{{Key: "a"}}}
	assert.Equal(t, page, none.Stale(nil, time.Now(), store.ListRequest{Bucket: "bucket"}, page))
	set, counts := none.Report()
	assert.Equal(t, Faults{}, set)
	assert.Empty(t, counts)
}

func TestFaultsThatAreRefusedLeaveThoseInForce(t *testing.T) {
	var i Injector
	good := Faults{ClockSkewSeconds: 60, Faults: []Fault{{Op: "PutObject", Do: AnswerStatus, Status: 503}}}
	require.NoError(t, i.Set(good))
	assert.Len(t, i.Match("PutObject", "bucket", "key"), 1)
	assert.Empty(t, i.Match("GetObject", "bucket", "key"))

	require.ErrorContains(t, i.Set(Faults{Faults: []Fault{{Op: "Nonsense", Do: Reset}}}), "Nonsense")
	set, counts := i.Report()
	assert.Equal(t, good, set)
	assert.Equal(t, []Count{{Seen: 1, Hit: 1}}, counts)
	assert.Equal(t, time.Minute, i.Skew())
}
