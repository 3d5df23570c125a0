package session

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/mock"
)

func sseC(account, bucket string, k client.CustomerKey) rules.Rule {
	return rules.Rule{ID: account + bucket, Account: client.AccountRef{Name: account}, Bucket: bucket, Type: client.TypeSSEC, CustomerKeyMD5: k.MD5()}
}

func TestAnObjectOpensWithTheKeyOfItsRuleOrOneThatEarlierRulesNamedForItsPlace(t *testing.T) {
	d := open(t, nil)
	a, b := d.key("a"), d.key("b")
	d.book.all = []rules.Rule{sseC("", "bucket", a)}
	d.put("secret", "content")
	// The rule has another key since.
	d.book.all = []rules.Rule{sseC("", "bucket", b)}
	d.kept = []rules.KeptKey{{MD5: a.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}}, {MD5: b.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}}}
	p, err := d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, a.MD5(), p.Object.Encryption.CustomerKeyMD5)
	asAsked, known := p.AsAsked()
	assert.True(t, known)
	assert.False(t, asAsked, "another key than the rule asks for today")
	set, err := d.RuleSet(t.Context())
	require.NoError(t, err)
	r, err := d.Encryption(t.Context(), set, bucket.Join("secret"))
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEC, r.Type)
	into := filepath.Join(d.dir, "back")
	rows := d.carry(whole(d.PlanDownload(t.Context(), []client.Object{{At: bucket.Join("secret")}}, into, DownloadOptions{}, Choice{})))
	require.NoError(t, rows[0].Err)
	assert.FileExists(t, filepath.Join(into, "secret"))

	// The old key belongs elsewhere: it is not tried, and the error says which was.
	d.kept[0].Places[0].Bucket = "elsewhere"
	_, err = d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{})
	assert.Equal(t, client.KindWrongKey, client.KindOf(err))
	require.ErrorContains(t, err, "tried the SSE-C key with MD5 "+b.MD5())
	assert.NotContains(t, err.Error(), a.MD5())
	rows = d.carry(whole(d.PlanDownload(t.Context(), []client.Object{{At: bucket.Join("secret")}}, filepath.Join(d.dir, "no"), DownloadOptions{}, Choice{})))
	assert.Equal(t, client.KindNeedsKey, client.KindOf(rows[0].Err))
	assert.NoFileExists(t, filepath.Join(d.dir, "no", "secret"))

	// What the user names is sent, and nothing else.
	p, err = d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{Key: a})
	require.NoError(t, err)
	assert.Equal(t, a.MD5(), p.Object.Encryption.CustomerKeyMD5)
	_, err = d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{Key: customerKey(t, "c")})
	require.ErrorContains(t, err, customerKey(t, "c").MD5())
	rows = d.carry(whole(d.PlanDownload(t.Context(), []client.Object{{At: bucket.Join("secret")}}, into, DownloadOptions{Key: a}, Choice{})))
	require.NoError(t, rows[0].Err)
	named, err := d.Session.CustomerKey(t.Context(), a.MD5())
	require.NoError(t, err)
	assert.Equal(t, a.MD5(), named.MD5())

	delete(d.keys, b.MD5())
	d.kept = nil
	_, err = d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{})
	assert.Equal(t, client.KindNeedsKey, client.KindOf(err))
	require.ErrorContains(t, err, "no SSE-C key kept here was given for this account and place")
}

// A listening store is asked with keys and notes them.
type listening struct {
	client.Store
	mu   sync.Mutex
	sent []string
}

func (l *listening) Head(_ context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.Key.IsZero() {
		return client.Object{}, &client.Error{Op: "HeadObject", At: at, Kind: client.KindNeedsKey}
	}
	l.sent = append(l.sent, o.Key.MD5())
	return client.Object{}, &client.Error{Op: "HeadObject", At: at, Kind: client.KindWrongKey}
}

