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

// Open opens a folder, or gives the one that is open. Nobody waits for the disk of
// another: nothing is asked of one while the mutex is held.
func (s *System) Open(root, name string) (Folder, error) {
	path := filepath.Join(root, filepath.FromSlash(name))
	if f := s.hold(root, path); f != nil {
		if there, err := os.Stat(path); err == nil && os.SameFile(there, f.info) {
			return &use{folder: f}, nil
		}
		s.giveBack(f, true)
	}
	f, err := openFolder(root, name)
	if err != nil {
		return nil, err
	}
	f.system, f.path, f.users = s, path, 1
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.find(root, path); other != nil && os.SameFile(other.info, f.info) { // opened meanwhile
		other.users++
		go f.close()
		return &use{folder: other}, nil
	}
	s.open = append(s.open, f)
	return &use{folder: f}, nil
}

// hold is the open folder of a path, for one more user; nil for none.
func (s *System) hold(root, path string) *folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.find(root, path)
	if f != nil {
		f.users++
	}
	return f
}

// find is the open folder of a path, which becomes the one used last. The caller holds
// the mutex.
func (s *System) find(root, path string) *folder {
	i := slices.IndexFunc(s.open, func(f *folder) bool { return f.path == path && f.top == root })
	if i < 0 {
		return nil
	}
	f := s.open[i]
	s.open = append(slices.Delete(s.open, i, i+1), f)
	return f
}

// giveBack ends one use of a folder. One that is no longer at its path is closed when
// nobody uses it; of the others some stay open.
func (s *System) giveBack(f *folder, isGone bool) {
	s.mu.Lock()
	f.users--
	if isGone {
		f.forgotten = true
		s.open = slices.DeleteFunc(s.open, func(other *folder) bool { return other == f })
	}
	unused := s.takeIdle(mostIdle)
	if f.forgotten && f.users == 0 {
		unused = append(unused, f)
	}
	s.mu.Unlock()
	closeAll(unused)
}

// Rest closes the folders that nobody uses.
func (s *System) Rest() {
	s.mu.Lock()
	unused := s.takeIdle(0)
	s.mu.Unlock()
	closeAll(unused)
}

// takeIdle takes out the folders that nobody uses but for the last few. The caller
// holds the mutex.
func (s *System) takeIdle(but int) (unused []*folder) {
	idle := 0
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].users > 0 {
			continue
		}
		if idle++; idle > but {
			unused = append(unused, s.open[i])
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
	return unused
}

func closeAll(folders []*folder) {
	for _, f := range folders {
		f.close()
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
