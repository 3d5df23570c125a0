package shell_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALimitOfTheSpeedIsKeptAndShown(t *testing.T) {
	s := sees(t)
	assert.Zero(t, s.LimitRate)
	s.SetLimitRate(5 << 20)
	s.loop.Pump()
	assert.EqualValues(t, 5<<20, s.LimitRate)
	kept, err := s.desk.TransferPreferences()
	require.NoError(t, err)
	assert.EqualValues(t, 5<<20, kept.LimitRate)

	s.desk.Fail = func(call string) error {
		if call == "limit rate" {
			return errors.New("the disk is full")
		}
		return nil
	}
	s.SetLimitRate(0)
	s.loop.Pump()
	assert.EqualValues(t, 5<<20, s.LimitRate, "the one before stays")
	require.Len(t, s.problems, 1)
	assert.Contains(t, s.problems[0].Text(), "The disk is full")
}
