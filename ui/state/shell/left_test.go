package shell_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// leaves is a journal in which uploads of a file were left.
func leaves(t *testing.T, file string, states ...transfer.State) *uitest.Left {
	t.Helper()
	l, err := uitest.LeaveUploads(file, states...)
	require.NoError(t, err)
	return l
}

func TestWhatAnEarlierRunLeftIsInTheListAndNothingOfItRuns(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"), transfer.State{}, transfer.State{Phase: transfer.Paused},
		transfer.State{Phase: transfer.Failed, Attempts: 1, Err: &client.Error{Op: "put", Kind: client.KindDenied}})
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := &screen{t: t, loop: s.loop, desk: s.desk, store: s.store}
	later.App = shell.New(s.desk, s.loop, nil)
	later.OnProblem = func(m explain.Message) { later.problems = append(later.problems, m) }
	later.Start()
	later.loop.Pump()
	assert.Equal(t, []string{"3 transfers of an earlier run are in the list: resume or retry them to go on."}, later.notices())
	assert.Equal(t, []transfers.Verb{transfers.Resume, transfers.Retry}, later.Transfers.Notices()[0].Verbs)
	assert.Empty(t, later.problems)
	assert.Equal(t, "Paused 2  |  Failed 1", later.Transfers.Tally().String())
	assert.True(t, later.Transfers.AreKept(), "and the end of this run is a pause")
	assert.Empty(t, s.store.Names("reports"))

	later.Transfers.Do(transfers.Resume, nil)
	later.waitIdle()
	assert.Equal(t, []string{"1 transfer of an earlier run is in the list: resume it, or retry it, to go on."}, later.notices(), "as long as there is any")
	later.Transfers.Do(transfers.Retry, nil)
	later.waitIdle()
	assert.Empty(t, later.notices(), "all of it was dealt with")
	assert.Equal(t, "Done 3", later.Transfers.Tally().String())
	later.Close(func() {})
	later.loop.Pump()
}

// notices are the lines above the transfers.
func (s *screen) notices() (all []string) {
	for _, n := range s.Transfers.Notices() {
		all = append(all, n.Text)
	}
	return all
}

func TestWhatAnEarlierRunLeftIsSaidUntilTheUserTakesItAway(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"), transfer.State{Phase: transfer.Paused}, transfer.State{Phase: transfer.Paused})
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := &screen{t: t, loop: s.loop, desk: s.desk, store: s.store, App: shell.New(s.desk, s.loop, nil)}
	later.Start()
	later.loop.Pump()
	later.Transfers.Do(transfers.Cancel, []int{0})
	assert.Equal(t, []string{"1 transfer of an earlier run is in the list: resume it, or retry it, to go on."}, later.notices())
	later.Transfers.Notices()[0].Dismiss()
	assert.Empty(t, later.notices())
	later.Transfers.Refresh()
	assert.Empty(t, later.notices(), "it does not come back")
	assert.Equal(t, "Paused 1  |  Stopped or skipped 1", later.Transfers.Tally().String(), "and nothing else happens to it")
	later.Close(func() {})
	later.loop.Pump()
}

func TestWhatIsLeftOfAnAccountGoesWithIt(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"), transfer.State{Phase: transfer.Failed, Attempts: 1, Err: &client.Error{Op: "put", Kind: client.KindDenied}},
		transfer.State{Phase: transfer.Paused})
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := &screen{t: t, loop: s.loop, desk: s.desk, store: s.store, App: shell.New(s.desk, s.loop, nil)}
	later.Start()
	later.loop.Pump()
	assert.Contains(t, later.WhyNotRemoveAccount(), "cancel them first", "one is paused")
	later.Transfers.Do(transfers.Cancel, nil)
	later.loop.Pump()
	assert.Empty(t, later.WhyNotRemoveAccount())
	assert.Equal(t, 2, later.UnfinishedHere(), "which the question says")
	later.RemoveAccount()
	later.loop.Pump()
	assert.Empty(t, later.Accounts.All())
	kept, err := journal.Read([]int64{journal.Rows[0].Number, journal.Rows[1].Number})
	require.NoError(t, err)
	assert.Empty(t, kept, "nothing of it is found by a later run")
	later.Close(func() {})
	later.loop.Pump()
}

func TestThatTheLedgerWasSetAsideStaysInSight(t *testing.T) {
	s := sees(t)
	drawn := 0
	s.Transfers.OnChange = func() { drawn++ }
	s.desk.Note(client.Say("the ledger of transfers was damaged (%v): it is set aside as %s, and a new one is begun, into which is brought what can still be read", "not a database", "ledger.db.1"))
	s.loop.Pump()
	want := "The ledger of transfers was damaged (not a database): it is set aside as ledger.db.1, and a new one is begun, into which is brought what can still be read."
	assert.Equal(t, []string{want}, s.notices())
	assert.Positive(t, drawn)
	s.open("reports")
	s.Transfers.Refresh()
	assert.Equal(t, []string{want}, s.notices(), "until the user takes it away")
	s.Transfers.Notices()[0].Dismiss()
	assert.Empty(t, s.notices())
}

func TestThatNothingCanBeReadOfAnEarlierRunIsSaid(t *testing.T) {
	s := sees(t)
	journal := leaves(t, s.file("a.csv", "a"))
	journal.Broken = errors.New("the disk is broken")
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := shell.New(s.desk, s.loop, nil)
	var problems []explain.Message
	later.OnProblem = func(m explain.Message) { problems = append(problems, m) }
	later.Start()
	s.loop.Pump()
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Text(), "The disk is broken")
	later.Close(func() {})
	s.loop.Pump()
}

// The command line's copies and moves are found by the window where they were cut off.
func TestAMoveThatTheCommandLineLeftIsCarriedOnAndTheListFollows(t *testing.T) {
	s := sees(t, "reports/old.csv").open("reports")
	journal := leaves(t, s.file("a.csv", "a"), transfer.State{Phase: transfer.Paused})
	from, to := client.Location{Bucket: "reports", Key: "old.csv"}, client.Location{Bucket: "reports", Key: "new.csv"}
	move := transfer.Job{
		Op: transfer.Move, From: transfer.ObjectAt("", from, ""), To: transfer.ObjectAt("", to, ""), Overwrite: transfer.OverwriteSkip,
		Treatment: client.Treatment{Type: client.TypeSSEKMS, Key: client.KeyID(uitest.Key)},
	}
	require.NoError(t, journal.Write([]transfer.Entry{{Number: journal.Rows[0].Number, Job: &move}}))
	journal.Rows[0].Job = move
	s.desk.Journal = func(client.Account) transfer.Journal { return journal }
	later := &screen{t: t, loop: s.loop, desk: s.desk, store: s.store, App: shell.New(s.desk, s.loop, nil)}
	later.Start()
	later.loop.Pump()
	later.open("reports")
	row := later.Transfers.Row(0)
	assert.Equal(t, "new.csv", row.Name)
	assert.Equal(t, "→ s3://reports", row.Target)
	assert.Contains(t, row.Rule, "SSE-KMS", "what is asked of it")

	later.Transfers.Do(transfers.Resume, nil)
	later.waitIdle()
	assert.Equal(t, "Verified, SSE-KMS 11111111-2222-3333-4444-555555555555", later.Transfers.Row(0).State)
	assert.Equal(t, []string{"new.csv"}, later.rows())
	later.Close(func() {})
	later.loop.Pump()
}
