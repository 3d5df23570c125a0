package durable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A DamagedError names a file that is there and cannot be understood. The
// file stays where it is, so that nothing goes on as if it were empty, and a
// copy is kept aside.
type DamagedError struct {
	Path  string // the file, still in its place
	Aside string // the copy; "" when none could be made
	Err   error  // what is wrong with it
	Kept  error  // why there is no copy; nil when there is one
}

func (e *DamagedError) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *DamagedError) Text() client.Text {
	kept := client.Say("a copy is kept as %s", e.Aside)
	if e.Aside == "" {
		kept = client.Say("no copy could be kept aside (%v)", e.Kept)
	}
	return client.Say("%s is damaged and was left as it is (%v); %v; repair it or put back a good copy, or reset it to begin again with an empty one",
		e.Path, e.Err, kept)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// A NewerError names a file written by a newer Bucketseal. It is neither read
// nor touched.
type NewerError struct {
	Path    string
	Version int // of the file
	Known   int // the newest this program reads
}

func (e *NewerError) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *NewerError) Text() client.Text {
	return client.Say("%s has version %d and this program reads up to %d: it was left as it is; update Bucketseal", e.Path, e.Version, e.Known)
}

// Damaged keeps the content aside and returns the error that names both.
func (f Files) Damaged(path string, content []byte, cause error) *DamagedError {
	e := &DamagedError{Path: path, Err: cause}
	e.Aside, e.Kept = f.KeepAside(path, content)
	return e
}

// KeepAside writes the content beside path as "<name>.damaged-<UTC time>" and
// returns the path of that. The same content is kept once.
func (f Files) KeepAside(path string, content []byte) (string, error) {
	unlock, err := f.Lock(context.Background(), path+".damaged")
	if err != nil {
		return "", err
	}
	defer unlock()
	dir, file := filepath.Split(path)
	for _, k := range beginning(dir, file+".damaged-") {
		if b, err := Read(k); err == nil && bytes.Equal(b, content) {
			return k, nil
		}
	}
	stamp := path + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	name := stamp
	for i := 2; ; i++ { // two in one second
		err := f.Create(name, content)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		name = fmt.Sprintf("%s-%d", stamp, i)
	}
}
