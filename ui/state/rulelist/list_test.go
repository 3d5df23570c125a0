package rulelist_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func TestAnEmptyListOfRulesSaysWhatHappensWithoutRules(t *testing.T) {
	r := rulesOf(t)
	assert.Equal(t, "No rules yet", r.list.Empty().Title)
	assert.Contains(t, r.list.Empty().Hints[0], "bucket's default")
	assert.NotEmpty(t, r.list.WhyNotExport())
	assert.NotEmpty(t, r.list.WhyNotOne())
	assert.Equal(t, "Nothing was changed.", r.list.WhyNotSave())
}

func TestTheListOfRulesIsReadAsARowEach(t *testing.T) {
	r := rulesOf(t,
		kms("1", "reports*", ""),
		rules.Rule{ID: "2", Key: "*.log", Type: client.TypeSSES3},
		rules.Rule{ID: "3", Bucket: "photos", Type: client.TypeSSEKMS, Disabled: true},
		rules.Rule{ID: "4", Bucket: "reports-2026", Key: "q?", Type: client.TypeDSSEKMS, KMSKey: "alias/k"},
		rules.Rule{ID: "5", Account: client.AccountRef{Name: "lab"}, Type: client.TypeInherit},
		rules.Rule{ID: "6", Bucket: "photos", Type: client.TypeSSEC, CustomerKeyMD5: "md5"})
	assert.Equal(t, []string{
		"1 | on | all | reports* | all | SSE-KMS | 11111111-2222-3333-4444-555555555555 | 1 of 2 buckets", // of an ARN the end tells keys apart
		"2 | on | all | all | *.log | SSE-S3 | – | 1 of 2 buckets",
		"3 | off | all | photos | all | SSE-KMS | AWS managed key | 1 of 2 buckets (off)",
		"4 | on | all | reports-2026 | q? | DSSE-KMS | alias/k | 0 of 2 buckets",
		"5 | on | lab | all | all | Bucket default | – | another account",
		"6 | on | all | photos | all | SSE-C | MD5 md5 | 1 of 2 buckets",
	}, r.table())
	assert.Equal(t, []string{
		"Rule 4 can never apply: rule 1 already matches everything it matches.",
		"Rule 5 applies to nothing: there is no account called lab.",
		"Rule 6 refuses what it matches: its SSE-C key is not kept on this computer: edit the rule and enter the key",
	}, r.list.Remarks())
	assert.Equal(t, explain.RoleMuted, r.list.Row(2).Role)
	assert.Equal(t, explain.RoleWarn, r.list.Row(3).Role)
	assert.Equal(t, explain.RoleNormal, r.list.Row(0).Role)
	assert.Equal(t, explain.RoleWarn, r.list.Row(4).Role)
}

func TestOnlyTheFirstRemarksAreShown(t *testing.T) {
	all := []rules.Rule{kms("1", "", "")}
	for _, id := range []string{"2", "3", "4", "5", "6"} {
		all = append(all, kms(id, "reports", ""))
	}
	r := rulesOf(t, all...)
	require.Len(t, r.list.Remarks(), 4)
	assert.Equal(t, "and 2 more", r.list.Remarks()[3])
}

func TestANameIsTestedOnTheListAsItStandsNow(t *testing.T) {
	r := rulesOf(t, kms("1", "reports*", ""), rules.Rule{ID: "2", Bucket: "photos", Type: client.TypeSSEC, CustomerKeyMD5: "md5"})
	for _, c := range []struct {
		bucket, key, text string
		role              explain.Role
	}{
		{"", "", "Type a bucket and a file name to see which rule takes it.", explain.RoleMuted},
		{"reports", "", "Type a bucket and a file name to see which rule takes it.", explain.RoleMuted},
		{"reports", "a/b.csv", "rule 1, reports* -> SSE-KMS, key " + string(uitest.Key), explain.RoleGood},
		{"backup", "a", "no rule matches: bucket default", explain.RoleMuted},
		{"photos", "a", "rule 2, photos -> SSE-C, key MD5 md5: refused, rule 2 matches and cannot be used: " +
			"its SSE-C key is not in the keyring of this computer: edit the rule and enter the key", explain.RoleBad},
	} {
		r.list.SetTest(c.bucket, c.key)
		text, role := r.list.Test()
		assert.Equal(t, c.text, text)
		assert.Equal(t, c.role, role)
	}
	r.list.SetTest("reports", "a")
	r.pick(0).list.Toggle()
	text, _ := r.list.Test()
	assert.Equal(t, "no rule matches: bucket default", text, "a rule that is off takes nothing")
}

