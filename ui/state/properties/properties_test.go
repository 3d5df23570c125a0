package properties_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/properties"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

const otherKey = client.KeyID("arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555")

// A window is the properties of an object in a world of their own.
type window struct {
	loop  *uitest.Loop
	desk  *uitest.Desk
	store *memstore.Store
}

// propertiesOf asks for an object that the server says is encrypted so, where
// the rules are those given.
func propertiesOf(t *testing.T, r client.Reported, all ...rules.Rule) (*window, *properties.Properties) {
	t.Helper()
	s := &window{loop: &uitest.Loop{}, store: uitest.NewStore("reports")}
	s.desk = uitest.NewDesk().Add(client.Account{Name: "team", Endpoint: "https://cos.example.org"}, s.store).SetRules(all...)
	s.store.EncryptAs(func(client.Reported) client.Reported { return r })
	s.store.Fill(1536, "reports/2026/a.csv")
	session, err := s.desk.Open(t.Context(), client.Account{ID: "team"})
	require.NoError(t, err)
	p := properties.New(properties.World{Context: t.Context(), Loop: s.loop, Ask: session.Properties},
		client.Object{At: client.Location{Bucket: "reports", Key: "2026/a.csv"}})
	assert.True(t, p.Busy())
	assert.False(t, p.Known())
	s.loop.Pump()
	t.Cleanup(p.Close)
	return s, p
}

func lines(all []explain.Property) []string {
	var out []string
	for _, p := range all {
		out = append(out, p.String())
	}
	return out
}

func TestTheVerdictOfAnObjectClaimsOnlyWhatWasCompared(t *testing.T) {
	asked := kms("reports*")
	told := func(kind client.EncryptionType, key client.KeyID) client.Reported {
		return client.Reported{Told: true, Type: kind, Key: key}
	}
	for name, c := range map[string]struct {
		says  client.Reported
		rules []rules.Rule
		badge string
		role  explain.Role
		why   string
	}{
		"as asked":        {told(client.TypeSSEKMS, uitest.Key), []rules.Rule{asked}, "As asked", explain.RoleGood, "Encrypted as asked: SSE-KMS, key " + string(uitest.Key) + "."},
		"another key":     {told(client.TypeSSEKMS, otherKey), []rules.Rule{asked}, "Not as asked", explain.RoleBad, "the server says " + string(otherKey)},
		"another type":    {told(client.TypeSSES3, ""), []rules.Rule{asked}, "Not as asked", explain.RoleBad, "the server says SSE-S3."},
		"not encrypted":   {told(client.TypeNone, ""), []rules.Rule{asked}, "Not as asked", explain.RoleBad, "the server names no encryption."},
		"key not told":    {told(client.TypeSSEKMS, ""), []rules.Rule{asked}, "Cannot be told", explain.RoleWarn, "the server does not name the key."},
		"nothing told":    {client.Reported{}, []rules.Rule{asked}, "Cannot be told", explain.RoleWarn, "the server did not say how the object is encrypted."},
		"no rule":         {told(client.TypeSSES3, ""), nil, "Nothing is asked", explain.RoleMuted, "Nothing is asked; SSE-S3."},
		"rule is refused": {told(client.TypeSSES3, ""), []rules.Rule{{ID: "1", Type: client.TypeSSEC}}, "Cannot be told", explain.RoleWarn, "rule 1 matches and cannot be used"},
	} {
		_, p := propertiesOf(t, c.says, c.rules...)
		require.True(t, p.Known(), name)
		badge, role, why := p.Verdict()
		assert.Equal(t, c.badge, badge, name)
		assert.Equal(t, c.role, role, name)
		assert.Contains(t, why, lowerFirst(c.why), name)
	}
}

// kms is a rule that asks for the tests' KMS key.
func kms(bucket string) rules.Rule {
	return rules.Rule{ID: "1", Bucket: bucket, Type: client.TypeSSEKMS, KMSKey: uitest.Key}
}

// lowerFirst leaves only what does not depend on the sentence's first letter.
func lowerFirst(s string) string { return s[1:] }

func TestTheEncryptionOfAnObjectIsSaidLineByLine(t *testing.T) {
	s, p := propertiesOf(t, client.Reported{Told: true, Type: client.TypeSSEKMS, Raw: "aws:kms", Key: uitest.Key, BucketKey: true}, kms("reports*"))
	assert.Equal(t, []string{
		"Stored with: SSE-KMS (aws:kms)",
		"KMS key: " + string(uitest.Key),
		"Bucket Key: on",
		"Rule for this name: rule 1, reports* -> SSE-KMS, key " + string(uitest.Key),
	}, lines(p.Encryption()))
	assert.Equal(t, "Bucket default: not told by the server", p.Default().String())
	assert.Contains(t, p.Checked().String(), "by HEAD")
	assert.Contains(t, p.Checked().String(), "2026-11-23")

	s.store.EncryptByDefault("reports", client.Reported{Told: true, Type: client.TypeSSES3})
	p.Check()
	assert.True(t, p.Known(), "what is known stays until the answer comes")
	s.loop.Pump()
	assert.Equal(t, "Bucket default: SSE-S3", p.Default().String())
}

