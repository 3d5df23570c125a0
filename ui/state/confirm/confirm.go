package confirm

import (
	"context"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// World is what a question needs of the world.
type World struct {
	Context context.Context // lives as long as the account is shown
	Loop    loop.Loop

	// Survey looks at the disk and the server and gives the plan of each choice. It
	// may wait.
	Survey func(context.Context) (session.Draft, error)
	// Keys lists the KMS keys to choose from; nil where there is no KMS. It may wait.
	Keys func(context.Context) ([]client.Key, error)

	// Ask shows the question.
	Ask func(*Transfer)
	// Submit hands the jobs of a plan over to the transfers.
	Submit func([]transfer.Job)
	// Problem shows why a download did not begin.
	Problem func(explain.Message)
}

// A Transfer is one before a byte moves: what would happen to which files and
// why, and what the user may still choose.
type Transfer struct {
	// OnChange is called after the plan or a choice changed; nil for none.
	OnChange func()
	// OnClose is called once, when the transfers were handed over or the user
	// gave up.
	OnClose func()

	Op transfer.Op
	// Target is where the files go, as people read it.
	Target string

	world World
	ctx   context.Context
	stop  context.CancelFunc
	round context.CancelFunc // of the plan under way

	chosen

	quiet     bool // asks only what needs an answer
	surveying bool
	draft     session.Draft // the plan of each choice; nil before the survey
	ruled     bool          // the rules alone would encrypt every file
	planning  bool
	shown     bool            // a plan was shown: the user has seen what it says
	starting  bool            // once the plan being made is there
	outdated  bool            // it was to begin, and the rules were others than the user knew
	drafted   session.Drafted // the plan of what is chosen, as it is shown
	err       error
	keysAsked bool
	keys      []client.Key
	closed    bool
}

// Upload asks what uploading into a folder would do, at once.
func Upload(to client.Location, w World) {
	t := begin(transfer.Upload, to.String(), w)
	w.Ask(t)
}

// Download asks what downloading into a folder of this computer would do, once
// that needs an answer; where nothing does, it begins.
func Download(into string, w World) {
	begin(transfer.Download, filepath.Clean(into), w).quiet = true
}

// Copy asks what copying or moving into a folder of the server would do, at once. What
// is there already stays, unless the user says otherwise.
func Copy(op transfer.Op, to client.Location, w World) {
	t := begin(op, to.String(), w)
	t.overwrite = transfer.OverwriteSkip
	w.Ask(t)
}

// Rename asks what moving one object to another name would do once that needs an
// answer; where nothing does, it begins.
func Rename(to client.Location, w World) {
	t := begin(transfer.Move, to.String(), w)
	t.overwrite, t.quiet = transfer.OverwriteSkip, true
}

func begin(op transfer.Op, target string, w World) *Transfer {
	t := &Transfer{Op: op, Target: target, world: w, chosen: chosen{choice: AsRules, overwrite: transfer.OverwriteAlways}}
	t.ctx, t.stop = context.WithCancel(w.Context)
	t.replan()
	return t
}

// ready begins what needs no answer, and asks about any other.
func (t *Transfer) ready() {
	switch {
	case t.err != nil:
		t.world.Problem(explain.Error(t.err))
		t.close()
	case len(t.drafted.Plan.Existing)+len(t.drafted.Plan.Refused)+len(t.drafted.Plan.Warnings) > 0 || len(t.drafted.Plan.Jobs) == 0:
		t.world.Ask(t)
	default:
		t.submit()
	}
}

// Overwrite is what happens to files that are there already.
func (t *Transfer) Overwrite() transfer.Overwrite { return t.overwrite }

// SetOverwrite chooses what happens to files that are there already.
func (t *Transfer) SetOverwrite(o transfer.Overwrite) {
	if o != t.overwrite {
		t.overwrite = o
		t.replan()
		t.changed()
	}
}

// WhyNotStart says why it cannot begin, "" when it can.
func (t *Transfer) WhyNotStart() string {
	switch {
	case t.closed:
		return i18n.T("It has begun.")
	case t.ctx.Err() != nil:
		return i18n.T("Its account is not open any more.")
	case t.planning && !t.shown:
		return i18n.T("The files are still being looked at.")
	case t.err != nil:
		return explain.Error(t.err).Title
	case t.KeyProblem() != "":
		return t.KeyProblem()
	case len(t.drafted.Plan.Jobs) == 0 && !t.planning:
		return i18n.T("There is nothing left to transfer.")
	case t.Op.Copies() && !t.planning && t.overwrite == transfer.OverwriteSkip && len(t.drafted.Plan.Existing) == len(t.drafted.Plan.Jobs):
		return i18n.T("There is nothing left to transfer.")
	}
	return ""
}

// Start hands the plan over to the transfers: the one of what is chosen now, by
// the rules as they are now, however long the question has stood. It begins as
// soon as that plan is there, unless the rules are others than those by which the
// user was shown what happens, or it holds what the user has not seen.
func (t *Transfer) Start() {
	if t.WhyNotStart() != "" {
		return
	}
	if !t.planning {
		t.replan()
	}
	t.starting = true
}

// submit hands the plan over: once, however often the button is pressed.
func (t *Transfer) submit() {
	t.closed = true
	t.world.Submit(t.drafted.Plan.Jobs)
	t.finish()
}

// Cancel gives up; nothing has happened.
func (t *Transfer) Cancel() { t.close() }

func (t *Transfer) close() {
	if !t.closed {
		t.closed = true
		t.finish()
	}
}

func (t *Transfer) finish() {
	t.stop()
	if t.OnClose != nil {
		t.OnClose()
	}
}

func (t *Transfer) changed() {
	if t.OnChange != nil && !t.closed {
		t.OnChange()
	}
}