func TestRulesAreStoredOnlyWhenTheListIsSaved(t *testing.T) {
	r := rulesOf(t, kms("1", "reports*", ""))
	e := r.list.Add()
	e.SetBucket("photos")
	e.SetType(client.TypeSSES3)
	saved := false
	e.OnSaved = func() { saved = true }
	e.Save()
	require.True(t, saved)
	r.loop.Pump()
	assert.Len(t, r.stored(), 1, "the first Save changes stores nothing")
	assert.True(t, r.list.Dirty())
	assert.Equal(t, 2, r.list.Rows())

	r.list.Save()
	assert.Equal(t, "One moment, please.", r.list.WhyNotSave())
	assert.Equal(t, "One moment, please.", r.list.WhyNotChange(), "nothing is changed while it is being stored")
	r.loop.Pump()
	assert.Equal(t, 1, r.saved)
	assert.False(t, r.list.Dirty())
	require.Len(t, r.stored(), 2)
	assert.Equal(t, client.TypeSSES3, r.stored()[1].Type)
	assert.NotEmpty(t, r.stored()[1].ID)
}

func TestChangesAreUndoneByDoingTheOpposite(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""), kms("2", "b", ""), kms("3", "c", ""))
	r.pick(0, 1).list.Move(1)
	assert.Equal(t, []string{"c", "a", "b"}, r.masks())
	assert.Equal(t, "It is the last already.", r.list.WhyNotMove(1))
	r.list.Move(1)
	assert.True(t, r.list.Dirty())
	r.list.Move(-1)
	assert.Equal(t, []string{"a", "b", "c"}, r.masks())
	assert.Equal(t, "It is the first already.", r.list.WhyNotMove(-1))
	assert.False(t, r.list.Dirty())
	r.list.Toggle()
	assert.Contains(t, r.table()[0], "off")
	assert.True(t, r.list.Dirty())
	r.list.Toggle()
	assert.False(t, r.list.Dirty())
}

func TestADuplicateStandsBelowAndIsARuleOfItsOwn(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""), kms("2", "b", ""))
	r.pick(0).list.Duplicate()
	assert.Equal(t, []string{"a", "a", "b"}, r.masks())
	r.list.Save()
	r.loop.Pump()
	assert.NotEqual(t, r.stored()[0].ID, r.stored()[1].ID)
	r.pick(1, 2).list.Delete()
	assert.Equal(t, []string{"a"}, r.masks())
	r.pick(0).list.Delete()
	assert.Zero(t, r.list.Rows())
	assert.Equal(t, "Select rules in the list first.", r.list.WhyNotSelected())
}

