package rules

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var (
	kms      = client.TypeSSEKMS
	reports  = client.Location{Bucket: "reports", Key: "q3/a.csv"}
	customer = func() client.CustomerKey {
		k, err := client.NewCustomerKey([]byte("0123456789abcdefghijklmnopqrstuv"))
		if err != nil {
			panic(err)
		}
		return k
	}()
)

func TestTheFirstEnabledRuleThatFitsWinsAndSaysWhy(t *testing.T) {
	s := Set{Account: client.Account{Name: "team"}, Rules: []Rule{
		{Bucket: "reports", Type: client.TypeSSES3, Disabled: true},
		{Bucket: "reports", Account: client.AccountRef{Name: "other"}, Type: client.TypeSSES3},
		{ID: "r3", Bucket: "rep*", Key: "q3/*", Type: kms, KMSKey: "ab12", BucketKey: true},
		{Type: client.TypeSSES3},
	}}
	d := s.Decide(File{}, reports)
	assert.Equal(t, kms, d.Treatment.Type)
	assert.Equal(t, client.KeyID("ab12"), d.Treatment.Key)
	assert.True(t, d.Treatment.BucketKey)
	assert.Equal(t, 3, d.Treatment.Rule)
	assert.Equal(t, "r3", d.Treatment.RuleID, "which stays the same when rules are moved")
	assert.Equal(t, "rule 3, rep*/q3/* -> SSE-KMS, key ab12, bucket key", d.Treatment.Because.String())
	assert.Empty(t, d.Refuse)

	d = s.Decide(File{}, client.Location{Bucket: "backup", Key: "x"})
	assert.Equal(t, client.TypeSSES3, d.Treatment.Type)
	assert.Equal(t, 4, d.Treatment.Rule)
	assert.Equal(t, "rule 4, * -> SSE-S3", d.Treatment.Because.String())
}

func TestWithoutAMatchingRuleTheBucketsDefaultApplies(t *testing.T) {
	d := Set{Rules: []Rule{{Bucket: "backup", Type: kms}}}.Decide(File{}, reports)
	assert.Equal(t, client.TypeInherit, d.Treatment.Type)
	assert.Zero(t, d.Treatment.Rule)
	assert.Equal(t, "no rule matches: bucket default", d.Treatment.Because.String())
}

func TestWhatIsChosenForOneUploadBeatsEveryRule(t *testing.T) {
	s := Set{Rules: []Rule{{Type: kms, KMSKey: "ab12"}}}
	d := s.Decide(File{Override: client.Treatment{Type: client.TypeSSES3}}, reports)
	assert.Equal(t, client.TypeSSES3, d.Treatment.Type)
	assert.Zero(t, d.Treatment.Rule)
	assert.Contains(t, d.Treatment.Because.String(), "chosen for this upload")
	d = s.Decide(File{Override: client.Treatment{Type: client.TypeSSEC}}, reports)
	assert.Contains(t, d.Refuse.String(), "needs a key")
	assert.Equal(t, client.TypeUndecided, d.Treatment.Type, "what is refused carries nothing that could be sent")
}

func TestEveryTypeOfRuleBecomesItsRequest(t *testing.T) {
	context := map[string]string{"project": "x"}
	for _, c := range []struct {
		r    Rule
		want client.Encryption
	}{
		{Rule{Type: client.TypeInherit}, client.Inherit{}},
		{Rule{Type: client.TypeSSES3}, client.SSES3{}},
		{Rule{Type: kms}, client.SSEKMS{}},
		{Rule{Type: kms, KMSKey: "alias/a", Context: context}, client.SSEKMS{Key: "alias/a", Context: context}},
		{Rule{Type: client.TypeDSSEKMS, KMSKey: "ab12", Context: context}, client.DSSEKMS{Key: "ab12", Context: context}},
		{Rule{Type: client.TypeSSEC, ID: "r1", CustomerKeyMD5: customer.MD5()}, client.SSEC{Key: customer}},
	} {
		s := Set{Rules: []Rule{c.r}, Keys: map[string]client.CustomerKey{customer.MD5(): customer}}
		d := s.Decide(File{}, reports)
		got, err := d.Treatment.Encryption(customer)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.r.Describe())
		assert.Empty(t, d.Refuse)
		assert.Contains(t, d.Treatment.Because.String(), c.r.Describe().String())
	}
}

