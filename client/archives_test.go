package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHowFarARestorationIsComesOfItsHeader(t *testing.T) {
	for said, want := range map[string]Restoration{
		"":                       {},
		`ongoing-request="true"`: {Ongoing: true},
		`ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`: {Until: time.Date(2012, 12, 21, 0, 0, 0, 0, time.UTC)},
		`ongoing-request="false", expiry-date="soon"`:                          {},
		`expiry-date="`: {},
	} {
		got := Object{Headers: map[string][]string{"X-Amz-Restore": {said}}}.Restoration()
		assert.Equal(t, want.Ongoing, got.Ongoing, said)
		assert.True(t, want.Until.Equal(got.Until), "%s: %v", said, got.Until)
	}
}
