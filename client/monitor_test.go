package client_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAPulseKnowsSinceWhenTheServerIsSilent(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	p := &client.RequestMonitor{Now: func() time.Time { return now }}
	pass := func(s int) { now = now.Add(time.Duration(s) * time.Second) }

	pass(60)
	assert.Zero(t, p.State(), "reading a file is no silence of the server's")
	p.Asked(1, 5)
	pass(3)
	p.Moved()
	pass(12)
	assert.Equal(t, client.RequestState{Silent: 12 * time.Second}, p.State())

	p.Missed()
	p.Ended()
	pass(1)
	p.Asked(2, 5)
	pass(1)
	assert.Equal(t, client.RequestState{Silent: 14 * time.Second, Attempt: 2, Most: 5}, p.State(), "a new try is no sign of life")

	p.Answered(true)
	p.Ended()
	pass(2)
	assert.Equal(t, client.RequestState{Silent: 2 * time.Second, Busy: true, Attempt: 2, Most: 5}, p.State())

	p.Asked(3, 5)
	p.Answered(false)
	p.Ended()
	pass(9)
	assert.Zero(t, p.State(), "it answered, and nothing is asked now")
}

func TestAServerThatAsksToSlowDownIsFeltUntilItAnswers(t *testing.T) {
	var told []client.RequestState
	p := &client.RequestMonitor{OnSlowDown: func(s client.RequestState) { told = append(told, s) }}
	p.Asked(1, 9)
	p.Answered(true)
	p.SlowDown()
	p.Ended()
	require.Len(t, told, 1)
	assert.True(t, told[0].Slow && told[0].Busy)
	p.Asked(2, 9)
	assert.True(t, p.State().Slow, "it still waits")
	p.Answered(false)
	p.Ended()
	assert.Zero(t, p.State())
	(*client.RequestMonitor)(nil).SlowDown()
}

func TestCallsWithoutAPulseAreFeltByNobody(t *testing.T) {
	p := client.MonitorOf(t.Context())
	assert.Nil(t, p)
	p.Asked(1, 1)
	p.Moved()
	p.Missed()
	p.Ended()
	assert.Zero(t, p.State())

	mine := &client.RequestMonitor{}
	assert.Same(t, mine, client.MonitorOf(client.WithMonitor(t.Context(), mine)))
}
