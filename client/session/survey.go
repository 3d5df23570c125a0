package session

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// An UploadSurvey is what was found on the disk and at the server before anything
// is decided: a plan is made of it for any choice, without asking either again
// (see [UploadSurvey.Treat]).
type UploadSurvey struct {
	Files   []SourceFile // the files, in the order met
	Skipped []Skipped    // what does not go up and is no failure

	// What the server said, each zero where nobody asked.
	Existing   Existing
	Default    client.Reported          // what the bucket does with uploads that ask for nothing
	LookAlikes map[client.Location]bool // objects there whose names look like those of targets

	account string            // id of the account whose objects they become
	roots   []client.Location // the objects and folders that will be written
	alike   int               // names that the server was asked about because they look like those of targets
}

// A SourceFile is a file that an upload was given, or that is in a folder it was
// given. This user may read it, as far as the system says so before.
type SourceFile struct {
	ID          string // of the job it becomes, "" where it needs none
	From        transfer.Place
	Target      client.Location
	Expect      transfer.Expect
	ContentType string // "" where its name tells nothing
	// Why it cannot be sent; zero where it can.
	Why client.Text
}

// A Skipped is what is not uploaded for one reason: how many, and the first few.
type Skipped struct {
	Why   client.Text
	Count int
	Paths []string // mostNamed at most
}

// UploadOptions say what an upload is made of.
type UploadOptions struct {
	// From opens contents to upload instead of the only path, which is then only
	// what they are called: standard input, a pipe. As is needed with it.
	From func() (io.ReadCloser, error)
	// As is the exact key for a single file; "" is its own name in the folder.
	As string
	// Contents puts what is in a folder straight into the target, without the
	// folder's own name.
	Contents bool
}

// survey looks at the disk: it reads directories.
func (s *Session) survey(ctx context.Context, paths []string, to client.Location, o UploadOptions) (*UploadSurvey, error) {
	u := &UploadSurvey{account: s.account.ID}
	w, err := s.look(ctx, paths, to, o, func(f SourceFile) error {
		u.Files = append(u.Files, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	u.Skipped, u.roots = w.skipped, w.roots
	return u, nil
}

// look walks what paths name, and tells of each file as it is met. A stream is
// given to the engine for its job.
func (s *Session) look(ctx context.Context, paths []string, to client.Location, o UploadOptions, found func(SourceFile) error) (*walk, error) {
	w := &walk{to: to, options: o, found: func(f SourceFile) error {
		if f.From.Stream != "" {
			s.engine.Attach(f.ID, transfer.Stream{Open: o.From})
		}
		return found(f)
	}}
	for _, path := range paths {
		if err := w.add(ctx, path); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// A question is one that a survey asks the server.
type question int

const (
	isThere question = 1 << iota // which targets are there already
	byDefault
	lookAlike
)

// ask asks the server what a plan may hang on, all at once. What cannot be
// found out is no failure: it is not known.
func (s *Session) ask(ctx context.Context, u *UploadSurvey, to client.Location, what question) {
	var all errgroup.Group
	ask := func(q question, about func()) {
		if what&q != 0 {
			all.Go(func() error { about(); return nil })
		}
	}
	targets := u.targets()
	ask(isThere, func() { u.Existing = s.existing(ctx, targets, u.roots) })
	ask(byDefault, func() { u.Default, _ = s.store.DefaultEncryption(ctx, to.Bucket) }) // not told is nothing to warn of
	ask(lookAlike, func() { u.LookAlikes = s.lookAlikes(ctx, targets, &u.alike) })
	_ = all.Wait() // no question fails
}

// targets are the objects that may be written.
func (u *UploadSurvey) targets() (all []client.Location) {
	for _, f := range u.Files {
		if f.Why.IsZero() {
			all = append(all, f.Target)
		}
	}
	return all
}
