package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAListingOutlastsAServerThatAsksToSlowDownAndSaysSo(t *testing.T) {
	u := newUser(t)
	once := mock.Fault{Op: "ListBuckets", Do: mock.AnswerStatus, Status: 503, Code: "SlowDown", Count: 1}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{once}}))
	r := u.runs("ls").ends(0)
	assert.Contains(t, r.err, "the server asks to slow down: trying again (try 2 of")
	assert.NotContains(t, r.out, "slow down", "what a pipe reads is the listing")
}
