package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASmallHeapGrowsFurtherThanALargeOne(t *testing.T) {
	for live, want := range map[uint64]int{0: 200, 1 << 20: 200, 16 << 20: 200, 24 << 20: 100, 27 << 20: 77, 1 << 30: 75} {
		assert.Equal(t, want, pace(live), live)
	}
	runtime.GC()
	assert.NotZero(t, liveBytes())
}

func TestThePaceIsSetAnewAfterEachCollection(t *testing.T) {
	alive, set, over := make(chan uint64), make(chan int), make(chan struct{})
	defer close(over)
	live := func() uint64 {
		select {
		case n := <-alive:
			return n
		case <-over:
			return 0
		}
	}
	go collectLate(live, func(percent int) {
		select {
		case set <- percent:
		case <-over:
		}
	})
	for _, c := range []struct {
		live uint64
		want int
	}{{1 << 20, 200}, {1 << 30, 75}, {24 << 20, 100}} {
		for asked := false; !asked; {
			select {
			case alive <- c.live:
				asked = true
			default:
				runtime.GC()
			}
		}
		assert.Equal(t, c.want, <-set)
	}
}
