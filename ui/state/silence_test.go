package state

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func sending(s client.Standing) transfer.Row {
	return transfer.Row{
		Job:   transfer.Job{ID: "1", Op: transfer.Upload, To: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, ""), Expect: transfer.Expect{Size: 100}},
		Phase: transfer.Sending, Sent: 50, Rate: 10, Standing: s,
	}
}

func TestARowSaysWhenTheServerIsSilentAndWhichTryIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		standing client.Standing
		want     string
		role     explain.Role
	}{
		{client.Standing{}, "Uploading", explain.RoleNormal},
		{client.Standing{Silent: 4 * time.Second}, "Uploading", explain.RoleNormal},
		{client.Standing{Silent: 12 * time.Second}, "No answer for 12 s", explain.RoleWarn},
		{client.Standing{Silent: 12 * time.Second, Attempt: 2, Most: 5}, "No answer for 12 s, trying again, 2 of 5", explain.RoleWarn},
		{client.Standing{Silent: time.Second, Attempt: 3, Most: 8, Busy: true}, "The server asks to wait, trying again, 3 of 8", explain.RoleWarn},
	} {
		r := transferRow(sending(c.standing))
		assert.Equal(t, c.want, r.State)
		assert.Equal(t, c.role, r.Role)
		assert.Equal(t, c.role == explain.RoleNormal, r.Speed != "", "a speed of before is not shown as if it were now")
	}
	done := sending(client.Standing{Silent: time.Minute})
	done.Phase = transfer.Failed
	done.Err = &client.Error{Kind: client.KindStalled}
	assert.NotContains(t, transferRow(done).State, "No answer for")
}

// watching is an app with an account open, which answered, and rows.
func watching(rows ...transfer.Row) *App {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	a := NewApp(nil, nil, func() time.Time { return now })
	a.accounts = []client.Account{{Name: "lab", Endpoint: "https://s3.example.org"}}
	a.current = "lab"
	a.reached["lab"] = reach{asked: true, at: now}
	for _, r := range rows {
		a.Transfers.rows = append(a.Transfers.rows, transferring{Row: r, account: "lab"})
	}
	return a
}

func TestTheStatusBarStopsSayingConnectedWhenNothingIsHeardAnyMore(t *testing.T) {
	silent := sending(client.Standing{Silent: 12 * time.Second})
	segment := watching(silent).Status()[0]
	assert.Equal(t, "No answer for 12 s: lab @ s3.example.org", segment.Text)
	assert.Equal(t, explain.RoleWarn, segment.Role)
	assert.Equal(t, "Connected: lab @ s3.example.org", watching(silent, sending(client.Standing{})).Status()[0].Text, "another transfer goes on")

	other := watching(silent)
	other.Transfers.rows[0].account = "another"
	assert.Equal(t, "Connected: lab @ s3.example.org", other.Status()[0].Text)
}

func TestTheConnectionIsAsTheLastAnswerSays(t *testing.T) {
	a := watching()
	later := func(s int) time.Time { return a.now().Add(time.Duration(s) * time.Second) }
	says := func() string { return a.Status()[0].Text }
	a.heard("lab", &client.Error{Kind: client.KindStalled}, later(1))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says())
	a.heard("lab", nil, later(-1))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says(), "an earlier answer")
	a.heard("lab", &client.Error{Kind: client.KindDenied, Status: 403}, later(2))
	assert.Equal(t, "Connected: lab @ s3.example.org", says(), "to refuse is to answer")
	for _, err := range []error{
		&client.Error{Kind: client.KindLocal, Err: errors.New("disk full")}, context.Canceled, &client.Error{Kind: client.KindCancelled},
	} {
		a.heard("lab", err, later(3))
		assert.Equal(t, "Connected: lab @ s3.example.org", says(), "%v says nothing of the server", err)
	}
	a.heard("lab", &client.Error{Kind: client.KindNetwork}, later(4))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says())
	a.heard("lab", nil, later(5))
	assert.Equal(t, "Connected: lab @ s3.example.org", says())
}

func TestADownloadWhoseLastStepFailedDoesNotSayDone(t *testing.T) {
	r := transferRow(transfer.Row{
		Job:   transfer.Job{Op: transfer.Download, From: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, ""), To: transfer.WriteTo("/x", "k"), Expect: transfer.Expect{Size: 3}},
		Phase: transfer.Failed, Receipt: &transfer.Receipt{Op: transfer.Download, Verdict: transfer.VerdictNone},
		Err: &client.Error{Op: "download", Kind: client.KindLocal, Err: errors.New("rename: input/output error")},
	})
	assert.Equal(t, "Failed: A file on this computer could not be read or written", r.State)
	r = transferRow(transfer.Row{
		Job:   transfer.Job{Op: transfer.Upload, To: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, "")},
		Phase: transfer.Failed, Receipt: &transfer.Receipt{Op: transfer.Upload, Verdict: transfer.NothingAsked},
		Err: &client.Error{Op: "upload", Kind: client.KindLocal, Err: errors.New("write receipts: no space left on device")},
	})
	assert.Equal(t, "Failed: A file on this computer could not be read or written", r.State)
}

func TestTheTotalIsOfWhatIsUnderWay(t *testing.T) {
	row := func(id string, p transfer.Phase, sent int64) transfer.Row {
		return transfer.Row{Job: transfer.Job{ID: id, Op: transfer.Upload, Expect: transfer.Expect{Size: 1 << 20}}, Phase: p, Sent: sent}
	}
	a := watching(row("old", transfer.Done, 1<<20))
	a.Transfers.rest()
	assert.Equal(t, Tally{Done: 1}, a.Transfers.Tally(), "what ended before is no part of it")

	b := watching(row("old", transfer.Done, 1<<20), row("a", transfer.Sending, 1<<19), row("b", transfer.Queued, 0), row("c", transfer.Done, 1<<20),
		row("d", transfer.Failed, 1<<18), row("e", transfer.Cancelled, 1))
	b.Transfers.past = a.Transfers.past
	n := b.Transfers.Tally()
	assert.InDelta(t, 0.5, n.Part(), 0.001)
	assert.Equal(t, "50 %, 1.5 MiB of 3.0 MiB", n.Total())
	n.Up = 512 << 10
	assert.Equal(t, "50 %, 1.5 MiB of 3.0 MiB, 0:03 left", n.Total())
	assert.Zero(t, Tally{}.Part())
}

func TestWhatRunsStandsFirstAndWhatFailedNext(t *testing.T) {
	var ranks []int
	for _, p := range []transfer.Phase{transfer.Sending, transfer.Verifying, transfer.Failed, transfer.Queued, transfer.Paused, transfer.Done, transfer.Skipped, transfer.Cancelled} {
		ranks = append(ranks, transferring{Row: transfer.Row{Phase: p}}.rank())
	}
	assert.Equal(t, []int{0, 0, 1, 2, 2, 3, 3, 3}, ranks)
}
