package transfers

import (
	"errors"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Row is a row of the list as text.
type Row struct {
	Op                                       transfer.Op
	Name, Target, Progress, Speed, ETA, Rule string
	Part                                     float64 // moved so far, 0 to 1
	Moving                                   bool    // a progress bar is of use
	State                                    string  // phase, or the verdict once there is one
	Content                                  string  // how far the bytes were compared, "" before
	Role                                     explain.Role
}

// String is the row on one line, for tests and logs.
func (r Row) String() string {
	return strings.Join([]string{r.Name, r.Target, r.Progress, r.Speed, r.ETA, r.Rule, r.State}, " | ")
}

func arrow(op transfer.Op) string {
	switch op {
	case transfer.Upload, transfer.Copy, transfer.Move, transfer.Restore, transfer.Meta, transfer.Class, transfer.Encrypt:
		return "→"
	case transfer.Delete:
		return "×"
	}
	return "←"
}

func rowOf(r transfer.Row) Row {
	if r.Unread {
		return unread(r)
	}
	t := Row{Op: r.Job.Op, Name: r.Job.At().Base(), Rule: asked(r.Job)}
	t.Target = arrow(t.Op) + " " + r.Job.To.String()
	if t.Op != transfer.Download {
		t.Target = arrow(t.Op) + " " + r.Job.At().Parent().String()
	}
	if t.Op == transfer.Delete { // which moves nothing
		t.State, t.Role = stateOf(r)
		return t
	}
	t.Progress = explain.Size(r.Job.Expect.Size)
	t.State, t.Role = stateOf(r)
	if r.Receipt != nil {
		t.Content = explain.Content(r.Receipt.Content)
	}
	silent, waits := waiting(r)
	if waits {
		t.State, t.Role = silent, explain.RoleWarn
	}
	switch r.Phase {
	case transfer.Done:
		t.Part = 1
	case transfer.Sending, transfer.Verifying, transfer.Paused:
		if r.Job.Expect.Size > 0 {
			t.Part = min(1, float64(r.Sent)/float64(r.Job.Expect.Size))
		}
		t.Moving = r.Phase == transfer.Sending
		t.Progress = i18n.T("%s of %s", explain.Size(r.Sent), explain.Size(r.Job.Expect.Size))
	}
	if t.Moving && !waits && r.Rate > 0 {
		t.Speed = i18n.T("%s/s", explain.Size(int64(r.Rate)))
	}
	if t.Speed != "" && r.Job.Expect.Size >= 0 {
		t.ETA = explain.Duration(time.Duration(float64(r.Job.Expect.Size-r.Sent) / r.Rate * float64(time.Second)))
	}
	return t
}

// unread is a row that is being read, or cannot be.
func unread(r transfer.Row) Row {
	t := Row{Op: r.Job.Op, Name: "…", State: "…", Role: explain.RoleMuted}
	if r.Err != nil {
		t.State, t.Role = stateOf(r)
	}
	return t
}

// noticed is the silence of a server that is worth a word.
const noticed = 5 * time.Second

// waiting says that a running row waits for a silent or busy server, and which
// try is under way; ok is false while things go on.
func waiting(r transfer.Row) (text string, ok bool) {
	s := r.Request
	switch {
	case r.Phase != transfer.Sending && r.Phase != transfer.Verifying:
		return "", false
	case s.Busy && s.Attempt > 0:
		return i18n.T("The server asks to wait, trying again, %d of %d", s.Attempt, s.Most), true
	case s.Silent < noticed:
		return "", false
	case s.Attempt > 0:
		return i18n.T("No answer for %d s, trying again, %d of %d", int(s.Silent.Seconds()), s.Attempt, s.Most), true
	}
	return i18n.T("No answer for %d s", int(s.Silent.Seconds())), true
}

// asked is what a job that writes an object asks for and because of what, in few words.
func asked(j transfer.Job) string {
	switch {
	case !j.Op.WritesObject():
		return ""
	case j.Treatment.Rule > 0:
		return i18n.T("rule %d: %s", j.Treatment.Rule, explain.ShortTreatment(j.Treatment))
	}
	return explain.ShortTreatment(j.Treatment)
}

// stateOf is the state of a row in words. Done is never said without what the
// proof found.
func stateOf(r transfer.Row) (string, explain.Role) {
	switch r.Phase {
	case transfer.Queued:
		return i18n.T("Waiting"), explain.RoleMuted
	case transfer.Paused:
		return i18n.T("Paused"), explain.RoleMuted
	case transfer.Sending:
		return i18n.T(underWay[r.Job.Op]), explain.RoleNormal
	case transfer.Verifying:
		if r.Again != nil {
			return i18n.T("Not yet verified, asking again: %s", reason(r.Again)), explain.RoleWarn
		}
		return i18n.T("Verifying"), explain.RoleNormal
	case transfer.Cancelled:
		if isUnverified(r) {
			return i18n.T("Stopped, not yet verified"), explain.RoleWarn
		}
		return i18n.T("Cancelled"), explain.RoleMuted
	case transfer.Skipped:
		return skippedBecause(r)
	case transfer.Failed:
		if isUnverified(r) {
			return explain.Verdict(*r.Receipt)
		}
		return i18n.T("Failed: %s", failure(r)), explain.RoleBad
	}
	if r.Receipt == nil {
		return i18n.T("Done"), explain.RoleNormal
	}
	switch r.Job.Op {
	case transfer.Download:
		if r.Receipt.IsUnverified() {
			return i18n.T("Downloaded, unverified"), explain.RoleWarn
		}
		return i18n.T("Downloaded, complete"), explain.RoleGood
	case transfer.Delete:
		return i18n.T("Deleted from the server"), explain.RoleNormal
	}
	return explain.Verdict(*r.Receipt)
}

// underWay says what is done while bytes move, or an answer is waited for.
var underWay = map[transfer.Op]string{
	transfer.Upload:   i18n.M("Uploading"),
	transfer.Download: i18n.M("Downloading"),
	transfer.Copy:     i18n.M("Copying"),
	transfer.Move:     i18n.M("Moving"),
	transfer.Restore:  i18n.M("Restoring"),
	transfer.Meta:     i18n.M("Changing"),
	transfer.Class:    i18n.M("Changing"),
	transfer.Encrypt:  i18n.M("Encrypting in place"),
	transfer.Delete:   i18n.M("Deleting from the server…"),
}

// skippedBecause says why nothing was sent, and what was found out about what
// is there.
func skippedBecause(r transfer.Row) (string, explain.Role) {
	switch role := explain.RoleMuted; {
	case r.Err == nil:
		return i18n.T("Skipped"), role
	case r.Receipt != nil:
		found, _ := explain.Verdict(*r.Receipt)
		return i18n.T("Skipped: %s (%s)", reason(r.Err), found), role
	case errors.Is(r.Err, transfer.ErrOtherContents):
		role = explain.RoleWarn
		fallthrough
	default:
		return i18n.T("Skipped: %s", reason(r.Err)), role
	}
}

// reason is the shortest useful word for an error: what it says about itself
// when it is ours, else its kind.
func reason(err error) string {
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindExists && e.Status == 0 && e.Err != nil {
		return i18n.Say(client.TextOf(e.Err))
	}
	m := explain.Error(err)
	if m.Body != "" && m.Details == "" {
		return m.Body
	}
	return m.Title
}

// failure is why a row failed; what the proof found says more than the kind of
// its error, where that is what failed it. A proof that was reached and a step
// of this computer that failed after it are two things.
func failure(r transfer.Row) string {
	if isUnproven(r) {
		text, _ := explain.Verdict(*r.Receipt)
		return text
	}
	return reason(r.Err)
}
