package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAWrongChecksumIsWellFormed(t *testing.T) {
	for right, wrong := range map[string]string{
		"AAAAAA==":    "AQAAAA==",
		"AAAAAA==-17": "AQAAAA==-17",
		"":            "",
		"no base64!":  "no base64!",
	} {
		assert.Equal(t, wrong, otherChecksum(right))
	}
}
