package rulelist_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func TestANewRuleIsSSEKMSWithAKeyToBeTypedForTheBucketThatIsOpen(t *testing.T) {
	r := rulesOf(t)
	r.bucket = "reports"
	e := r.list.Add()
	assert.True(t, e.IsNew())
	assert.Equal(t, "reports", e.Bucket())
	assert.Equal(t, client.TypeSSEKMS, e.Type())
	assert.Equal(t, "Enter KMS master key ARN", e.KeyType().Label())
	assert.Equal(t, "Server-Side-Encryption with Customer Keys Stored in AWS KMS (SSE-KMS)", rulelist.TypeLabel(e.Type()))
	assert.True(t, e.Enabled())
	assert.False(t, e.Dirty())
	assert.Empty(t, e.Remarks(false), "nobody is scolded for fields not filled yet")
	assert.Equal(t, "Enter the key id you were given, or choose AWS managed key above.", e.WhyNotSave())
	assert.Equal(t, []string{"team"}, e.Accounts())
	assert.Equal(t, []string{"photos", "reports"}, e.Buckets())
}

func TestTheReferenceWorkflowMakesTheRuleThatThePortalAsksFor(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetBucket(" reports* ")
	e.SetTypedKey("  ab12-project-key\n")
	assert.Equal(t, "", e.WhyNotSave())
	e.Save()
	r.list.Save()
	r.loop.Pump()
	require.Len(t, r.stored(), 1)
	got := r.stored()[0]
	got.ID = ""
	assert.Equal(t, rules.Rule{Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: "ab12-project-key"}, got)
}

func TestEachFieldSaysWhatIsWrongWithIt(t *testing.T) {
	r := rulesOf(t)
	for name, c := range map[string]struct {
		edit    func(*rulelist.Editor)
		field   rules.Field
		text    string
		warning bool
	}{
		"slash in the bucket":     {func(e *rulelist.Editor) { e.SetBucket("a/b") }, rules.FieldBucket, "A bucket name has no slash and no blank", false},
		"slash before the file":   {func(e *rulelist.Editor) { e.SetFile("/a") }, rules.FieldKey, "Names in a bucket rarely begin with a slash", true},
		"a key AWS does not know": {func(e *rulelist.Editor) { e.SetTypedKey("k1") }, rules.FieldKMSKey, "This looks like no AWS key id", true},
		"a key with a rune":       {func(e *rulelist.Editor) { e.SetTypedKey("金") }, rules.FieldKMSKey, "The key id holds the character", false},
		"the key taken away":      {func(e *rulelist.Editor) { e.SetTypedKey("k"); e.SetTypedKey("") }, rules.FieldKMSKey, "Enter the key id you were given", false},
		"context without =":       {func(e *rulelist.Editor) { e.SetContext("a=b\nnonsense") }, rules.FieldContext, "Line 2 has no =: write NAME=VALUE.", false},
		"context twice":           {func(e *rulelist.Editor) { e.SetContext("a=b\n\na=c") }, rules.FieldContext, "Line 3 names a a second time.", false},
		"context of AWS":          {func(e *rulelist.Editor) { e.SetContext("aws:x=1") }, rules.FieldContext, `The encryption context names "aws:x"`, false},
		"no SSE-C key": {func(e *rulelist.Editor) {
			e.SetType(client.TypeSSEC)
			e.SetCustomerKey("x")
			e.SetCustomerKey("")
		}, rulelist.FieldCustomerKey, "Enter the key, or have one generated.", false},
		"short SSE-C key": {func(e *rulelist.Editor) {
			e.SetType(client.TypeSSEC)
			e.SetCustomerKey("short")
		}, rulelist.FieldCustomerKey, "An SSE-C key is 32 bytes", false},
	} {
		e := r.list.Add()
		if c.field != rules.FieldKMSKey {
			e.SetTypedKey(string(uitest.Key))
		}
		c.edit(e)
		got := e.Remarks(false)
		assert.Contains(t, got[c.field].Text, c.text, name)
		assert.Equal(t, c.warning, got[c.field].Warning, name)
		assert.Len(t, got, 1, name)
		if c.warning {
			assert.Equal(t, "", e.WhyNotSave(), name)
			continue
		}
		assert.Equal(t, got[c.field].Text, e.WhyNotSave(), name)
		e.Save()
		assert.Zero(t, r.list.Rows(), "%s: a wrong rule does not reach the list", name)
	}
}

