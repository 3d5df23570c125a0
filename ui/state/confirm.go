package state

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// A Confirm is a transfer before a byte moves: what would happen to which files
// and why, and what the user may still choose. It is shown at once, while its
// plan is being made.
type Confirm struct {
	// OnChange is called after the plan or a choice changed; nil for none.
	OnChange func()
	// OnClose is called once, when the transfers were handed over or the user
	// gave up.
	OnClose func()

	Op transfer.Op

	app     *App
	session *session.Session
	ctx     context.Context
	stop    context.CancelFunc
	round   context.CancelFunc // of the plan under way

	paths []string        // upload
	what  []client.Object // download
	to    client.Location // upload
	into  string          // download
	As    string          // exact name of a single download, "" for its own

	choice    EncryptionChoice
	key       client.KeyID
	overwrite transfer.Overwrite

	surveying bool
	draft     session.Draft // the plan of each choice; nil before the survey
	ruled     bool          // the rules alone would encrypt every file
	planning  bool
	shown     bool // a plan was shown: the user has seen what it says
	starting  bool // once the plan being made is there
	plan      transfer.Plan
	err       error
	keys      []client.Key
	keysErr   error
	closed    bool
}

// Upload asks what uploading files and folders into the folder shown would do.
func (a *App) Upload(paths []string) { a.UploadTo(paths, a.Browser.At()) }

// Drop is Upload, for what was dropped on the window.
func (a *App) Drop(paths []string) { a.Upload(paths) }

// UploadTo is Upload into another folder or bucket.
func (a *App) UploadTo(paths []string, to client.Location) {
	if a.Browser.WhyNotUploadTo(to) != "" || len(paths) == 0 {
		return
	}
	c := a.confirm(transfer.Upload)
	c.paths, c.to = paths, to
	c.open()
}

// Download asks what downloading the objects into a folder of this computer
// would do, and begins at once when nothing needs an answer. as is the exact
// name of the file for a single object, "" for its own.
func (a *App) Download(what []client.Object, into, as string) {
	if a.Session() == nil || len(what) == 0 {
		return
	}
	c := a.confirm(transfer.Download)
	c.what, c.into, c.As = what, into, as
	c.open()
}

func (a *App) confirm(op transfer.Op) *Confirm {
	c := &Confirm{Op: op, app: a, session: a.Session(), choice: AsRules, overwrite: transfer.OverwriteAlways}
	c.ctx, c.stop = context.WithCancel(a.Browser.Context())
	return c
}

// open shows an upload at once; a download only once it needs an answer.
func (c *Confirm) open() {
	c.replan()
	if c.Op == transfer.Upload {
		c.show()
	}
}

func (c *Confirm) show() {
	if c.app.OnConfirm != nil {
		c.app.OnConfirm(c)
	}
}

// replan makes the plan anew; the answer to an earlier choice is dropped. Disk
// and server are looked at once, whatever is chosen afterwards.
func (c *Confirm) replan() {
	if c.round != nil {
		c.round()
	}
	c.planning, c.err, c.starting = true, nil, false
	switch {
	case c.draft != nil:
		c.treat()
	case !c.surveying:
		c.surveying = true
		loop.Fetch(c.ctx, c.app.loop, c.survey(), func(d session.Draft, err error) {
			c.surveying, c.draft = false, d
			if err != nil {
				c.planned(transfer.Plan{}, err)
				return
			}
			c.treat()
		})
	}
}

// treat makes the plan of what is chosen now.
func (c *Confirm) treat() {
	var ctx context.Context
	ctx, c.round = context.WithCancel(c.ctx)
	draft, choice := c.draft, session.Choice{Encryption: c.override(), Overwrite: c.overwrite}
	loop.Fetch(ctx, c.app.loop, func(context.Context) (transfer.Plan, error) { return draft(choice), nil }, c.planned)
}

