package shell_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func kms(id, bucket, file string) rules.Rule {
	return rules.Rule{ID: id, Bucket: bucket, Key: file, Type: client.TypeSSEKMS, KMSKey: uitest.Key}
}

// rulesOf shows the list of these rules, on the screen of an open account.
func rulesOf(t *testing.T, all ...rules.Rule) (*screen, *rulelist.List) {
	t.Helper()
	s := sees(t)
	s.desk.SetRules(all...)
	l := s.Rules()
	l.OnProblem = func(m explain.Message) { s.problems = append(s.problems, m) }
	s.loop.Pump()
	t.Cleanup(l.Close)
	return s, l
}

// upload sends a file to the bucket and says how it ended.
func (s *screen) upload(bucket string) string {
	s.t.Helper()
	s.open(bucket)
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.waitIdle()
	return s.Transfers.Row(0).State
}

func TestTheReferenceWorkflowEncryptsAsThePortalAsks(t *testing.T) {
	s, l := rulesOf(t)
	e := l.Add()
	e.SetBucket(" reports* ")
	e.SetTypedKey("  ab12-project-key\n")
	e.Save()
	l.Save()
	s.loop.Pump()
	require.Empty(t, s.problems)
	s.store.SetKeys(client.Key{ID: "ab12-project-key", Enabled: true})
	assert.Equal(t, "Verified, SSE-KMS ab12-project-key", s.upload("reports"))
}

func TestADuplicateOfAnSSECRuleEncryptsWithItsKey(t *testing.T) {
	s, l := rulesOf(t)
	e := l.Add()
	e.SetType(client.TypeSSEC)
	e.SetBucket("reports")
	e.SetCustomerKey(strings.Repeat("a", 32))
	e.Save()
	l.Save()
	s.loop.Pump()
	l.Selection().Only(0)
	l.Duplicate()
	l.Selection().Only(0)
	l.Delete()
	l.Save()
	s.loop.Pump()
	require.Empty(t, s.problems)
	assert.Contains(t, s.upload("reports"), "Verified, SSE-C")
}

func TestTheMainWindowFollowsTheRules(t *testing.T) {
	s, l := rulesOf(t, kms("1", "reports*", ""))
	e := l.Add()
	assert.Equal(t, []string{"team"}, e.Accounts())
	assert.Equal(t, []string{"photos", "reports"}, e.Buckets())
	e.SetBucket("photos")
	e.SetType(client.TypeSSES3)
	e.Save()
	l.Save()
	s.loop.Pump()
	s.open("photos")
	assert.Equal(t, "Here: rule 2, photos -> SSE-S3", s.Status()[2].Text)
	assert.Equal(t, "photos", l.Add().Bucket(), "the bucket that is open")
}

func TestTheListOfRulesKnowsTheOpenAccount(t *testing.T) {
	s, l := rulesOf(t, kms("1", "reports*", ""))
	assert.Equal(t, "1 of 2 buckets", l.Row(0).MatchesNow)
	e := l.Add()
	e.SetKeyType(rulelist.KeyListed)
	s.loop.Pump()
	assert.Equal(t, []string{"alias/reports (11111111-2222-3333-4444-555555555555)"}, e.Keys())
	text, _ := e.CustomerKeyNote()
	assert.Contains(t, text, "Kept in: the keyring of this computer")

	s.Browser.Enter(nil)
	l.Refresh()
	assert.Equal(t, "–", l.Row(0).MatchesNow)
	e = l.Add()
	e.SetKeyType(rulelist.KeyListed)
	assert.Contains(t, e.Remarks(false)[rules.FieldKMSKey].Text, "Open an account to choose from its keys")
}
