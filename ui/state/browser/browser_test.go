package browser_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func TestOpenDropsTheListingTheUserLeft(t *testing.T) {
	s := sees(t, "photos/cat.jpg", "reports/a.csv")
	s.Open(client.Location{Bucket: "photos"})
	s.loop.Work() // the answer is there, and not on the screen yet
	s.Open(client.Location{Bucket: "reports"})
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv"}, s.rows())
}

func TestFoldersComeFirstAndEverythingByName(t *testing.T) {
	s := sees(t, "reports/b.csv", "reports/z/1", "reports/a.csv", "reports/c/2").open("reports")
	assert.Equal(t, []string{"c/", "z/", "a.csv", "b.csv"}, s.rows())
	assert.Equal(t, "a.csv | 100 B | "+uitest.Epoch.Local().Format("2006-01-02 15:04")+" | STANDARD | ", s.Row(2).String())
	s.Sort(browser.SortByName)
	assert.Equal(t, []string{"z/", "c/", "b.csv", "a.csv"}, s.rows(), "the other way round, folders first still")
}

func TestAListingOfManyPagesIsSortedAsItComesAndCanBeStopped(t *testing.T) {
	s := sees(t)
	s.store.SetPageSize(10)
	for i := range 35 {
		s.store.Fill(i, fmt.Sprintf("reports/%02d", i))
	}
	s.Sort(browser.SortBySize)
	s.Sort(browser.SortBySize)
	s.Open(client.Location{Bucket: "reports"})
	s.loop.Work()
	s.loop.Apply()
	assert.Equal(t, "10 entries; listing…", s.Progress())
	assert.Equal(t, "09", s.Row(0).Name)
	s.loop.Work()
	s.loop.Apply()
	assert.Equal(t, "19", s.Row(0).Name, "the largest so far")
	s.Stop()
	s.loop.Pump()
	assert.Equal(t, "20 entries; stopped before the end", s.Progress())

	s.Refresh()
	s.loop.Pump()
	assert.Equal(t, 35, s.Rows())
	assert.Equal(t, "34", s.Row(0).Name)
	assert.Equal(t, "00", s.Row(34).Name)
}

func TestTheSelectionStaysOnItsObjectsWhateverMoves(t *testing.T) {
	s := sees(t, "reports/a.csv", "reports/b.txt", "reports/c.csv").open("reports")
	selection := s.Selection()
	selection.Only(2)
	s.Sort(browser.SortByName)
	require.Len(t, s.Selected(), 1)
	assert.Equal(t, "c.csv", s.Selected()[0].At.Base())
	assert.Equal(t, 0, selection.Cursor())
	s.SetFilter(".csv")
	assert.Equal(t, []string{"c.csv", "a.csv"}, s.rows())
	assert.Equal(t, "c.csv", s.Selected()[0].At.Base())
	s.SetFilter("*.TXT")
	assert.Equal(t, []string{"b.txt"}, s.rows())
	assert.Empty(t, s.Selected(), "what is not shown is not selected")
	assert.Equal(t, "1 of 3 shown", s.Progress())
	s.SetFilter("nothing")
	assert.Equal(t, "Nothing fits the filter", s.Empty().Title)
	assert.Same(t, selection, s.Selection())
}

func TestHistoryAndUp(t *testing.T) {
	s := sees(t, "reports/2026/q3/a.csv", "reports/2026/q4/b.csv").open("s3://reports/2026/q4")
	assert.Equal(t, []string{"b.csv"}, s.rows())
	var titles []string
	for _, c := range s.Path() {
		titles = append(titles, c.Title)
	}
	assert.Equal(t, []string{"team", "reports", "2026", "q4"}, titles)
	assert.Equal(t, "2026/", s.Path()[2].At.Key)

	s.Up()
	s.loop.Pump()
	assert.Equal(t, "2026/", s.At().Key)
	assert.Equal(t, "q4", s.Selected()[0].At.Base(), "the cursor is where one comes from")
	s.Back()
	s.loop.Pump()
	assert.Equal(t, "2026/q4/", s.At().Key)
	s.Forward()
	s.loop.Pump()
	assert.Equal(t, "2026/", s.At().Key)
	assert.False(t, s.CanForward())
	s.Up()
	s.Up()
	assert.False(t, s.CanUp())
	s.Up()
	assert.Equal(t, "Choose a bucket", s.Empty().Title)

	require.Error(t, s.GoTo("s3://bad bucket/"))
	row := -1
	for i, b := range s.Buckets() {
		if b.Name == "reports" {
			row = i
		}
	}
	assert.True(t, s.Buckets()[row].Sealed)
}