func TestRulesChangedMeanwhileAreNotOverwrittenSilently(t *testing.T) {
	mine, theirs := kms("1", "mine", ""), []rules.Rule{kms("7", "theirs", ""), kms("8", "too", "")}
	for name, c := range map[string]struct {
		answer func(*rulelist.List)
		want   []string
	}{
		"reload":    {func(l *rulelist.List) { l.Reload() }, []string{"theirs", "too"}},
		"keep mine": {func(l *rulelist.List) { l.KeepMine() }, []string{"mine", "mine"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rulesOf(t, mine)
			r.pick(0).list.Duplicate()
			r.desk.SetRules(theirs...)
			r.list.Save()
			r.loop.Pump()
			require.Equal(t, 1, r.conflicts)
			require.Zero(t, r.saved)
			assert.Equal(t, theirs, r.stored(), "nothing was stored")
			m, ok := r.list.Conflict()
			require.True(t, ok)
			assert.Contains(t, m.Body, "there are 2 rules now, and 2 rules here")

			c.answer(r.list)
			r.loop.Pump()
			assert.Equal(t, c.want, r.masks())
			assert.Len(t, r.stored(), len(c.want))
			assert.Equal(t, c.want[0], r.stored()[0].Bucket)
			_, ok = r.list.Conflict()
			assert.False(t, ok)
		})
	}
}

func TestKeepMineAsksAgainWhenTheRulesChangedOnceMore(t *testing.T) {
	r := rulesOf(t, kms("1", "mine", ""))
	r.pick(0).list.Toggle()
	r.desk.SetRules(kms("7", "theirs", ""))
	r.list.Save()
	r.loop.Pump()
	r.desk.SetRules(kms("8", "theirs again", ""))
	r.list.KeepMine()
	r.loop.Pump()
	assert.Equal(t, 2, r.conflicts)
	assert.Equal(t, "theirs again", r.stored()[0].Bucket)
}

func TestRulesThatCannotBeReadAreNotReplacedByAnEmptyList(t *testing.T) {
	s := closed(t, kms("1", "reports*", ""))
	s.desk.Fail = func(call string) error {
		if call == "rules" {
			return errors.New("rules.json is damaged: a copy was kept aside")
		}
		return nil
	}
	l := s.show().list
	assert.True(t, l.Failed())
	assert.Equal(t, "Rules.json is damaged: a copy was kept aside.", l.Empty().Body)
	assert.Equal(t, "The rules could not be read: nothing can be changed.", l.WhyNotChange())
	assert.Nil(t, l.Add())
	assert.Nil(t, l.Edit())
	l.Save()
	s.loop.Pump()
	s.desk.Fail = nil
	l.Load()
	s.loop.Pump()
	assert.False(t, l.Failed())
	assert.Equal(t, 1, l.Rows(), "what was there is there still")
}

func TestASaveThatFailsSaysSoAndKeepsTheChanges(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""))
	r.pick(0).list.Toggle()
	r.desk.Fail = func(call string) error {
		if call == "save rules" {
			return errors.New("the disk is full")
		}
		return nil
	}
	r.list.Save()
	r.loop.Pump()
	require.Len(t, r.wrong, 1)
	assert.Equal(t, "The disk is full.", r.wrong[0].Body)
	assert.True(t, r.list.Dirty())
	assert.Zero(t, r.saved)
	assert.False(t, r.stored()[0].Disabled)
}

func TestRulesTravelInAFileWithoutSecrets(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""), kms("2", "b", ""))
	path := filepath.Join(t.TempDir(), "rules.json")
	r.list.Export(path)
	r.loop.Pump()
	require.Empty(t, r.wrong)

	r.list.Import(path)
	r.loop.Pump()
	assert.Equal(t, []string{"a", "b", "a", "b"}, r.masks(), "below those there are")
	assert.True(t, r.list.Dirty())
	r.list.Save()
	r.loop.Pump()
	ids := map[string]bool{}
	for _, rule := range r.stored() {
		ids[rule.ID] = true
	}
	assert.Len(t, ids, 4)
}