func TestARuleKeepsOnlyWhatBelongsToItsType(t *testing.T) {
	r := rulesOf(t, rules.Rule{ID: "1", Bucket: "a", Type: client.TypeSSEKMS, KMSKey: uitest.Key, BucketKey: true, Context: map[string]string{"b": "2", "a": "1"}})
	e := r.pick(0).list.Edit()
	assert.Equal(t, "a=1\nb=2", e.Context())
	assert.False(t, e.IsNew())
	for _, c := range []struct {
		kind client.EncryptionType
		want rules.Rule
	}{
		{client.TypeInherit, rules.Rule{ID: "1", Bucket: "a", Type: client.TypeInherit}},
		{client.TypeSSES3, rules.Rule{ID: "1", Bucket: "a", Type: client.TypeSSES3}},
		{client.TypeDSSEKMS, rules.Rule{ID: "1", Bucket: "a", Type: client.TypeDSSEKMS, KMSKey: uitest.Key, Context: map[string]string{"b": "2", "a": "1"}}},
		{client.TypeSSEKMS, rules.Rule{ID: "1", Bucket: "a", Type: client.TypeSSEKMS, KMSKey: uitest.Key, BucketKey: true, Context: map[string]string{"b": "2", "a": "1"}}},
	} {
		e.SetType(c.kind)
		got, _ := e.Rule()
		assert.Equal(t, c.want, got)
		require.NoError(t, got.Check())
	}
	assert.False(t, e.Dirty(), "back where it was")
	e.Save()
	assert.False(t, r.list.Dirty())
}

func TestAManagedKeySendsNoID(t *testing.T) {
	r := rulesOf(t, rules.Rule{ID: "1", Type: client.TypeSSEKMS})
	e := r.pick(0).list.Edit()
	assert.Equal(t, rulelist.KeyManaged, e.KeyType())
	assert.Equal(t, "", e.WhyNotSave())
	e = r.list.Add()
	e.SetTypedKey("typed before")
	e.SetKeyType(rulelist.KeyManaged)
	got, _ := e.Rule()
	assert.Empty(t, got.KMSKey)
	assert.Equal(t, "", e.WhyNotSave())
}

func TestAKeyIsChosenFromTheListOfTheKeyService(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetKeyType(rulelist.KeyListed)
	assert.True(t, e.AskingKeys())
	assert.Equal(t, "One moment, please.", e.WhyNotSave())
	r.loop.Pump()
	require.Equal(t, []string{"alias/reports (11111111-2222-3333-4444-555555555555)"}, e.Keys())
	assert.Equal(t, -1, e.ListedKey())
	assert.Equal(t, "Choose a key from the list.", e.WhyNotSave())
	e.ChooseKey(0)
	assert.Equal(t, 0, e.ListedKey())
	got, _ := e.Rule()
	assert.Equal(t, uitest.Key, got.KMSKey)
	assert.Equal(t, "", e.WhyNotSave())
}

func TestTheKeyARuleHasIsChosenInTheListAlready(t *testing.T) {
	for _, had := range []client.KeyID{uitest.Key, "11111111-2222-3333-4444-555555555555", "alias/reports"} {
		r := rulesOf(t, rules.Rule{ID: "1", Type: client.TypeSSEKMS, KMSKey: had})
		e := r.pick(0).list.Edit()
		e.SetKeyType(rulelist.KeyListed)
		r.loop.Pump()
		assert.Equal(t, 0, e.ListedKey(), had)
	}
}

