package explain_test

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// english is three words of a sentence in a row, which no name has.
var english = regexp.MustCompile(`[a-z]{2,} [a-z]+ [a-z]{2,}`)

// inChinese asserts that words for the screen hold no English sentence, and the
// values they were made of.
func inChinese(t *testing.T, said string, values ...string) {
	t.Helper()
	for _, command := range []string{"chmod go-w", "rules add", "rules import"} {
		said = strings.ReplaceAll(said, command, "")
	}
	assert.Regexp(t, `\p{Han}`, said)
	assert.NotRegexp(t, english, said)
	for _, v := range values {
		assert.Contains(t, said, v)
	}
}

func chinese(t *testing.T) {
	t.Helper()
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
}

func TestEveryKindOfFailureIsSaidInChinese(t *testing.T) {
	chinese(t)
	for _, kind := range client.Kinds() {
		e := &client.Error{
			Op: "PutObject", Kind: kind, At: client.Location{Bucket: "b", Key: "k"}, Key: "ab12",
			Said: client.Say("the list names an object without a name"),
		}
		m := explain.Error(e)
		inChinese(t, m.Title)
		inChinese(t, m.Body, "s3://b/k", "ab12")
		for _, hint := range m.Hints {
			inChinese(t, hint)
		}
		inChinese(t, i18n.Say(e.Text()), "PutObject s3://b/k", "ab12")
	}
}

func TestEveryDecisionAndRefusalOfTheRulesIsSaidInChinese(t *testing.T) {
	chinese(t)
	at := client.Location{Bucket: "reports", Key: "a.csv"}
	kms := rules.Rule{Bucket: "rep*", Key: "*.csv", Type: client.TypeSSEKMS, KMSKey: "ab12", BucketKey: true, Context: map[string]string{"a": "b"}}
	decide := func(s rules.Set, f rules.File, at client.Location) rules.Decision { return s.Decide(f, at) }
	for _, d := range []rules.Decision{
		decide(rules.Set{Rules: []rules.Rule{kms}}, rules.File{}, at),
		decide(rules.Set{Rules: []rules.Rule{{Type: client.TypeDSSEKMS}}}, rules.File{}, at),
		decide(rules.Set{Rules: []rules.Rule{{Type: client.TypeInherit}}}, rules.File{}, at),
		decide(rules.Set{}, rules.File{}, at),
		decide(rules.Set{}, rules.File{Override: client.Treatment{Type: client.TypeSSES3}}, at),
	} {
		require.True(t, d.Refuse.IsZero(), d.Refuse.String())
		inChinese(t, i18n.Say(d.Treatment.Because))
	}
	inChinese(t, i18n.Say(decide(rules.Set{Rules: []rules.Rule{kms}}, rules.File{}, at).Treatment.Because), "rep*/*.csv", "ab12", "a=b")
	http := rules.Set{Account: client.Account{Endpoint: "http://nas:9000"}}
	refuses := func(r rules.Rule) rules.Set { http := http; http.Rules = []rules.Rule{r}; return http }
	for _, d := range []rules.Decision{
		decide(rules.Set{}, rules.File{}, client.Location{}),
		decide(rules.Set{}, rules.File{}, client.Location{Bucket: "b"}),
		decide(rules.Set{}, rules.File{}, client.Location{Bucket: "b", Key: strings.Repeat("k", 2000)}),
		decide(rules.Set{}, rules.File{}, client.Location{Bucket: "b", Key: "\xff"}),
		decide(rules.Set{}, rules.File{}, client.Location{Bucket: "b c", Key: "k"}),
		decide(rules.Set{Rules: []rules.Rule{{Type: client.TypeSSEC}}}, rules.File{}, at),
		decide(rules.Set{Rules: []rules.Rule{{Type: "SSE-QUANTUM"}}}, rules.File{}, at),
		decide(rules.Set{Rules: []rules.Rule{{Type: client.TypeSSEKMS, KMSKey: "a\n", Context: map[string]string{"": "x"}}}}, rules.File{}, at),
		decide(refuses(kms), rules.File{}, at),
		decide(rules.Set{}, rules.File{Override: client.Treatment{Type: client.TypeSSEC}}, at),
	} {
		require.False(t, d.Refuse.IsZero())
		inChinese(t, explain.Sentence(d.Refuse))
	}
}