func TestARuleThatFitsAndCannotBeUsedRefusesInsteadOfPassingOn(t *testing.T) {
	for why, r := range map[string]Rule{
		"not in the keyring":   {Type: client.TypeSSEC, ID: "r1", CustomerKeyMD5: "another"},
		"no encryption type":   {Type: "ROT13"},
		"choose an encryption": {},
		"cannot be sent":       {Type: kms, KMSKey: "金鑰"},
	} {
		s := Set{Rules: []Rule{r, {Type: client.TypeSSES3}}, Keys: map[string]client.CustomerKey{customer.MD5(): customer}}
		d := s.Decide(File{}, reports)
		assert.Contains(t, d.Refuse.String(), why)
		assert.Contains(t, d.Refuse.String(), "rule 1 matches")
		assert.Equal(t, 1, d.Treatment.Rule)
		assert.Equal(t, client.TypeUndecided, d.Treatment.Type)
	}
}

func TestEncryptionThatNeedsTLSIsRefusedOverPlainHTTP(t *testing.T) {
	for endpoint, secure := range map[string]bool{
		"": true, "https://cos.example": true, "HTTPS://cos.example": true, "http://127.0.0.1:9000": true, "http://localhost:1": true,
		"http://[::1]:9000": true, "http://cos.example": false, "http://10.0.0.1": false, "http://127.0.0.1.evil.example": false,
		"http://localhost.evil.example": false, "ftp://x": false, "%": false,
	} {
		for _, typ := range []client.EncryptionType{kms, client.TypeDSSEKMS, client.TypeSSEC, client.TypeSSES3, client.TypeInherit} {
			s := Set{Account: client.Account{Endpoint: endpoint}, Rules: []Rule{{Type: typ, CustomerKeyMD5: customer.MD5()}}, Keys: map[string]client.CustomerKey{customer.MD5(): customer}}
			d := s.Decide(File{}, reports)
			needs := typ != client.TypeSSES3 && typ != client.TypeInherit
			assert.Equal(t, needs && !secure, !d.Refuse.IsZero(), "%s at %q", typ, endpoint)
			if !d.Refuse.IsZero() {
				assert.Contains(t, d.Refuse.String(), "use an https endpoint")
			}
		}
	}
}

func TestAPlaceThatIsNoObjectIsRefused(t *testing.T) {
	assert.Contains(t, Set{}.Decide(File{}, client.Location{Bucket: "b"}).Refuse.String(), "no object")
}

func FuzzDecideAlwaysAnswers(f *testing.F) {
	f.Add("b*", "k", "SSE-KMS", "key", "http://x", "b", "k")
	f.Add("", "", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, bm, km, typ, key, endpoint, b, k string) {
		s := Set{Account: client.Account{Endpoint: endpoint}, Rules: []Rule{{Bucket: bm, Key: km, Type: client.EncryptionType(typ), KMSKey: client.KeyID(key)}}}
		d := s.Decide(File{}, client.Location{Bucket: b, Key: k})
		if (d.Refuse.IsZero()) != (d.Treatment.Type != client.TypeUndecided) {
			t.Fatalf("neither decided nor refused, or both: %+v", d)
		}
		if d.Refuse.IsZero() && d.Treatment.Check() != nil {
			t.Fatal("decided what must not be sent")
		}
	})
}

func TestRulesThatCanNeverApplyAreFlagged(t *testing.T) {
	all := []Rule{
		{Bucket: "reports*", Type: kms},                                    // 1
		{Bucket: "reports-2026", Type: kms},                                // 2: taken by 1
		{Bucket: "backup", Key: "*.log", Type: kms},                        // 3
		{Bucket: "backup", Key: "a/*.log", Type: kms},                      // 4: taken by 3
		{Bucket: "backup", Type: kms},                                      // 5: only partly
		{Bucket: "x", Account: client.AccountRef{Name: "team"}, Type: kms}, // 6
		{Bucket: "x", Type: kms},                                           // 7: other accounts remain
		{Bucket: "x", Account: client.AccountRef{Name: "team"}, Type: kms}, // 8: taken by 6
		{Disabled: true, Type: kms},                                        // 9: off
		{Bucket: "y", Type: kms},                                           // 10: 9 is off
		{Bucket: "reports", Disabled: true, Type: kms},                     // 11: off itself
	}
	assert.Equal(t, []int{0, 1, 0, 3, 0, 0, 0, 6, 0, 0, 0}, ShadowedBy(all))
}

