package shell_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

func (s *screen) unprovenText() string {
	text, _ := transfers.WarningAbout(s.UnprovenHere())
	return text
}

func TestTheListShowsWhatLiesOnTheServerAfterABadVerdict(t *testing.T) {
	s := dropsEncryption(t, "reports/a.csv")
	require.Equal(t, []string{"a.csv"}, s.rows())
	row := s.Browser.Row(0)
	assert.Equal(t, "4 B", row.Size, "what was stored, not what was listed before")
	assert.Equal(t, "Not as asked: none reported", row.Encryption)
	assert.Equal(t, explain.RoleBad, row.EncryptionRole)
}

func TestTheListShowsWhatLiesOnTheServerAfterAnUploadThatFailed(t *testing.T) {
	s := sees(t, "reports/old.csv").open("reports")
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.PutObject {
			s.store.Fill(7, "reports/a.csv") // it arrived, and the answer did not
			return &client.Error{Op: string(c.Op), At: c.At, Kind: client.KindStalled}
		}
		return nil
	})
	s.uploads("a.csv")
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv", "old.csv"}, s.rows())
	assert.Equal(t, "7 B", s.Browser.Row(0).Size)

	s.store.Before(memstore.Failing(client.KindStalled, memstore.PutObject))
	s.uploads("b.csv")
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv", "old.csv"}, s.rows(), "what is not there is not shown")
}

func TestWhatLiesHereAndIsNotEncryptedIsSaidUntilItIsDecided(t *testing.T) {
	s := dropsEncryption(t)
	assert.Equal(t, "1 object here is NOT encrypted", s.unprovenText())
	s.uploads("b.csv")
	assert.Equal(t, "2 objects here are NOT encrypted", s.unprovenText())
	s.store.EncryptAs(func(r client.Reported) client.Reported { r.Key = "another"; return r })
	s.uploads("c.csv")
	assert.Equal(t, "3 objects here are not encrypted as asked", s.unprovenText())

	s.open("photos")
	assert.Empty(t, s.unprovenText(), "they lie elsewhere")
	s.open("reports")
	s.ShowUnproven()
	assert.Len(t, s.Browser.Selected(), 3)
	assert.Equal(t, 3, s.Transfers.Selection.Count())

	all := s.UnprovenHere()
	title, body := transfers.QuestionAbout(all)
	assert.Equal(t, "Delete 3 objects from the server?", title)
	assert.Contains(t, body, "s3://reports/b.csv (4 B) lies on the server, stored without encryption.")
	all[0].Keep()
	s.loop.Pump()
	assert.Equal(t, "2 objects here are not encrypted as asked", s.unprovenText())
	all[1].Delete()
	all[2].Delete()
	s.loop.Pump()
	assert.Empty(t, s.unprovenText())
	assert.Equal(t, []string{"a.csv"}, s.rows())
}

func TestWhatLiesFurtherDownIsOpenedToBeShown(t *testing.T) {
	s := dropsEncryption(t, "reports/x.csv")
	s.open("reports/sub/")
	s.uploads("deep.csv")
	s.open("reports")
	assert.Equal(t, "2 objects here are NOT encrypted", s.unprovenText())
	for _, u := range s.UnprovenHere() {
		if title, _ := u.Question(); title == "Delete a.csv from the server?" {
			u.Keep()
		}
	}
	s.ShowUnproven()
	s.loop.Pump()
	assert.Equal(t, "sub/", s.Browser.At().Key)
	require.Len(t, s.Browser.Selected(), 1)
	assert.Equal(t, "sub/deep.csv", s.Browser.Selected()[0].At.Key)
}

func TestClearTakesOnlyWhatIsDoneAsAsked(t *testing.T) {
	s := dropsEncryption(t)
	s.store.EncryptAs(nil)
	s.uploads("good.csv")
	s.store.Before(memstore.Failing(client.KindDenied, memstore.PutObject))
	s.uploads("denied.csv")
	s.store.Before(nil)
	s.Transfers.Do(transfers.Clear, nil)
	var left []string
	for row := range s.Transfers.Rows() {
		left = append(left, s.Transfers.Row(row).State)
	}
	assert.Equal(t, []string{"Failed: Not encrypted", "Failed: This account may not do that"}, left)
	assert.Equal(t, "Nothing here is finished as asked.", s.Transfers.WhyNot(transfers.Clear, nil))

	assert.Contains(t, s.Transfers.WhyNot(transfers.Remove, []int{0}), "waits for a decision")
	assert.Empty(t, s.Transfers.WhyNot(transfers.Remove, []int{1}))
	s.Transfers.Do(transfers.Remove, []int{0, 1})
	require.Equal(t, 1, s.Transfers.Rows())
	s.unproven(0).Keep()
	s.Transfers.Do(transfers.Clear, nil)
	assert.Equal(t, 1, s.Transfers.Rows(), "kept is not as asked")
	s.Transfers.Do(transfers.Remove, []int{0})
	assert.Equal(t, 0, s.Transfers.Rows())
}

func TestSelectionAndCursorStayOnTheirRowsWhenRowsMove(t *testing.T) {
	s := sees(t).open("reports")
	s.uploads("done.csv")
	s.Transfers.Selection.Only(0)
	held := s.store.Hold(memstore.PutObject)
	s.Upload([]string{s.file("b.csv", "b")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs, above", func() bool { return s.Transfers.Row(0).State == "Uploading" })
	assert.Equal(t, "done.csv", s.Transfers.Row(1).Name)
	assert.Equal(t, 1, s.Transfers.Selection.Cursor())
	assert.True(t, s.Transfers.Selection.Contains(1))
	held.Open()
	s.waitIdle()
	assert.Equal(t, transfer.Done, s.Transfers.Transfer(0).Phase)
}