// Whoever says "this object needs a key" gets none that was given for others.
func TestAServerThatAsksForKeysGetsNoneOfAnotherAccount(t *testing.T) {
	d := open(t, nil)
	own, foreign, off, elsewhere := d.key("a"), d.key("b"), d.key("c"), d.key("d")
	disabled := sseC("", "bucket", off)
	disabled.Disabled = true
	d.book.all = []rules.Rule{sseC("hospital", "bucket", foreign), disabled, sseC("", "patients", elsewhere), sseC("team", "bucket", own)}
	d.kept = []rules.KeptKey{
		{MD5: foreign.MD5(), Places: []rules.KeyPlace{{Account: client.AccountRef{Name: "hospital"}, Bucket: "bucket"}}},
		{MD5: off.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}},
		{MD5: elsewhere.MD5(), Places: []rules.KeyPlace{{Bucket: "patients"}}},
	}
	l := &listening{Store: d.store}
	d.store = l
	at := bucket.Join("bait")
	_, err := d.Properties(t.Context(), at, client.ReadOptions{})
	require.Error(t, err)
	set, err := d.RuleSet(t.Context())
	require.NoError(t, err)
	_, err = d.Encryption(t.Context(), set, at)
	require.Error(t, err)
	_, err = whole(d.PlanDownload(t.Context(), []client.Object{{At: at}}, t.TempDir(), DownloadOptions{}, Choice{}))
	require.NoError(t, err)
	assert.Equal(t, []string{own.MD5(), own.MD5(), own.MD5()}, l.sent)

	l.sent = nil
	d.Session.account.Name = "stranger"
	_, err = d.Properties(t.Context(), at, client.ReadOptions{})
	require.Error(t, err)
	_, err = whole(d.PlanDownload(t.Context(), []client.Object{{At: at}}, t.TempDir(), DownloadOptions{}, Choice{}))
	require.NoError(t, err)
	_, err = whole(d.PlanUpload(t.Context(), []string{d.write("bait", "x")}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	assert.Empty(t, l.sent, "the account is called otherwise")
}

func TestAKeyThatCannotBeFetchedIsPassedOver(t *testing.T) {
	d := open(t, nil)
	a := d.key("a")
	d.book.all = []rules.Rule{sseC("", "bucket", a)}
	d.put("secret", "content")
	gone := customerKey(t, "g")
	d.book.all = []rules.Rule{sseC("", "bucket", gone)}
	d.kept = []rules.KeptKey{{MD5: a.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}, RuleIDs: []string{"x"}}}
	_, err := d.Properties(t.Context(), bucket.Join("secret"), client.ReadOptions{})
	require.NoError(t, err)
	_, err = d.Session.CustomerKey(t.Context(), gone.MD5())
	require.Error(t, err)
}

func TestWhenItIsNotKnownForWhomKeysAreNoneIsSent(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSES3}}, mock.As("aws"))
	d.keptErr = errors.New("keys.json is damaged")
	d.put("plain", "x")
	_, err := d.Session.CustomerKey(t.Context(), "m")
	require.ErrorContains(t, err, "damaged")
	d.book.all = []rules.Rule{sseC("", "bucket", d.key("a"))}
	_, err = whole(d.PlanUpload(t.Context(), []string{d.write("f", "x")}, bucket, UploadOptions{}, Choice{}))
	require.ErrorContains(t, err, "keys.json is damaged")

	o := d.opener()
	o.KeptKeys, o.CustomerKey = nil, nil
	set, err := o.RuleSet(t.Context(), d.account())
	require.NoError(t, err)
	assert.Contains(t, set.Decide(rules.File{}, bucket.Join("f")).Refuse.String(), "not in the keyring")
	_, err = o.kept(t.Context(), nil, "m")
	require.ErrorContains(t, err, "no keys are kept here")
}

func TestAnAccountThatWasRenamedSinceUploadsNothing(t *testing.T) {
	d := open(t, nil)
	d.Session.opener.Current = func(client.Account) error { return errors.New("renamed") }
	_, err := whole(d.PlanUpload(t.Context(), []string{d.write("f", "x")}, bucket, UploadOptions{}, Choice{}))
	var r *RulesError
	require.ErrorAs(t, err, &r)
	require.ErrorContains(t, err, "renamed")
}