func TestWhereKeysCannotBeListedTheyAreTyped(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		text string
	}{
		"denied":      {&client.Error{Op: "ListKeys", Kind: client.KindDenied, Status: 400}, "This account may not list keys (kms:ListKeys): type the key id you were given."},
		"no service":  {&client.Error{Op: "ListKeys", Kind: client.KindUnsupported}, "This service has no list of keys: type the key id you were given."},
		"no network":  {&client.Error{Op: "ListKeys", Kind: client.KindNetwork}, "The keys could not be listed ("},
		"other error": {errors.New("boom"), "The keys could not be listed (This did not work)"},
	} {
		r := rulesOf(t)
		r.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.ListKeys {
				return c.err
			}
			return nil
		})
		e := r.list.Add()
		e.SetKeyType(rulelist.KeyListed)
		r.loop.Pump()
		assert.Equal(t, rulelist.KeyTyped, e.KeyType(), name)
		got := e.Remarks(false)[rules.FieldKMSKey]
		assert.Contains(t, got.Text, c.text, name)
		assert.True(t, got.Warning, name)
		e.SetTypedKey(string(uitest.Key))
		assert.Equal(t, "", e.WhyNotSave(), name)
	}
}

func TestWithoutAnOpenAccountKeysAreTyped(t *testing.T) {
	l := closed(t).show().list
	e := l.Add()
	e.SetKeyType(rulelist.KeyListed)
	assert.Equal(t, rulelist.KeyTyped, e.KeyType())
	assert.Contains(t, e.Remarks(false)[rules.FieldKMSKey].Text, "Open an account to choose from its keys")
	text, _, _ := e.Preview()
	assert.Equal(t, "Matches now: open an account to see which of its buckets.", text)
	e.SetTypedKey("k")
	e.Save()
	assert.Equal(t, "–", l.Row(0).MatchesNow)
}

func TestTheListOfKeysOfAClosedEditorIsDropped(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetKeyType(rulelist.KeyListed)
	r.loop.Work()
	e.Close()
	r.loop.Apply()
	assert.Empty(t, e.Keys())
}

func TestThePreviewSaysWhichBucketsTheRuleTakesNow(t *testing.T) {
	r := rulesOf(t, kms("1", "photos", ""))
	e := r.list.Add()
	e.SetBucket("*")
	text, role, buckets := e.Preview()
	assert.Equal(t, "Matches now: 1 of the 2 buckets of team", text)
	assert.Equal(t, explain.RoleNormal, role)
	require.Len(t, buckets, 2)
	assert.Equal(t, "photos (rule 1)", buckets[0].Text())
	assert.Equal(t, "reports", buckets[1].Text())

	e.SetBucket("photos")
	text, role, _ = e.Preview()
	assert.Equal(t, "Matches now: nothing, earlier rules take it all.", text)
	assert.Equal(t, explain.RoleWarn, role)

	e.SetBucket("later-*")
	text, role, buckets = e.Preview()
	assert.Equal(t, "Matches now: no bucket of team. It will apply once there is one.", text)
	assert.Equal(t, explain.RoleWarn, role)
	assert.Empty(t, buckets)

	e.SetAccount("lab")
	text, _, _ = e.Preview()
	assert.Equal(t, "Matches now: nothing of the open account, the rule is for lab.", text)
}

func TestThePreviewDoesNotGuessBucketsThatCannotBeListed(t *testing.T) {
	r := rulesOf(t)
	r.buckets, r.known = nil, false
	l := r.list
	e := l.Add()
	text, _, _ := e.Preview()
	assert.Equal(t, "Matches now: not known, the buckets of team are not listed.", text)
}

