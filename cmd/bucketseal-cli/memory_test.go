package main

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheMemoryIsKeptLeanAsLongAsLittleIsInUse(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	assert.EqualValues(t, leanMemory, limitFor(0))
	assert.EqualValues(t, leanMemory, limitFor(leanMemory/2))
	assert.EqualValues(t, 2*leanMemory, limitFor(leanMemory), "else nothing but garbage would be collected")

	t.Setenv("GOMEMLIMIT", "1GiB")
	newMemory().look()
	assert.Equal(t, before, debug.SetMemoryLimit(-1), "somebody else decides")
	t.Setenv("GOMEMLIMIT", "")
	m := newMemory()
	m.look()
	assert.EqualValues(t, m.limit, debug.SetMemoryLimit(-1))
}
