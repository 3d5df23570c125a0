package session

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

func TestAPlanTreatsEveryFileByTheRulesAndRefusesWhatCannotBeRead(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Key: "*.log", Type: client.TypeSSES3}, {ID: "2", Bucket: "buck*", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}})
	d.write("tree/a.csv", "a,b")
	d.write("tree/deep/b.log", "log")
	require.NoError(t, os.Symlink(filepath.Join(d.dir, "tree"), filepath.Join(d.dir, "tree/deep/loop")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(d.dir, "tree/dangling")))
	if runtime.GOOS != "windows" {
		l, err := net.Listen("unix", filepath.Join(d.dir, "tree/socket"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.Close() })
	}
	p, err := whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "tree"), filepath.Join(d.dir, "missing")}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)

	got := map[string]string{}
	for _, j := range p.Jobs {
		got[j.To.At.Key] = j.Treatment.Because.String()
	}
	assert.Equal(t, map[string]string{
		"tree/a.csv":      "rule 2, buck* -> SSE-KMS, key alias/demo",
		"tree/deep/b.log": "rule 1, */*.log -> SSE-S3",
	}, got)
	assert.EqualValues(t, 6, p.Bytes)
	assert.Contains(t, p.Jobs[0].ContentType, "text/csv")

	why := map[string]string{}
	for _, r := range p.Refused {
		name, _ := filepath.Rel(d.dir, r.Source)
		why[filepath.ToSlash(name)] = r.Reason.String()
	}
	assert.Contains(t, why["tree/deep/loop"], "never end")
	assert.Contains(t, why["tree/dangling"], "no such file")
	assert.Contains(t, why["missing"], "no such file")
	if runtime.GOOS != "windows" {
		assert.Contains(t, why["tree/socket"], "no ordinary file")
	}
}

func TestRulesThatCannotBeReadRefuseThePlanInsteadOfSendingPlain(t *testing.T) {
	d := open(t, nil)
	d.book.err = errors.New("damaged")
	_, err := whole(d.PlanUpload(t.Context(), []string{d.write("a", "x")}, bucket, UploadOptions{}, Choice{}))
	var r *RulesError
	require.ErrorAs(t, err, &r)
	require.ErrorContains(t, d.MakeFolder(t.Context(), bucket.Join("f")), "nothing is uploaded")
	_, err = d.RuleSet(t.Context())
	require.ErrorAs(t, err, &r)
	page, err := d.List(t.Context(), bucket, client.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, page.Objects)
}

func TestAnSSECRuleWithoutItsKeyRefusesEachFileWithTheReason(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "gone", Type: client.TypeSSEC}})
	p, err := whole(d.PlanUpload(t.Context(), []string{d.write("a", "x")}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	require.Empty(t, p.Jobs)
	require.Len(t, p.Refused, 1)
	assert.Contains(t, p.Refused[0].Reason.String(), "not in the keyring")
	assert.Equal(t, client.KindRefused, p.Refused[0].Kind)
	assert.Equal(t, 1, p.Refused[0].Rule)
}

func TestAPlanSaysWhatItWouldOverwriteAndWhatIsWeakerThanTheDefault(t *testing.T) {
	d := open(t, nil)
	d.put("tree/a", "old")
	d.put("single", "old")
	d.write("tree/a", "new")
	d.write("tree/b", "new")
	draft, err := d.DraftUpload(t.Context(), []string{filepath.Join(d.dir, "tree"), d.write("single", "new"), d.write("other", "new")}, bucket, UploadOptions{})
	require.NoError(t, err)
	p := d.drafted(draft, Choice{})
	assert.ElementsMatch(t, []client.Location{bucket.Join("tree/a"), bucket.Join("single")}, p.Existing)
	assert.Empty(t, p.Warnings)

	d.store = kmsByDefault{d.store}
	p, err = whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "other")}, bucket, UploadOptions{}, Choice{Encryption: client.Treatment{Type: client.TypeSSES3}, Overwrite: transfer.OverwriteSkip}))
	require.NoError(t, err)
	require.Len(t, p.Warnings, 1)
	assert.Contains(t, p.Warnings[0].String(), "weaker than the bucket's default")
	p, err = whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "other")}, bucket, UploadOptions{}, Choice{Encryption: client.Treatment{Type: client.TypeSSEKMS, Key: "alias/demo"}}))
	require.NoError(t, err)
	assert.Empty(t, p.Warnings)
}

