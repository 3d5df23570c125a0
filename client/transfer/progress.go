package transfer

import (
	"sync"
	"time"
)

// meterSeconds is how far back a rate looks.
const meterSeconds = 10

// A meter is a moving average over the last seconds: one bucket a second, in a
// ring. The zero value is ready. Safe for concurrent use.
type meter struct {
	mu      sync.Mutex
	buckets [meterSeconds]int64
	second  int64 // Unix second of the newest bucket, 0 before the first
	since   time.Time
}

func (m *meter) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.buckets, m.second, m.since = [meterSeconds]int64{}, 0, time.Time{}
}

func (m *meter) add(n int64, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.since.IsZero() {
		m.since = now
	}
	m.turn(now)
	m.buckets[now.Unix()%meterSeconds] += n
}

// rate is in bytes a second.
func (m *meter) rate(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.since.IsZero() {
		return 0
	}
	m.turn(now)
	var sum int64
	for _, b := range m.buckets {
		sum += b
	}
	// The ring holds the second that runs and the nine before it.
	span := min(now.Sub(m.since).Seconds(), meterSeconds-1+float64(now.Nanosecond())/1e9)
	return float64(sum) / max(span, 1)
}

// turn empties the buckets of the seconds in which nothing moved.
func (m *meter) turn(now time.Time) {
	s := now.Unix()
	if s-m.second >= meterSeconds {
		m.buckets = [meterSeconds]int64{}
		m.second = s
	}
	for m.second < s {
		m.second++
		m.buckets[m.second%meterSeconds] = 0
	}
}