func TestARuleIsSavedWhereItBelongsWhateverCameMeanwhile(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""), kms("2", "b", ""))
	path := filepath.Join(t.TempDir(), "rules.json")
	r.list.Export(path)
	r.loop.Pump()

	e := r.list.Add()
	r.list.Import(path)
	r.loop.Pump()
	e.SetBucket("new")
	e.SetTypedKey(string(uitest.Key))
	assert.True(t, e.IsNew())
	e.Save()
	assert.Equal(t, []string{"a", "b", "a", "b", "new"}, r.masks(), "none of those that were imported is gone")

	r.list.Selection().Only(1)
	e = r.list.Edit()
	e.SetBucket("edited")
	r.list.Selection().Only(0)
	r.list.Delete()
	e.Save()
	assert.Equal(t, []string{"edited", "a", "b", "new"}, r.masks())

	r.list.Selection().Only(3)
	e = r.list.Edit()
	saved := 0
	e.OnSaved = func() { saved++ }
	e.SetBucket("typed")
	r.list.Delete()
	e.Preview()
	e.Save()
	assert.Equal(t, []string{"edited", "a", "b"}, r.masks())
	assert.Zero(t, saved, "what was typed stays on the screen")
	assert.Len(t, r.wrong, 1)
}

func TestARuleIsNotTakenOverWhileTheListIsBeingStored(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""), kms("2", "b", ""))
	r.list.Selection().Only(1)
	r.list.Delete()
	e := r.list.Add()
	e.SetBucket("new")
	e.SetTypedKey(string(uitest.Key))
	r.list.Save()
	e.Save()
	assert.NotEmpty(t, e.WhyNotSave())
	r.loop.Pump()
	e.Save()
	assert.Equal(t, []string{"a", "new"}, r.masks(), "it would have gone when the answer came")
}

func TestAFileThatHoldsNoRulesChangesNothing(t *testing.T) {
	r := rulesOf(t, kms("1", "a", ""))
	path := filepath.Join(t.TempDir(), "x.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"format":"other"}`), 0o600))
	r.list.Import(path)
	r.list.Import(filepath.Join(t.TempDir(), "missing"))
	r.loop.Pump()
	require.Len(t, r.wrong, 2)
	assert.Contains(t, r.wrong[0].Body, "not a list of rules exported by Bucketseal")
	assert.Equal(t, "A file on this computer could not be read or written", r.wrong[1].Title)
	assert.False(t, r.list.Dirty())
	r.list.Export(filepath.Join(t.TempDir(), "no", "such", "folder"))
	r.loop.Pump()
	require.Len(t, r.wrong, 3)
}

func TestASentenceOfARuleIsSaidInTheLanguageOfTheUser(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for _, bad := range []rules.Rule{
		{Bucket: "a/b", Type: client.TypeSSES3},
		{Bucket: "a\x01", Type: client.TypeSSES3},
		{Key: string(make([]byte, 1025)), Type: client.TypeSSES3},
		{Type: "?"},
		{},
		{Type: client.TypeSSES3, KMSKey: "k"},
		{Type: client.TypeSSEKMS, KMSKey: "k\x01"},
		{Type: client.TypeSSEKMS, KMSKey: "k "},
		{Type: client.TypeSSES3, Context: map[string]string{"a": "b"}},
		{Type: client.TypeSSEKMS, Context: map[string]string{"": "b"}},
		{Type: client.TypeSSEKMS, Context: map[string]string{"aws:x": "b"}},
		{Type: client.TypeSSEKMS, Context: map[string]string{"a": "\xff"}},
		{Type: client.TypeSSES3, BucketKey: true},
	} {
		i18n.Set(i18n.English)
		bad.ID = "1"
		r := rulesOf(t, bad)
		english := r.list.Remarks()
		require.Len(t, english, 1)
		i18n.Set(i18n.TraditionalChinese)
		r.list.Refresh()
		assert.NotContains(t, r.list.Remarks()[0], " the ", "a whole sentence is translated: %s", r.list.Remarks()[0])
		assert.NotContains(t, r.list.Remarks()[0], " a ", "a whole sentence is translated: %s", r.list.Remarks()[0])
		assert.NotContains(t, r.list.Remarks()[0], "encryption type", "%s", r.list.Remarks()[0])
	}
}