// planned shows the plan of what is chosen.
func (c *Confirm) planned(p transfer.Plan, err error) {
	first := !c.shown
	start := c.starting && err == nil && c.knows(p)
	c.planning, c.plan, c.err, c.shown, c.starting = false, p, err, err == nil, false
	if c.choice == AsRules {
		c.ruled = encrypts(p.Jobs)
	}
	if c.Op == transfer.Download && first {
		c.ready()
	}
	if start {
		c.Start()
	}
	c.changed()
}

// knows reports whether a plan overwrites, refuses and warns of nothing that the
// user was not shown.
func (c *Confirm) knows(p transfer.Plan) bool {
	return within(p.Existing, c.plan.Existing) && within(p.Refused, c.plan.Refused) && within(p.Warnings, c.plan.Warnings)
}

func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(one T) bool { return !slices.Contains(all, one) })
}

// survey is the question to the session.
func (c *Confirm) survey() func(context.Context) (session.Draft, error) {
	s, paths, what, to, into := c.session, c.paths, c.what, c.to, c.into
	if c.Op == transfer.Download {
		o := session.DownloadOptions{As: c.As}
		return func(ctx context.Context) (session.Draft, error) { return s.DraftDownload(ctx, what, into, o) }
	}
	return func(ctx context.Context) (session.Draft, error) {
		return s.DraftUpload(ctx, paths, to, session.UploadOptions{})
	}
}

// ready begins a download that needs no answer, and asks about any other.
func (c *Confirm) ready() {
	switch {
	case c.err != nil:
		c.app.problem(c.err)
		c.close()
	case len(c.plan.Existing)+len(c.plan.Refused)+len(c.plan.Warnings) > 0 || len(c.plan.Jobs) == 0:
		c.show()
	default:
		c.Start()
	}
}

// Overwrite is what happens to files that are there already.
func (c *Confirm) Overwrite() transfer.Overwrite { return c.overwrite }

// SetOverwrite chooses what happens to files that are there already.
func (c *Confirm) SetOverwrite(o transfer.Overwrite) {
	if o != c.overwrite {
		c.overwrite = o
		c.replan()
		c.changed()
	}
}

// WhyNotStart says why it cannot begin, "" when it can.
func (c *Confirm) WhyNotStart() string {
	switch {
	case c.closed:
		return i18n.T("It has begun.")
	case c.planning && !c.shown:
		return i18n.T("The files are still being looked at.")
	case c.err != nil:
		return explain.Error(c.err).Title
	case c.KeyProblem() != "":
		return c.KeyProblem()
	case len(c.plan.Jobs) == 0 && !c.planning:
		return i18n.T("There is nothing left to transfer.")
	}
	return ""
}

// Start hands the plan over to the transfers: the one of what is chosen now. While
// that is still being made after a change of the choice, it begins as soon as it
// is there, unless it holds what the user has not seen.
func (c *Confirm) Start() {
	if c.WhyNotStart() != "" {
		return
	}
	if c.planning {
		c.starting = true
		return
	}
	c.closed = true // a plan is handed over once, however often the button is pressed
	plan, engine := c.plan, c.session.Transfers()
	loop.Do(c.app.ctx, c.app.loop, func(context.Context) error {
		_, err := engine.Submit(slices.Values(plan.Jobs))
		return err
	}, func(err error) {
		c.app.problem(err)
		c.app.Transfers.Refresh()
	})
	c.finish()
}

// Cancel gives up; nothing has happened.
func (c *Confirm) Cancel() { c.close() }

func (c *Confirm) close() {
	if !c.closed {
		c.closed = true
		c.finish()
	}
}

func (c *Confirm) finish() {
	c.stop()
	if c.OnClose != nil {
		c.OnClose()
	}
}

func (c *Confirm) changed() {
	if c.OnChange != nil && !c.closed {
		c.OnChange()
	}
}

// Target is where the files go, as people read it.
func (c *Confirm) Target() string {
	if c.Op == transfer.Download {
		return filepath.Clean(c.into)
	}
	return c.to.String()
}