func TestAnSSECKeyIsKeptBeforeTheRuleThatNeedsIt(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	text, _ := e.CustomerKeyNote()
	assert.Contains(t, text, "Kept in: the keyring of this computer")
	e.SetCustomerKey(strings.Repeat("ab", 32))
	text, role := e.CustomerKeyNote()
	assert.Equal(t, explain.RoleGood, role)
	rule, key := e.Rule()
	assert.Equal(t, "Key MD5 "+key.MD5(), text)
	assert.Equal(t, key.MD5(), rule.CustomerKeyMD5)
	e.Save()
	assert.Empty(t, r.list.Remarks(), "its key is at hand")
	assert.True(t, r.desk.CustomerKey(key.MD5()).IsZero(), "nothing is kept before the list is saved")

	var order []string
	r.desk.Fail = func(call string) error { order = append(order, call); return nil }
	r.list.Save()
	r.loop.Pump()
	assert.Equal(t, []string{"rules", "save key", "rules", "save rules"}, order[:4])
	assert.Equal(t, key.MD5(), r.desk.CustomerKey(key.MD5()).MD5())
	r.list.SetTest("b", "k")
	text, _ = r.list.Test()
	assert.Contains(t, text, "SSE-C, key MD5 "+key.MD5())
}

func TestARuleWhoseKeyCannotBeKeptIsNotStored(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.Generate()
	e.Save()
	r.desk.Fail = func(call string) error {
		if call == "save key" {
			return errors.New("the keyring is locked")
		}
		return nil
	}
	r.list.Save()
	r.loop.Pump()
	require.Len(t, r.wrong, 1)
	assert.Contains(t, r.wrong[0].Body, "Nothing was saved: keep the SSE-C key: the keyring is locked")
	assert.Empty(t, r.stored())
	assert.True(t, r.list.Dirty())
}

// A list that cannot be stored takes no key with it: neither the one entered
// for it, nor that of a rule that is stored when the same was entered again.
func TestAKeyStaysWhenItsRuleCannotBeStored(t *testing.T) {
	key, err := client.NewCustomerKey([]byte(strings.Repeat("k", 32)))
	require.NoError(t, err)
	r := rulesOf(t, rules.Rule{ID: "c1", Bucket: "reports", Type: client.TypeSSEC, CustomerKeyMD5: key.MD5()})
	require.NoError(t, r.desk.Rules().Keys.SetCustomerKey(t.Context(), key))
	e := r.pick(0).list.Edit()
	e.SetCustomerKey(key.Secret().Reveal())
	e.SetFile("q3/*")
	e.Save()
	e = r.list.Add()
	e.SetType(client.TypeSSEC)
	e.Generate()
	added, _ := e.Rule()
	e.Save()
	fail := true
	r.desk.Fail = func(call string) error {
		if call == "save rules" && fail {
			return errors.New("the disk is full")
		}
		return nil
	}
	r.list.Save()
	r.loop.Pump()
	require.Len(t, r.wrong, 1)
	assert.False(t, r.desk.CustomerKey(key.MD5()).IsZero())
	assert.False(t, r.desk.CustomerKey(added.CustomerKeyMD5).IsZero())
	fail = false
	r.list.Save()
	r.loop.Pump()
	assert.Equal(t, 1, r.saved)
	assert.Len(t, r.stored(), 2)
}

func TestAGeneratedKeyIsShownOnceWithAWarning(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.Generate()
	first := e.CustomerKey()
	got := e.Remarks(false)[rulelist.FieldCustomerKey]
	assert.True(t, got.Warning)
	assert.Contains(t, got.Text, "Keep a copy of this key")
	assert.Equal(t, "", e.WhyNotSave())
	e.Generate()
	assert.NotEqual(t, first, e.CustomerKey())
	e.Save()
	e = r.pick(0).list.Edit()
	assert.Empty(t, e.CustomerKey(), "it is not shown a second time")
	text, _ := e.CustomerKeyNote()
	assert.Contains(t, text, "Leave empty to keep the key there is")
	e.SetBucket("reports")
	assert.Equal(t, "", e.WhyNotSave())
	e.Save()
	assert.Empty(t, r.list.Remarks(), "the key stays with the rule when something else is changed")
}

