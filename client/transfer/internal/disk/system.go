package disk

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// A System is the file systems of this machine as they are. The zero value is ready.
type System struct {
	mu   sync.Mutex
	open []*folder // the one used last at the end; those that somebody uses and a few more
}

var _ Disk = (*System)(nil)

// mostIdle is how many folders stay open that nobody uses.
const mostIdle = 32

// Open opens a folder, or gives the one that is open.
func (s *System) Open(root, name string) (Folder, error) {
	path := filepath.Join(root, filepath.FromSlash(name))
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.find(root, path); f != nil {
		f.users++
		return &use{folder: f}, nil
	}
	f, err := openFolder(root, name)
	if err != nil {
		return nil, err
	}
	f.system, f.path, f.users = s, path, 1
	s.open = append(s.open, f)
	return &use{folder: f}, nil
}

// find is the open folder of a path, if it is still the one that is there. The caller
// holds the mutex.
func (s *System) find(root, path string) *folder {
	i := slices.IndexFunc(s.open, func(f *folder) bool { return f.path == path && f.top == root })
	if i < 0 {
		return nil
	}
	f := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	if there, err := os.Stat(path); err != nil || !os.SameFile(there, f.info) {
		f.forgotten = true
		f.closeUnused()
		return nil
	}
	s.open = append(s.open, f)
	return f
}

// Rest closes the folders that nobody uses.
func (s *System) Rest() { s.close(0) }

// close closes folders that nobody uses but for the last few.
func (s *System) close(but int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeIdle(but)
}

func (s *System) closeIdle(but int) {
	idle := 0
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].users > 0 {
			continue
		}
		if idle++; idle > but {
			s.open[i].closeUnused()
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
}

// SyncAll syncs each file system once.
func (s *System) SyncAll(folders []Folder) error {
	var done []*folder
	for _, each := range folders {
		u, ok := each.(*use)
		if !ok {
			return errors.ErrUnsupported
		}
		if slices.ContainsFunc(done, func(f *folder) bool { return sameSystem(f.info, u.info) }) {
			continue
		}
		if err := syncAll(u.dir); err != nil {
			return err
		}
		done = append(done, u.folder)
	}
	return nil
}
