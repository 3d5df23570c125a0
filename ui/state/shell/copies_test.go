package shell_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// pick selects rows of the folder shown by their names.
func (s *screen) pick(names ...string) *screen {
	s.t.Helper()
	var rows []int
	for i, name := range s.rows() {
		for _, want := range names {
			if name == want {
				rows = append(rows, i)
			}
		}
	}
	require.Len(s.t, rows, len(names))
	s.Browser.Selection().SetSelected(rows)
	return s
}

func TestAnObjectThatIsRenamedIsProvedAndThenGoneUnderItsOldName(t *testing.T) {
	s := sees(t, "reports/2026/a.csv", "reports/2026/b.csv").open("reports/2026/").pick("a.csv")
	require.Empty(t, s.Browser.WhyNotRename())
	o := s.Browser.Selected()[0]
	assert.Equal(t, "That is its name already.", s.Browser.NewNameProblem(o, "a.csv"))
	assert.Equal(t, "There is one of this name here already.", s.Browser.NewNameProblem(o, "b.csv"))
	assert.Contains(t, s.Browser.NewNameProblem(o, "x/y"), "has no slash")
	assert.Equal(t, "Give it a name.", s.Browser.NewNameProblem(o, " "))
	s.Rename(o, "b.csv")
	s.loop.Pump()
	assert.Zero(t, s.Transfers.Rows())

	s.Rename(o, "c.csv")
	s.waitIdle()
	assert.Nil(t, s.confirm, "nothing needs an answer")
	assert.Equal(t, []string{"b.csv", "c.csv"}, s.rows())
	assert.Equal(t, "Verified, SSE-KMS 11111111-2222-3333-4444-555555555555", s.Transfers.Row(0).State)
	assert.Equal(t, []string{"2026/b.csv", "2026/c.csv"}, s.store.Names("reports"))
	assert.Empty(t, s.problems)
}

func TestAFolderThatIsRenamedIsCountedFirst(t *testing.T) {
	s := sees(t, "reports/old/1.csv", "reports/old/deep/2.csv", "reports/z.csv").open("reports").pick("old/")
	s.Rename(s.Browser.Selected()[0], "new")
	require.NotNil(t, s.confirm)
	s.loop.Pump()
	assert.Equal(t, "Move 2 files (200 B) to s3://reports/new/", s.confirm.Headline())
	assert.Equal(t, []string{"old/1.csv", "old/deep/2.csv", "z.csv"}, s.store.Names("reports"))
	s.confirm.Start()
	s.waitIdle()
	s.loop.Pump()
	assert.Equal(t, []string{"new/1.csv", "new/deep/2.csv", "z.csv"}, s.store.Names("reports"))
	assert.Equal(t, []string{"new/", "z.csv"}, s.rows(), "the old folder is gone from the list")
}

func TestWhatWasCopiedIsPastedIntoAnotherFolderByTheRulesThere(t *testing.T) {
	s := sees(t, "photos/a.jpg", "photos/q/b.jpg", "reports/x").open("photos")
	s.store.Write(client.Location{Bucket: "reports", Key: "in/a.jpg"}, []byte("ours"), client.PutOptions{Encryption: client.SSEKMS{Key: uitest.Key}})
	assert.Equal(t, "Copy or cut objects or folders first.", s.WhyNotPaste())
	s.pick("a.jpg", "q/").Copy()
	n, move := s.Taken()
	assert.Equal(t, 2, n)
	assert.False(t, move)
	s.open("reports/in/")
	require.Empty(t, s.WhyNotPaste())
	s.Paste()
	s.loop.Pump()
	assert.Equal(t, "Copy 2 files (200 B) to s3://reports/in/", s.confirm.Headline())
	var texts []string
	for _, l := range s.confirm.Lines() {
		texts = append(texts, l.Text)
	}
	assert.Equal(t, []string{
		"2 files, 200 B: rule 1, reports* -> SSE-KMS, key " + string(uitest.Key), "1 file is there already: it stays as it is",
	}, texts)
	assert.Equal(t, transfer.OverwriteSkip, s.confirm.Overwrite())
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, "Done 1  |  Stopped or skipped 1", s.Transfers.Tally().String())
	assert.Equal(t, []string{"a.jpg", "q/b.jpg"}, s.store.Names("photos"), "a copy leaves its source")
	assert.Equal(t, []string{"in/a.jpg", "in/q/b.jpg", "x"}, s.store.Names("reports"))
	assert.Equal(t, []string{"q/", "a.jpg"}, s.rows())
}

