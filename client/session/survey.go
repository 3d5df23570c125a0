package session

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"

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
}

// A SourceFile is a file that an upload was given, or that is in a folder it was
// given. It was opened once, which proves that it can be read.
type SourceFile struct {
	ID          string // of the job it becomes
	From        transfer.Place
	Target      client.Location
	Expect      transfer.Expect
	ContentType string
	// Why it cannot be sent; zero where it can.
	Why client.Text
}

// A Skipped is what is not uploaded for one reason.
type Skipped struct {
	Why   client.Text
	Paths []string
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

// survey looks at the disk: it reads directories and the first bytes of files. A
// stream is given to the engine for its job.
func (s *Session) survey(ctx context.Context, paths []string, to client.Location, o UploadOptions) (*UploadSurvey, error) {
	u := &UploadSurvey{account: s.account.ID}
	for _, path := range paths {
		if err := u.add(ctx, path, to, o); err != nil {
			return nil, err
		}
	}
	for _, f := range u.Files {
		if f.From.Stream != "" {
			s.engine.Attach(f.ID, transfer.Stream{Open: o.From})
		}
	}
	return u, nil
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
	ask(lookAlike, func() { u.LookAlikes = s.lookAlikes(ctx, targets) })
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

// add looks at what one path names.
func (u *UploadSurvey) add(ctx context.Context, path string, to client.Location, o UploadOptions) error {
	if o.From != nil {
		target := client.Location{Bucket: to.Bucket, Key: o.As}
		u.roots = append(u.roots, target)
		u.found(SourceFile{From: transfer.Place{Stream: path}, Target: target, ContentType: typeOf(o.As)})
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return client.Say("find %s: %v", path, err).Err()
	}
	root, name := filepath.Dir(path), filepath.Base(path)
	keys := naming{root: root, under: to.Folder()}
	target := keys.of(name)
	if o.As != "" {
		target = client.Location{Bucket: to.Bucket, Key: o.As}
	}
	stat, err := os.Stat(path)
	if err != nil {
		u.refuse(path, target, localReason(err))
		return nil
	}
	if !stat.IsDir() {
		u.roots = append(u.roots, target)
		u.file(path, stat, target)
		return nil
	}
	folder := target.Folder()
	if o.Contents {
		folder, keys, name = to.Folder(), naming{root: path, under: to.Folder()}, ""
	}
	u.roots = append(u.roots, folder)
	return u.tree(ctx, path, name, keys)
}

// file looks at one file.
func (u *UploadSurvey) file(path string, stat os.FileInfo, to client.Location) {
	if transfer.IsPart(filepath.Base(path)) {
		u.leave(client.Say("left out, since a download that was cut off has left it"), path)
		return
	}
	if !stat.Mode().IsRegular() {
		u.refuse(path, to, client.Say("it is no ordinary file (a device, pipe or socket)"))
		return
	}
	f, err := sniff(path, stat)
	if err != nil {
		u.refuse(path, to, localReason(err))
		return
	}
	f.Target = to
	u.found(f)
}

func (u *UploadSurvey) found(f SourceFile) {
	f.ID = rand.Text()
	u.Files = append(u.Files, f)
}

// refuse notes a path that cannot be sent, and why.
func (u *UploadSurvey) refuse(path string, to client.Location, why client.Text) {
	u.Files = append(u.Files, SourceFile{From: transfer.ReadFrom(path), Target: to, Why: why})
}

// leave notes what does not go up and is no failure.
func (u *UploadSurvey) leave(why client.Text, what string) {
	for i := range u.Skipped {
		if u.Skipped[i].Why.Equal(why) {
			u.Skipped[i].Paths = append(u.Skipped[i].Paths, what)
			return
		}
	}
	u.Skipped = append(u.Skipped, Skipped{why, []string{what}})
}
