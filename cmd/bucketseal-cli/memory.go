package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// leanMemory is how much the program may have before garbage is collected without
// waiting for as much again as is in use: beside it come the program itself and what
// the ledger's database has.
const leanMemory = 56 << 20 // bytes

// A memory keeps the program small as long as what it has in use is; where that
// grows, so does what it may have, or nothing but garbage would be collected.
type memory struct {
	limit  int64 // in force, 0 for none of ours
	sample []metrics.Sample
}

// newMemory limits the memory, unless whoever runs the program has (GOMEMLIMIT).
func newMemory() *memory {
	if os.Getenv("GOMEMLIMIT") != "" {
		return &memory{}
	}
	debug.SetMemoryLimit(leanMemory)
	return &memory{limit: leanMemory, sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
}

// look follows what is in use.
func (m *memory) look() {
	if m.limit == 0 {
		return
	}
	metrics.Read(m.sample)
	if limit := limitFor(m.sample[0].Value.Uint64()); limit != m.limit {
		m.limit = limit
		debug.SetMemoryLimit(limit)
	}
}

// limitFor is the limit for so much in use: twice as much, as without a limit, once
// the lean one would be too tight.
func limitFor(live uint64) int64 {
	if 3*live < 2*leanMemory {
		return leanMemory
	}
	return int64(2 * live)
}
