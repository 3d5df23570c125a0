// Package faults is a disk and a keyring of which one change fails, each in its
// turn; for tests only.
//
// A test runs one job again and again ([Each]): first with every change to disk
// and keyring carried out, which counts them, then with the first one failing,
// then the second, to the last. Each fails in two ways: with an error, after
// which the program goes on and may clean up, and as if the program had died
// there, after which nothing it does reaches disk or keyring any more. What is
// left is then for a new run to find: open the same folder again without faults.
package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// ErrFault is the error of the change that fails, and of all after it where the
// program died.
var ErrFault = errors.New("the disk or the keyring does not do it, as the test asked")

// A Run is one run of a program. It is the durable.Disk that settings.OpenOn and
// keychain.Options.Disk take. Safe for concurrent use.
type Run struct {
	mu    sync.Mutex
	at    int // which change fails, counted from 0; -1 is none
	dies  bool
	steps []string
}

// Each runs job with every change carried out, and then with each failing in
// turn. What shall not fail, as the preparation, is done without the Run; what
// job checks at its end may depend on whether run.Failed().
func Each(t *testing.T, job func(t *testing.T, run *Run)) {
	t.Helper()
	whole := &Run{at: -1}
	if !t.Run("nothing fails", func(t *testing.T) { job(t, whole) }) {
		return
	}
	if len(whole.steps) == 0 {
		t.Fatal("the job changes nothing on the disk or in the keyring of the run")
	}
	for at, step := range whole.steps {
		for _, how := range []string{"fails", "is where the program dies"} {
			t.Run(fmt.Sprintf("step %d, %s, %s", at+1, step, how), func(t *testing.T) {
				run := &Run{at: at, dies: how != "fails"}
				job(t, run)
				if !run.Failed() {
					t.Errorf("the job took other steps this time: %q, not %q", run.steps, whole.steps)
				}
			})
		}
	}
}

// Failed reports whether the change that was to fail was reached.
func (r *Run) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at >= 0 && len(r.steps) > r.at
}

// Steps are the changes so far, by what they do, without names that differ from
// run to run.
func (r *Run) Steps() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.steps)
}

// step is called before each change. now is that it is this very one that
// fails.
func (r *Run) step(what string) (now bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := len(r.steps)
	r.steps = append(r.steps, what)
	if r.at < 0 || at < r.at || at > r.at && !r.dies {
		return false, nil
	}
	return at == r.at, fmt.Errorf("%s: %w", what, ErrFault)
}

// do takes a step.
func (r *Run) do(what string, change func() error) error {
	if _, err := r.step(what); err != nil {
		return err
	}
	return change()
}

var _ durable.Disk = (*Run)(nil)

// MakeFolder makes a folder.
func (r *Run) MakeFolder(path string) error {
	return r.do("make the folder", func() error { return durable.System{}.MakeFolder(path) })
}

// Lock locks a file. A lock that is held is given back also by a program that
// died.
func (r *Run) Lock(ctx context.Context, path string) (unlock func(), err error) {
	err = r.do("lock "+name(path), func() error {
		unlock, err = durable.System{}.Lock(ctx, path)
		return err
	})
	return unlock, err
}

// Create makes a file.
func (r *Run) Create(path string) (made durable.File, err error) {
	err = r.do("create "+name(path), func() error {
		made, err = durable.System{}.Create(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	return file{r, made, name(path)}, nil
}

// Rename renames a file.
func (r *Run) Rename(from, to string) error {
	return r.do("rename to "+name(to), func() error { return durable.System{}.Rename(from, to) })
}

// Remove removes a file.
func (r *Run) Remove(path string) error {
	return r.do("remove "+name(path), func() error { return durable.System{}.Remove(path) })
}

// SyncFolder makes what was done in a folder durable.
func (r *Run) SyncFolder(path string) error {
	return r.do("sync the folder", func() error { return durable.System{}.SyncFolder(path) })
}