func TestAFolderThatCannotBeListedSaysWhy(t *testing.T) {
	s := sees(t)
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		return &client.Error{Op: string(c.Op), Kind: client.KindDenied, At: c.At, Status: 403, Code: "AccessDenied"}
	})
	s.open("reports")
	assert.Equal(t, "This account may not do that", s.Empty().Title)
	s.store.Before(nil)
	s.Refresh()
	s.loop.Pump()
	assert.Equal(t, "This folder is empty", s.Empty().Title)
}

func TestTheRuleInForceHereIsNamed(t *testing.T) {
	s := sees(t).open("reports/x/")
	text, _ := s.RuleHere()
	assert.Equal(t, "rule 1, reports* -> SSE-KMS, key "+string(uitest.Key), text)
	s.open("photos")
	text, role := s.RuleHere()
	assert.Equal(t, "no rule: bucket default", text)
	assert.Equal(t, explain.RoleMuted, role)

	s.desk.SetRules(rules.Rule{ID: "1", Key: "x/*.log", Type: client.TypeSSES3}, rules.Rule{ID: "2", Type: client.TypeInherit})
	s.RefreshRules()
	s.open("photos/x/")
	text, _ = s.RuleHere()
	assert.Equal(t, "rule 2, * -> bucket default (other rules for some names)", text)
	s.open("photos/y/")
	text, _ = s.RuleHere()
	assert.Equal(t, "rule 2, * -> bucket default", text, "no name below y/ fits x/*.log")
}

func TestEncryptionIsAskedForWhatIsSeenAndOnlyWhenWanted(t *testing.T) {
	s := sees(t)
	for i := range 20 {
		s.store.Fill(1, fmt.Sprintf("reports/%02d", i))
	}
	s.store.EncryptAs(func(client.Reported) client.Reported {
		return client.Reported{Told: true, Type: client.TypeSSEKMS, Key: "arn:aws:kms:us-east-1:000000000000:key/1234-ab"}
	})
	s.store.Fill(1, "reports/20")
	s.store.EncryptAs(nil)
	s.hides = true
	s.open("reports")
	s.Visible(0, 10)
	s.loop.Pump()
	assert.NotContains(t, s.store.Asked(), memstore.HeadObject)

	s.hides = false
	s.OnChange = func() { s.Visible(0, 10) }
	s.Visible(0, 10)
	s.loop.Work()
	heads := 0
	for _, call := range s.store.Asked() {
		if call == memstore.HeadObject {
			heads++
		}
	}
	assert.Equal(t, 4, heads, "no more at once")
	s.loop.Pump()
	assert.Equal(t, "Not as asked: none reported", s.Row(9).Encryption)
	assert.Equal(t, explain.RoleBad, s.Row(9).EncryptionRole)
	assert.Empty(t, s.Row(10).Encryption, "it is not seen")
	for _, call := range []memstore.Op{memstore.GetObjectTagging, memstore.GetBucketEncryption, memstore.DescribeKey} {
		assert.NotContains(t, s.store.Asked(), call, "one request a row")
	}

	s.Visible(20, 21)
	s.loop.Pump()
	assert.Equal(t, "Not as asked: SSE-KMS 1234-ab", s.Row(20).Encryption, "a column has no room for an ARN")

	s.store.Before(func(context.Context, memstore.Call) error { return errors.New("gone") })
	s.Visible(10, 11)
	s.loop.Pump()
	assert.Contains(t, s.Row(10).Encryption, "not told")
}

func TestTypingFindsTheRow(t *testing.T) {
	s := sees(t, "reports/alpha", "reports/Beta", "reports/beth").open("reports")
	row, ok := s.Search("be", 0)
	require.True(t, ok)
	assert.Equal(t, "Beta", s.Row(row).Name)
	row, ok = s.Search("be", row+1)
	require.True(t, ok)
	assert.Equal(t, "beth", s.Row(row).Name)
	_, ok = s.Search("zz", 0)
	assert.False(t, ok)
}
