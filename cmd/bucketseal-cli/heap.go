package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// What is alive in a run is small and what is thrown away is much: at Go's usual
// pace a tenth of the processor time of many small files goes into collecting
// garbage. So the heap may grow to three times what is alive as long as it stays
// small, and is held closer than usual where it is not: the program may have 96 MiB
// for 100,000 files, of which some 40 are not the heap's.
const roomyHeap = 48 << 20 // bytes

// collectLate sets the pace anew after each collection, as long as the program runs.
func collectLate(live func() uint64, set func(percent int)) {
	set(pace(live()))
	runtime.AddCleanup(&collected{}, func(struct{}) { collectLate(live, set) }, struct{}{})
}

// collected is garbage at once: it is collected with the next that is. It holds a
// pointer, or it would lie in one block with others that live on.
type collected struct{ _ *collected }

// pace is by how much of what is alive, in percent, the heap may grow until it is
// collected.
func pace(live uint64) int {
	const least, most = 75, 200
	if live == 0 {
		return most
	}
	return int(max(least, min(most, (roomyHeap-int64(live))*100/int64(live))))
}

// liveBytes is how much the last collection found alive, in bytes.
func liveBytes() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// setPace is debug.SetGCPercent, whose answer nobody needs.
func setPace(percent int) { debug.SetGCPercent(percent) }