func TestEveryProblemOfARuleIsSaidInChinese(t *testing.T) {
	chinese(t)
	long := strings.Repeat("x", client.MaxKeyBytes+1)
	for _, r := range []rules.Rule{
		{Type: client.TypeSSES3, Bucket: "a/b"},
		{Type: client.TypeSSES3, Key: "a\x01"},
		{Type: client.TypeSSES3, Key: long},
		{Type: client.TypeSSES3, Key: "/a"},
		{},
		{Type: "none"},
		{Type: client.TypeSSES3, KMSKey: "k", Context: map[string]string{"a": "b"}, BucketKey: true},
		{Type: client.TypeSSEKMS, KMSKey: "k1"},
		{Type: client.TypeSSEKMS, KMSKey: " k"},
		{Type: client.TypeSSEKMS, KMSKey: "\u91d1"},
		{Type: client.TypeSSEKMS, Context: map[string]string{"aws:x": "b"}},
		{Type: client.TypeSSEKMS, Context: map[string]string{"": "b"}},
		{Type: client.TypeSSEKMS, Context: map[string]string{"a": "\xff"}},
	} {
		require.NotEmpty(t, r.Problems(), "%+v", r)
		for _, p := range r.Problems() {
			inChinese(t, explain.Sentence(p.Text))
			inChinese(t, explain.Error(p.Err()).Body)
		}
	}
	_, err := client.ParseCustomerKey(client.NewSecret("short"))
	inChinese(t, explain.Sentence(client.TextOf(err)))
}

func TestEveryVerdictAndItsReasonAreSaidInChinese(t *testing.T) {
	chinese(t)
	alias := client.KeyID("alias/reports")
	reports := []client.Reported{
		{},
		{Told: true, Type: client.TypeNone},
		{Told: true, Type: client.TypeSSES3, Raw: "AES256"},
		{Told: true, Type: client.TypeSSEKMS, Key: "ab12", BucketKey: true},
		{Told: true, Type: client.TypeSSEKMS, Key: "other"},
		{Told: true, Type: client.TypeSSEKMS},
		{Told: true, Type: client.TypeDSSEKMS, Key: "ab12"},
		{Told: true, Type: client.TypeSSEC, CustomerKeyMD5: "AAAA"},
		{Told: true, Type: client.TypeSSEC, CustomerKeyMD5: "BBBB"},
		{Told: true, Type: client.TypeSSEC},
		{Told: true, Type: "aws:fsx", Raw: "aws:fsx"},
	}
	seen := map[transfer.Verdict]bool{}
	for _, asked := range []client.Treatment{
		{Type: client.TypeInherit},
		{Type: client.TypeSSES3},
		{Type: client.TypeSSEKMS},
		{Type: client.TypeSSEKMS, Key: "ab12", BucketKey: true},
		{Type: client.TypeSSEKMS, Key: alias},
		{Type: client.TypeDSSEKMS, Key: "ab12"},
		{Type: client.TypeSSEC, CustomerKeyMD5: "AAAA"},
	} {
		for _, r := range reports {
			for _, kms := range []client.Key{{}, {ID: "ab12", ARN: "arn:aws:kms:x:1:key/ab12"}, {ID: "ab12", AWSManaged: true}} {
				judged := transfer.Judge(asked, r, kms)
				proved := transfer.CompareEncryption(asked, []transfer.Answer{{By: client.Say("the answer to the upload"), Said: r}}, r, kms)
				for _, f := range []transfer.Finding{judged, proved} {
					seen[f.Verdict] = true
					inChinese(t, explain.Sentence(f.Why))
					receipt := transfer.Receipt{Verdict: f.Verdict, Reported: r, Treatment: asked, Why: f.Why}
					row, _ := explain.Verdict(receipt)
					inChinese(t, row)
					inChinese(t, explain.VerdictName(f.Verdict))
					badge, _ := explain.AsAsked(f)
					inChinese(t, badge)
					inChinese(t, explain.AnswerAsAsked(f))
					if stored := explain.Stored(receipt); !f.Verdict.AsAsked() {
						inChinese(t, stored)
					}
				}
			}
			assert.NotRegexp(t, english, explain.Reported(r))
			assert.NotRegexp(t, english, explain.StoredWith(r))
		}
		assert.NotRegexp(t, english, i18n.Say(asked.Describe()))
	}
	assert.Len(t, seen, 5, "every verdict that a comparison can come to")
}