func TestTheLiveViewShowsWhichBucketsARuleTakes(t *testing.T) {
	s := Set{Account: client.Account{Name: "team"}, Rules: []Rule{
		{Bucket: "reports", Type: kms},
		{Bucket: "reports*", Type: kms},
		{Bucket: "*", Key: "*.log", Type: kms},
		{Account: client.AccountRef{Name: "other"}, Type: kms},
	}}
	buckets := []string{"backup", "reports", "reports-2026"}
	assert.Equal(t, []BucketMatch{{"reports", 1}, {"reports-2026", 0}}, s.MatchesNow(1, buckets))
	assert.Equal(t, []BucketMatch{{"backup", 0}, {"reports", 1}, {"reports-2026", 2}}, s.MatchesNow(2, buckets))
	assert.Empty(t, s.MatchesNow(3, buckets))
}

func TestAWrongFieldIsNamedAndAnUnknownKeyShapeOnlyWarns(t *testing.T) {
	for _, c := range []struct {
		r       Rule
		field   Field
		text    string
		warning bool
	}{
		{Rule{Bucket: "a/b", Type: kms}, FieldBucket, "no slash", false},
		{Rule{Bucket: "a\x01", Type: kms}, FieldBucket, "control character", false},
		{Rule{Key: strings.Repeat("x", 1025), Type: kms}, FieldKey, "longer", false},
		{Rule{Key: "/a", Type: kms}, FieldKey, "begin with a slash", true},
		{Rule{}, FieldType, "choose", false},
		{Rule{Type: client.TypeNone}, FieldType, "no encryption type", false},
		{Rule{Type: client.TypeSSES3, KMSKey: "x"}, FieldKMSKey, "belongs to", false},
		{Rule{Type: kms, KMSKey: "testkey-1"}, FieldKMSKey, "looks like no AWS key", true},
		{Rule{Type: kms, KMSKey: "a b "}, FieldKMSKey, "blank", false},
		{Rule{Type: client.TypeSSES3, Context: map[string]string{"a": "b"}}, FieldContext, "belongs to", false},
		{Rule{Type: kms, Context: map[string]string{"": "b"}}, FieldContext, "without a name", false},
		{Rule{Type: client.TypeDSSEKMS, BucketKey: true}, FieldType, "bucket key", false},
	} {
		problems := c.r.Problems()
		require.Len(t, problems, 1, "%+v", c.r)
		assert.Equal(t, c.field, problems[0].Field)
		assert.Contains(t, problems[0].Text.String(), c.text)
		assert.Equal(t, c.warning, problems[0].Warning)
		assert.Equal(t, c.warning, c.r.Check() == nil)
	}
	assert.Empty(t, Rule{Type: kms, KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"}.Problems())
}

func TestRulesTravelWithoutSecretsAndComeBackWholeOrNotAtAll(t *testing.T) {
	all := []Rule{
		{ID: "1", Bucket: "reports", Type: kms, KMSKey: "ab12", Context: map[string]string{"a": "b"}, BucketKey: true},
		{ID: "2", Type: client.TypeSSEC, CustomerKeyMD5: customer.MD5(), Disabled: true, Account: client.AccountRef{Name: "team"}},
	}
	var b bytes.Buffer
	require.NoError(t, Export(&b, all))
	written := b.String()
	assert.NotContains(t, written, customer.Secret().Reveal())
	back, err := Import(&b)
	require.NoError(t, err)
	assert.Equal(t, all, back)

	require.NoError(t, Export(&b, nil))
	back, err = Import(&b)
	require.NoError(t, err)
	assert.Empty(t, back)

	for why, text := range map[string]string{
		"not a list of rules": "{",
		`"version"`:           `{"rules":[]}`,
		"update Bucketseal":   `{"format":"bucketseal-rules","version":99}`,
		"rule 2":              strings.Replace(written, `"SSE-C"`, `"SSE-X"`, 1),
		"larger than":         strings.Repeat(" ", exchangeMax+1),
	} {
		got, err := Import(strings.NewReader(text))
		require.ErrorContains(t, err, why)
		assert.Nil(t, got)
	}
}

func TestARuleForAnAccountThatIsNotThereIsKnown(t *testing.T) {
	team, gone := client.AccountRef{ID: "T", Name: "before"}, client.AccountRef{Name: "gone"}
	all := []Rule{{Account: team}, {}, {Account: gone}}
	assert.Equal(t, []bool{false, false, true}, UnknownAccounts(all, []client.Account{{ID: "T", Name: "team"}}))
	assert.Equal(t, []bool{true, false, true}, UnknownAccounts(all, nil))
	assert.True(t, Rule{Bucket: "rep*", Account: gone}.Takes(reports))
	assert.False(t, Rule{Bucket: "x"}.Takes(reports))
}
