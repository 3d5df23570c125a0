package transfer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestRateIsTheAverageOfTheLastSeconds(t *testing.T) {
	var m meter
	now := time.Unix(1_000_000, 0)
	assert.Zero(t, m.rate(now))
	for range 100 { // 1000 bytes every 100 ms
		m.add(1000, now)
		now = now.Add(100 * time.Millisecond)
	}
	assert.InDelta(t, 10_000, m.rate(now), 1000)
	assert.InDelta(t, 5_000, m.rate(now.Add(5*time.Second)), 1000, "five silent seconds")
	assert.Zero(t, m.rate(now.Add(time.Minute)))

	m.add(4096, now.Add(time.Minute))
	m.reset()
	m.add(500, now)
	assert.InDelta(t, 500, m.rate(now), 1, "the first instant counts as a second")
}

func TestPartsAreEnoughForAnySize(t *testing.T) {
	for _, c := range []struct{ size, wished, want int64 }{
		{0, 8 << 20, 8 << 20},
		{80 << 30, 8 << 20, 9 << 20},
		{8 << 20 * 10_000, 8 << 20, 8 << 20},
		{8<<20*10_000 + 1, 8 << 20, 9 << 20},
		{5 << 40, 8 << 20, 525 << 20},
		{1, 64 << 20, 64 << 20},
	} {
		got := partSizeFor(c.size, c.wished)
		assert.Equal(t, c.want, got, "%d bytes", c.size)
		assert.LessOrEqual(t, len(spans(c.size, got)), mostParts)
	}
	assert.Empty(t, spans(0, 10))
	assert.Equal(t, []span{{1, 0, 10}, {2, 10, 10}, {3, 20, 5}}, spans(25, 10))
}

func TestLargeFilesAreCutIntoLargerPartsUnlessTheirSizeWasChosen(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct{ size, chosen, want int64 }{
		{100 * mib, 0, 8 * mib},
		{1024 * mib, 0, 8 * mib},
		{1537 * mib, 0, 12 * mib},
		{2048 * mib, 0, 16 * mib},
		{64 << 30, 0, 16 * mib},
		{1 << 40, 0, 105 * mib},
		{2048 * mib, 8 * mib, 8 * mib},
		{2048 * mib, 5 * mib, 5 * mib},
		{2048 * mib, 100 * mib, 100 * mib},
	} {
		config, err := Config{Store: memstore.New(memstore.Options{}), PartSize: c.chosen}.withDefaults()
		require.NoError(t, err)
		assert.Equal(t, c.want, config.partSize(c.size), "%d bytes, %d chosen", c.size, c.chosen)
	}
}
