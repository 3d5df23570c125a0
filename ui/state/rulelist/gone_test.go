package rulelist_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/rules"
)

// rulesGone is a screen whose stored rules are no longer there.
func rulesGone(t *testing.T) (r *screen, gone *bool) {
	t.Helper()
	r = rulesOf(t, kms("1", "reports", ""))
	r.list.Close()
	gone = new(bool)
	*gone = true
	r.desk.Fail = func(call string) error {
		if call == "rules" && *gone {
			return fmt.Errorf("/home/me/rules.json is gone, in which rules were saved: put it back, or save rules again ('rules add', "+
				"'rules import', or Save changes in the window), which begins a new list; to go on without rules, remove /home/me/mark%w", rules.ErrGone)
		}
		if call == "save rules" {
			*gone = false
		}
		return nil
	}
	r.show()
	return r, gone
}

func TestRulesThatAreGoneAreMissedAndSavingBeginsANewList(t *testing.T) {
	r, _ := rulesGone(t)
	assert.False(t, r.list.Failed())
	assert.Equal(t, "The rules are gone", r.list.Empty().Title)
	assert.Contains(t, r.list.Empty().Body, "/home/me/rules.json is gone")
	assert.Contains(t, r.list.Empty().Hints[0], "Nothing is uploaded until")
	assert.Equal(t, "", r.list.WhyNotSave(), "an empty list can be saved")
	assert.False(t, r.list.Dirty(), "nobody is asked to save what they did not do")

	e := r.list.Add()
	e.SetBucket("photos")
	e.SetTypedKey("k")
	e.Save()
	assert.Equal(t, []string{"The rules that were stored are gone: saving begins with this list."}, r.list.Remarks())
	r.list.Save()
	r.loop.Pump()
	require.Empty(t, r.wrong)
	assert.Equal(t, 1, r.saved)
	assert.Equal(t, "photos", r.stored()[0].Bucket)
	assert.Len(t, r.stored(), 1)
	assert.Empty(t, r.list.Remarks())
	assert.Equal(t, "Nothing was changed.", r.list.WhyNotSave())
}

func TestAnEmptyListIsSavedWhereTheRulesAreGone(t *testing.T) {
	r, gone := rulesGone(t)
	r.list.Save()
	r.loop.Pump()
	assert.False(t, *gone)
	assert.Empty(t, r.stored())
	assert.Equal(t, "No rules yet", r.list.Empty().Title)
}

func TestRulesThatVanishWhileTheyAreChangedAreAConflict(t *testing.T) {
	r, gone := rulesGone(t)
	*gone = false
	r.desk.SetRules(kms("1", "reports", ""))
	r.show()
	r.pick(0).list.Duplicate()
	*gone = true
	r.list.Save()
	r.loop.Pump()
	require.Equal(t, 1, r.conflicts)
	r.list.KeepMine()
	r.loop.Pump()
	assert.Len(t, r.stored(), 2)
}
