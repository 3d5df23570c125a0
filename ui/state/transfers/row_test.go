package transfers

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func sending(s client.RequestState) transfer.Row {
	return transfer.Row{
		Job:   transfer.Job{ID: "1", Op: transfer.Upload, To: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, ""), Expect: transfer.Expect{Size: 100}},
		Phase: transfer.Sending, Sent: 50, Rate: 10, Request: s,
	}
}

func TestARowSaysWhenTheServerIsSilentAndWhichTryIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		request client.RequestState
		want    string
		role    explain.Role
	}{
		{client.RequestState{}, "Uploading", explain.RoleNormal},
		{client.RequestState{Silent: 4 * time.Second}, "Uploading", explain.RoleNormal},
		{client.RequestState{Silent: 12 * time.Second}, "No answer for 12 s", explain.RoleWarn},
		{client.RequestState{Silent: 12 * time.Second, Attempt: 2, Most: 5}, "No answer for 12 s, trying again, 2 of 5", explain.RoleWarn},
		{client.RequestState{Silent: time.Second, Attempt: 3, Most: 8, Busy: true}, "The server asks to wait, trying again, 3 of 8", explain.RoleWarn},
	} {
		r := rowOf(sending(c.request))
		assert.Equal(t, c.want, r.State)
		assert.Equal(t, c.role, r.Role)
		assert.Equal(t, c.role == explain.RoleNormal, r.Speed != "", "a speed of before is not shown as if it were now")
	}
	done := sending(client.RequestState{Silent: time.Minute})
	done.Phase = transfer.Failed
	done.Err = &client.Error{Kind: client.KindStalled}
	assert.NotContains(t, rowOf(done).State, "No answer for")
}

func TestADownloadWhoseLastStepFailedDoesNotSayDone(t *testing.T) {
	r := rowOf(transfer.Row{
		Job:   transfer.Job{Op: transfer.Download, From: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, ""), To: transfer.WriteTo("/x", "k"), Expect: transfer.Expect{Size: 3}},
		Phase: transfer.Failed, Receipt: &transfer.Receipt{Op: transfer.Download, Verdict: transfer.VerdictNone},
		Err: &client.Error{Op: "download", Kind: client.KindLocal, Err: errors.New("rename: input/output error")},
	})
	assert.Equal(t, "Failed: A file on this computer could not be read or written", r.State)
	r = rowOf(transfer.Row{
		Job:   transfer.Job{Op: transfer.Upload, To: transfer.ObjectAt("", client.Location{Bucket: "b", Key: "k"}, "")},
		Phase: transfer.Failed, Receipt: &transfer.Receipt{Op: transfer.Upload, Verdict: transfer.NothingAsked},
		Err: &client.Error{Op: "upload", Kind: client.KindLocal, Err: errors.New("write receipts: no space left on device")},
	})
	assert.Equal(t, "Failed: A file on this computer could not be read or written", r.State)
}

func TestTheTotalIsOfWhatIsUnderWay(t *testing.T) {
	e := newEngine(Held{})
	e.sum = transfer.Summary{Phases: [transfer.Paused + 1]int{transfer.Done: 1}, Done: 1 << 20}
	l := List{engines: []*engine{e}}
	l.rest()
	assert.Equal(t, Tally{Done: 1}, l.Tally(), "what ended before is no part of it")

	e.sum.Phases = [transfer.Paused + 1]int{transfer.Sending: 1, transfer.Queued: 1, transfer.Done: 2, transfer.Failed: 1, transfer.Cancelled: 1}
	e.sum.Bytes, e.sum.Moved, e.sum.Done = 2<<20, 1<<19, 2<<20
	l.rest()
	n := l.Tally()
	assert.InDelta(t, 0.5, n.Part(), 0.001)
	assert.Equal(t, "50 %, 1.5 MiB of 3.0 MiB", n.Total())
	n.Up = 512 << 10
	assert.Equal(t, "50 %, 1.5 MiB of 3.0 MiB, 0:03 left", n.Total())
	n.Outage = true
	assert.Equal(t, "50 %, 1.5 MiB of 3.0 MiB", n.Total(), "nobody knows when a server that is down will serve")
	assert.Zero(t, Tally{}.Part())
}

func TestWhatRunsStandsFirstAndWhatFailedNext(t *testing.T) {
	var all []rank
	for _, p := range []transfer.Phase{transfer.Sending, transfer.Verifying, transfer.Failed, transfer.Queued, transfer.Paused, transfer.Done, transfer.Skipped, transfer.Cancelled} {
		all = append(all, rankOf(p))
	}
	assert.Equal(t, []rank{running, running, failed, waits, waits, over, over, over}, all)
}

func TestASizeNobodyToldIsADash(t *testing.T) {
	row := rowOf(transfer.Row{Phase: transfer.Sending, Sent: 5, Rate: 1, Job: transfer.Job{Op: transfer.Download, Expect: transfer.Expect{Size: client.NotTold}}})
	assert.Equal(t, "5 B of –", row.Progress)
	assert.Zero(t, row.Part)
	assert.Empty(t, row.ETA)
}

func TestADeletionIsARowThatMovesNothing(t *testing.T) {
	at := client.Location{Bucket: "b", Key: "f/k"}
	row := transfer.Row{Job: transfer.Job{Op: transfer.Delete, From: transfer.ObjectAt("", at, ""), Expect: transfer.Expect{Size: client.NotTold}}}
	for phase, want := range map[transfer.Phase]string{
		transfer.Queued: "Waiting", transfer.Sending: "Deleting from the server…", transfer.Done: "Deleted from the server", transfer.Cancelled: "Cancelled",
	} {
		row.Phase = phase
		row.Receipt = nil
		if phase == transfer.Done {
			row.Receipt = &transfer.Receipt{Op: transfer.Delete, At: at}
		}
		assert.Equal(t, "k | × s3://b/f/ |  |  |  |  | "+want, rowOf(row).String())
	}
	assert.Equal(t, "× s3://b/f/k", between(row.Job))
	row.Phase, row.Err = transfer.Failed, &client.Error{Op: "delete", Kind: client.KindNotKept, At: at, Err: errors.New("full")}
	assert.Equal(t, "Failed: Its receipt could not be kept", rowOf(row).State)
}

func TestTheReceiptOfADeletionClaimsNothingOfEncryption(t *testing.T) {
	rows := facts(transfer.Receipt{Op: transfer.Delete, At: client.Location{Bucket: "b", Key: "k"}, VersionID: "v1", VerifiedAt: time.Now()})
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	assert.Equal(t, []string{"Object", "Version", "Deleted"}, names)
}
