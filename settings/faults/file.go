package faults

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// name is a file's name without the random end of a temporary one.
func name(path string) string {
	before, _, _ := strings.Cut(filepath.Base(path), ".tmp-")
	return before
}

// file is being written in a Run.
type file struct {
	run  *Run
	made durable.File
	name string
}

// Write writes, or half of it where it is what fails, as on a disk that is full.
func (f file) Write(b []byte) (int, error) {
	now, err := f.run.step("write " + f.name)
	if err == nil {
		return f.made.Write(b)
	}
	if !now {
		return 0, err
	}
	n, werr := f.made.Write(b[:len(b)/2])
	return n, errors.Join(err, werr)
}

// Sync brings what was written to the disk.
func (f file) Sync() error { return f.run.do("sync "+f.name, f.made.Sync) }

// Close closes the file, also where that fails: a dead program holds none open.
func (f file) Close() error {
	_, err := f.run.step("close " + f.name)
	return errors.Join(err, f.made.Close())
}