func TestNotToldIsNeverCalledNotEncrypted(t *testing.T) {
	_, p := propertiesOf(t, client.Reported{})
	assert.Equal(t, []string{"Stored with: not told by the server", "Rule for this name: no rule matches: bucket default"}, lines(p.Encryption()))
	assert.Equal(t, explain.RoleWarn, p.Encryption()[0].Role)

	_, p = propertiesOf(t, client.Reported{Told: true, Type: client.TypeNone})
	assert.Equal(t, "Stored with: none reported", lines(p.Encryption())[0])

	_, p = propertiesOf(t, client.Reported{Told: true, Type: client.TypeSSEKMS})
	assert.Equal(t, "KMS key: not told by the server", lines(p.Encryption())[1])

	s, p := propertiesOf(t, client.Reported{})
	s.store.After(memstore.Report(client.Reported{Told: true, Type: client.TypeSSEC, CustomerKeyMD5: "md5"}))
	p.Check()
	s.loop.Pump()
	assert.Equal(t, "SSE-C key MD5: md5", lines(p.Encryption())[1])
}

func TestTheOtherTabsShowWhatTheServerSaid(t *testing.T) {
	s, p := propertiesOf(t, client.Reported{})
	assert.Contains(t, lines(p.General()), "Name: a.csv")
	assert.Contains(t, lines(p.General()), "Location: s3://reports/2026/a.csv")
	assert.Contains(t, lines(p.General()), "Size: 1.5 KiB (1,536 bytes)")
	assert.Contains(t, lines(p.General()), "Storage class: STANDARD")
	assert.Empty(t, p.Metadata())
	tags, why := p.Tags()
	assert.Empty(t, tags)
	assert.Empty(t, why.Title)
	require.Len(t, p.Headers(), 2)
	assert.Equal(t, "Content-Type", p.Headers()[0].Name)

	s.store.Before(memstore.Failing(client.KindDenied, memstore.GetObjectTagging))
	p.Check()
	s.loop.Pump()
	_, why = p.Tags()
	assert.Equal(t, "This account may not do that", why.Title)
	assert.True(t, p.Known(), "tags that are denied hide nothing else")
}

func TestAnObjectThatCannotBeAskedForSaysWhyAndMayBeAskedForAgain(t *testing.T) {
	s, p := propertiesOf(t, client.Reported{Told: true, Type: client.TypeSSES3})
	s.store.Before(memstore.Failing(client.KindNeedsKey, memstore.HeadObject))
	p.Check()
	before := s.store.Count(memstore.HeadObject)
	p.Check()
	s.loop.Pump()
	assert.Equal(t, before+1, s.store.Count(memstore.HeadObject), "one question at a time")
	m, failed := p.Problem()
	require.True(t, failed)
	assert.False(t, p.Known(), "what was known may be wrong by now")
	assert.NotEmpty(t, m.Hints)
	assert.Contains(t, m.Body, "s3://reports/2026/a.csv")

	s.store.Before(nil)
	p.Check()
	s.loop.Pump()
	_, failed = p.Problem()
	assert.False(t, failed)
	assert.True(t, p.Known())
}

func TestRulesThatCannotBeReadHideNothingOfTheObject(t *testing.T) {
	s, p := propertiesOf(t, client.Reported{Told: true, Type: client.TypeSSES3})
	s.desk.Fail = func(call string) error {
		if call == "rules" {
			return errors.New("rules.json is damaged")
		}
		return nil
	}
	p.Check()
	s.loop.Pump()
	badge, role, why := p.Verdict()
	assert.Equal(t, "Cannot be told", badge)
	assert.Equal(t, explain.RoleWarn, role)
	assert.Contains(t, why, "rules.json is damaged")
	assert.Equal(t, "Stored with: SSE-S3", lines(p.Encryption())[0])
}

func TestTheAnswerForAWindowThatWasClosedIsDropped(t *testing.T) {
	s, p := propertiesOf(t, client.Reported{})
	changes := 0
	p.Check()
	p.OnChange = func() { changes++ }
	p.Close()
	s.loop.Pump()
	assert.Zero(t, changes)
}

func TestAVerdictIsSaidInTheLanguageOfTheUser(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for _, r := range []client.Reported{
		{},
		{Told: true, Type: client.TypeNone},
		{Told: true, Type: client.TypeSSES3},
		{Told: true, Type: client.TypeSSEKMS},
		{Told: true, Type: client.TypeSSEKMS, Key: uitest.Key},
		{Told: true, Type: client.TypeSSEKMS, Key: otherKey},
		{Told: true, Type: client.TypeSSEKMS, Key: "alias/x"},
		{Told: true, Type: client.TypeSSEC, CustomerKeyMD5: "md5"},
	} {
		for _, asked := range [][]rules.Rule{nil, {kms("")}, {{ID: "1", Type: client.TypeSSEKMS}}} {
			i18n.Set(i18n.English)
			_, p := propertiesOf(t, r, asked...)
			i18n.Set(i18n.TraditionalChinese)
			_, _, why := p.Verdict()
			assert.NotContains(t, why, "asked", "%+v", r)
			assert.NotContains(t, why, "server", "%+v", r)
		}
	}
}