func TestWhatIsWrongWithAccountsSettingsAndSecretsIsSaidInChinese(t *testing.T) {
	chinese(t)
	good := client.Account{Name: "team", AccessKeyID: "AKIA", Endpoint: "https://cos.example"}
	with := func(change func(*client.Account)) error { a := good; change(&a); return a.Check() }
	dir := fs.ErrPermission
	for _, err := range []error{
		with(func(a *client.Account) { a.Name = "" }),
		with(func(a *client.Account) { a.Name = "a\tb" }),
		with(func(a *client.Account) { a.Name = client.DemoName }),
		with(func(a *client.Account) { a.Endpoint = "https://%zz" }),
		with(func(a *client.Account) { a.Endpoint = "https://u:p@x" }),
		with(func(a *client.Account) { a.Endpoint = "ftp://x" }),
		with(func(a *client.Account) { a.Endpoint = "https://" }),
		with(func(a *client.Account) { a.Endpoint = "https://x:99999" }),
		with(func(a *client.Account) { a.Endpoint = "https://x/y" }),
		with(func(a *client.Account) { a.KMSEndpoint = "http://nas" }),
		with(func(a *client.Account) { a.Region = "us east" }),
		with(func(a *client.Account) { a.Addressing = "maybe" }),
		with(func(a *client.Account) { a.AccessKeyID = "" }),
		with(func(a *client.Account) { a.AccessKeyID = "A K" }),
		client.Credentials{Secret: client.NewSecret("a\tb")}.Check(),
		client.Credentials{SessionToken: client.NewSecret("\u00e9")}.Check(),
		&session.RulesError{Err: &settings.GoneError{Path: "/x/rules.json", Mark: "/x/.m"}},
		&settings.UntrustedError{Path: "/x", Why: client.Say("may be written by other users (mode %04o)", 0o666), Do: client.Say("if you trust what it holds: chmod go-w %s", "/x")},
		&settings.NoFolderError{Dir: "/x"},
		&settings.DamagedError{Path: "/x", Err: errors.New("EOF"), Kept: dir},
		&settings.DamagedError{Path: "/x", Err: client.Say("it has no %q", "rules").Err(), Aside: "/y"},
		&settings.NewerError{Path: "/x", Version: 9, Known: 2},
		client.ErrUndecided, client.ErrNoEnd, client.ErrNoRanges, rules.ErrGone, transfer.ErrClosed, transfer.ErrOtherContents,
		keychain.ErrNotFound, keychain.ErrDecline, keychain.ErrLocked, keychain.ErrWrongPassphrase,
	} {
		require.Error(t, err)
		inChinese(t, explain.Error(err).Body)
	}
	for _, file := range []string{
		``, `{`, `[]`, `{}`, `{"version":1}`, `{"version":9,"rules":[]}`, `{"rules":[]}`, "\xff", "{\x00}", `{"version":1,"rules":[{"kms_key":"x"}]}`,
		`{"version":1,"rules":[{"type":1}]}`, `{"version":1,"rules":[{"type":"x","type":"y"}]}`, `{"version":1,"rules":[{"type":"SSE-QUANTUM"}]}`,
		`{"version":1,"rules":[]} {}`, `{"format":"other","version":1,"rules":[]}`, `{"version":1,"rules":[{"disabled":"no"}]}`,
	} {
		_, err := rules.Import(strings.NewReader(file))
		require.Error(t, err, file)
		inChinese(t, explain.Error(err).Body)
	}
}