// kmsByDefault is a store whose buckets encrypt with KMS by default.
type kmsByDefault struct{ client.Store }

func (kmsByDefault) DefaultEncryption(context.Context, string) (client.Reported, error) {
	return client.ReportedFrom("aws:kms", "ab12", false, "", ""), nil
}

func TestUploadedObjectsComeBackAndTheirPropertiesAreAsAsked(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Bucket: "bucket", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}})
	d.write("tree/報告.pdf", "content")
	d.write("tree/sub/x", "")
	for _, r := range d.carry(whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "tree")}, bucket, UploadOptions{Contents: true}, Choice{}))) {
		require.NoError(t, r.Err)
		assert.Equal(t, transfer.Verified, r.Receipt.Verdict, "the alias is resolved by KMS")
		assert.Equal(t, "team", r.Receipt.Account)
		assert.Equal(t, "id of team", r.Receipt.AccountID)
	}
	props, err := d.Properties(t.Context(), bucket.Join("報告.pdf"), client.ReadOptions{})
	require.NoError(t, err)
	asAsked, known := props.AsAsked()
	assert.True(t, asAsked && known, props.Finding.Why.String())
	assert.Equal(t, noon, props.CheckedAt)
	assert.Equal(t, 1, props.Decision.Treatment.Rule)

	into := filepath.Join(d.dir, "back")
	for _, r := range d.carry(whole(d.PlanDownload(t.Context(), []client.Object{{At: bucket, IsFolder: true}}, into, DownloadOptions{}, Choice{}))) {
		require.NoError(t, r.Err)
	}
	got, err := os.ReadFile(filepath.Join(into, "報告.pdf"))
	require.NoError(t, err)
	assert.Equal(t, "content", string(got))
	assert.FileExists(t, filepath.Join(into, "sub", "x"))
}

func TestPropertiesSayWhenAnObjectIsNotAsAskedOrThatItCannotBeTold(t *testing.T) {
	d := open(t, nil, mock.As("ceph16"))
	d.put("plain", "x")
	look := func(want rules.Rule) (asAsked, known bool, p Properties) {
		d.book.all = []rules.Rule{want}
		p, err := d.Properties(t.Context(), bucket.Join("plain"), client.ReadOptions{})
		require.NoError(t, err)
		asAsked, known = p.AsAsked()
		return asAsked, known, p
	}
	asAsked, known, p := look(rules.Rule{ID: "1", Type: client.TypeSSEKMS, KMSKey: "k"})
	assert.True(t, known)
	assert.False(t, asAsked)
	assert.Equal(t, client.TypeNone, p.Object.Encryption.Type)
	assert.False(t, p.BucketDefault.Told, "this server does not say")
	_, known, p = look(rules.Rule{ID: "1", Type: client.TypeSSEC})
	assert.False(t, known)
	assert.Contains(t, p.Decision.Refuse.String(), "keyring")
	asAsked, known, _ = look(rules.Rule{ID: "1", Type: client.TypeInherit})
	assert.True(t, asAsked && known)
	_, err := d.Properties(t.Context(), bucket.Join("missing"), client.ReadOptions{})
	assert.Equal(t, client.KindNotFound, client.KindOf(err))
}