func TestAnotherSSECKeyLeavesTheOldOneForTheOldObjects(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.SetCustomerKey(strings.Repeat("a", 32))
	e.Save()
	r.list.Save()
	r.loop.Pump()
	old := r.stored()[0]

	e = r.pick(0).list.Edit()
	e.SetCustomerKey(strings.Repeat("b", 32))
	got := e.Remarks(false)[rulelist.FieldCustomerKey]
	assert.True(t, got.Warning)
	assert.Contains(t, got.Text, "This is another key than before (MD5 "+old.CustomerKeyMD5+")")
	e.Save()
	r.list.Save()
	r.loop.Pump()
	now := r.stored()[0]
	assert.Equal(t, old.ID, now.ID)
	assert.NotEqual(t, old.CustomerKeyMD5, now.CustomerKeyMD5)
	for _, md5 := range []string{old.CustomerKeyMD5, now.CustomerKeyMD5} {
		assert.Equal(t, md5, r.desk.CustomerKey(md5).MD5(), "both are kept, side by side")
	}
}

func TestARuleThatLostItsKeyAsksForIt(t *testing.T) {
	r := rulesOf(t, rules.Rule{ID: "1", Type: client.TypeSSEC, CustomerKeyMD5: "abc"})
	e := r.pick(0).list.Edit()
	assert.Equal(t, "The key of this rule is not kept on this computer: enter it (MD5 abc).", e.Remarks(false)[rulelist.FieldCustomerKey].Text)
	assert.NotEmpty(t, e.WhyNotSave())
}

func TestADuplicateOfAnSSECRuleHasItsKey(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.SetBucket("reports")
	e.SetCustomerKey(strings.Repeat("a", 32))
	e.Save()
	r.list.Save()
	r.loop.Pump()
	r.pick(0).list.Duplicate()
	r.list.Save()
	r.loop.Pump()
	require.Len(t, r.stored(), 2)
	assert.Equal(t, r.stored()[0].CustomerKeyMD5, r.stored()[1].CustomerKeyMD5)
}

func TestAnImportedRuleFindsItsSSECKeyByTheMD5(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.SetCustomerKey(strings.Repeat("a", 32))
	e.Save()
	path := filepath.Join(t.TempDir(), "rules.json")
	r.list.Save()
	r.loop.Pump()
	r.list.Export(path)
	r.list.Import(path)
	r.loop.Pump()
	require.Equal(t, 2, r.list.Rows())
	assert.Equal(t, []string{"Rule 2 can never apply: rule 1 already matches everything it matches."}, r.list.Remarks(), "but both have their key")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(b), strings.Repeat("a", 32), "the key itself is not in the file")
}

func TestTheKeyOfARuleThatWasDeletedAgainIsNotKept(t *testing.T) {
	r := rulesOf(t)
	e := r.list.Add()
	e.SetType(client.TypeSSEC)
	e.Generate()
	rule, _ := e.Rule()
	e.Save()
	r.list.SetTest("photos", "a")
	text, role := r.list.Test()
	assert.Equal(t, explain.RoleGood, role, "the key just entered is at hand: %s", text)
	r.pick(0).list.Delete()
	assert.False(t, r.list.Dirty(), "as if it had never been")
	r.list.Save()
	r.loop.Pump()
	assert.True(t, r.desk.CustomerKey(rule.CustomerKeyMD5).IsZero())
}

func TestARuleThatIsOffRefusesNothing(t *testing.T) {
	r := rulesOf(t, rules.Rule{ID: "1", Disabled: true, Type: client.TypeSSEC, CustomerKeyMD5: "abc"})
	assert.Empty(t, r.list.Remarks())
}