func TestACopyBesideItsSourceGetsANameOfItsOwn(t *testing.T) {
	s := sees(t, "photos/a.jpg", "photos/a (2).jpg", "photos/q/b.jpg", "photos/.rc").open("photos").pick("a.jpg", "q/", ".rc")
	s.Copy()
	s.Paste()
	s.loop.Pump()
	texts := s.confirm.Lines()
	require.Len(t, texts, 1)
	assert.Equal(t, explain.RoleNormal, texts[0].Role, "as its source is nothing to warn of")
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, []string{".rc", ".rc (2)", "a (2).jpg", "a (3).jpg", "a.jpg", "q (2)/b.jpg", "q/b.jpg"}, s.store.Names("photos"))
}

func TestWhatWasCutIsMovedOnceAndNotIntoItself(t *testing.T) {
	s := sees(t, "photos/a.jpg", "photos/q/b.jpg", "photos/q/in/c.jpg").open("photos").pick("a.jpg", "q/")
	s.Cut()
	assert.Equal(t, "What was cut is in this folder already.", s.WhyNotPaste())
	s.open("photos/q/in/")
	assert.Equal(t, "A folder cannot be moved into itself.", s.WhyNotPaste())
	s.Paste()
	s.loop.Pump()
	assert.Nil(t, s.confirm)

	s.open("photos").pick("a.jpg").Cut()
	s.open("photos/q/")
	s.Paste()
	s.loop.Pump()
	require.NotNil(t, s.confirm)
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, []string{"q/a.jpg", "q/b.jpg", "q/in/c.jpg"}, s.store.Names("photos"))
	assert.Equal(t, "Copy or cut objects or folders first.", s.WhyNotPaste(), "it was moved")
}

func TestWhatWasCutIsPastedInAnotherAccount(t *testing.T) {
	s := sees(t, "photos/a.jpg", "photos/q/b.jpg").open("photos")
	other := uitest.NewStore("backup")
	s.desk.Add(client.Account{Name: "other", Endpoint: "https://other.example.org"}, other)
	s.Accounts.Load(func() {})
	s.loop.Pump()
	s.pick("a.jpg", "q/").Cut()
	s.Open("other")
	s.loop.Pump()
	s.open("backup")
	require.Empty(t, s.WhyNotPaste())
	s.Paste()
	s.loop.Pump()
	assert.Equal(t, "Move 2 files (200 B) to s3://backup", s.confirm.Headline())
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, "Done 2", s.Transfers.Tally().String())
	assert.Equal(t, []string{"a.jpg", "q/b.jpg"}, other.Names("backup"))
	assert.Empty(t, s.store.Names("photos"))
	assert.Empty(t, s.problems)
}

func TestWhatWasCopiedFromAnAccountThatIsGoneCannotBePasted(t *testing.T) {
	s := sees(t, "photos/a.jpg").open("photos").pick("a.jpg")
	s.Copy()
	s.desk.Add(client.Account{Name: "other", Endpoint: "https://other.example.org"}, uitest.NewStore("backup"))
	s.RemoveAccount()
	s.loop.Pump()
	s.open("backup")
	assert.Equal(t, "The account these were copied from is not open any more: copy them again.", s.WhyNotPaste())
}