func TestDeletingCountsFirstAndTakesFoldersWhole(t *testing.T) {
	d := open(t, nil)
	for _, key := range []string{"f/1", "f/g/2", "single", "stays"} {
		d.put(key, "12345")
	}
	require.NoError(t, d.MakeFolder(t.Context(), bucket.Join("f/empty")))
	totals, err := d.Count(t.Context(), []client.Object{{At: bucket.Join("f/"), IsFolder: true}, {At: bucket.Join("single"), Size: 5}})
	require.NoError(t, err)
	assert.EqualValues(t, 15, totals.Bytes)
	assert.Len(t, totals.Objects, 4)
	removal, err := d.Remove(t.Context(), totals.Objects)
	require.NoError(t, err)
	gone, err := told(t.Context(), removal)
	require.ErrorIs(t, err, io.EOF)
	assert.Len(t, gone, 4)
	for at, err := range gone {
		require.NoError(t, err, at)
	}
	page, err := d.List(t.Context(), bucket, client.ListOptions{Recursive: true})
	require.NoError(t, err)
	require.Len(t, page.Objects, 1)
	assert.Equal(t, "stays", page.Objects[0].At.Key)
	_, err = d.Count(t.Context(), []client.Object{{At: client.Location{Bucket: "nowhere"}, IsFolder: true}})
	assert.Equal(t, client.KindNoBucket, client.KindOf(err))
}

func TestAFolderThatIsNotEncryptedAsAskedIsReported(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSES3}}, mock.As("ceph16"))
	err := d.MakeFolder(t.Context(), bucket.Join("f"))
	assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(err))
	d.book.all = []rules.Rule{{ID: "1", Type: client.TypeSSEC}}
	assert.Equal(t, client.KindRefused, client.KindOf(d.MakeFolder(t.Context(), bucket.Join("g"))))
	d.book.all = nil
	require.NoError(t, d.MakeFolder(t.Context(), bucket.Join("h")))
	assert.Equal(t, client.KindPrecondition, client.KindOf(d.MakeFolder(t.Context(), bucket.Join("h"))), "one that is there is not overwritten")
}

func TestKeysAreListedWhereThereIsAKMSAndRefusedInWordsElsewhere(t *testing.T) {
	d := open(t, nil)
	require.True(t, d.HasKMS())
	keys, err := d.KMSKeys(t.Context())
	require.NoError(t, err)
	assert.Equal(t, d.server.NamedKeys()[0].ID, keys[0].ID)

	a := d.account()
	a.KMSEndpoint = ""
	s, err := d.opener().Open(t.Context(), a)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	assert.False(t, s.HasKMS())
	_, err = s.KMSKeys(t.Context())
	assert.ErrorContains(t, err, "no KMS interface")
}

func TestAnAccountThatCannotBeOpenedSaysWhich(t *testing.T) {
	d := open(t, nil)
	a := d.account()
	a.Endpoint = "nonsense"
	_, err := d.opener().Open(t.Context(), a)
	require.ErrorContains(t, err, `account "team": endpoint`)
	o := d.opener()
	o.Credentials = func(context.Context, client.Account) (client.Credentials, error) {
		return client.Credentials{}, errors.New("locked")
	}
	_, err = o.Open(t.Context(), d.account())
	require.ErrorContains(t, err, `account "team": locked`)
	a = d.account()
	a.CAFile = filepath.Join(d.dir, "missing.pem")
	_, err = d.opener().Open(t.Context(), a)
	require.ErrorContains(t, err, "missing.pem")
	o = d.opener()
	o.Transfer.Concurrency = -1
	_, err = o.Open(t.Context(), d.account())
	require.Error(t, err)
}

func TestBucketsAreMadeListedAndRemovedAndRulesRead(t *testing.T) {
	d := open(t, nil)
	require.NoError(t, d.MakeBucket(t.Context(), "fresh"))
	all, err := d.Buckets(t.Context())
	require.NoError(t, err)
	assert.Len(t, all, 2)
	require.NoError(t, d.RemoveBucket(t.Context(), "fresh"))
	d.book.all = []rules.Rule{{ID: "1", Type: client.TypeSSES3}}
	got, err := d.Rules()
	require.NoError(t, err)
	assert.Len(t, got, 1)
	set, err := d.RuleSet(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, set.Decide(rules.File{}, bucket.Join("x")).Treatment.Rule)
}
