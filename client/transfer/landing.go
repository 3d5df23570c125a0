package transfer

import (
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A landing gives verified files their final names, many at once: what comes while
// one group is under way is the next. First the bytes of all are brought to the disk,
// then each file is named, then the names are brought there, once for each folder. So
// a name never stands over bytes that a power cut took, and what that costs is shared.
// Groups are of one top folder each: nobody waits for the disk of another. Safe for
// concurrent use.
type landing struct {
	disk disk.Disk

	mu      sync.Mutex
	waiting map[string][]*lander // by top folders; there as long as one has a group under way
}

// A lander is a file that waits for its name.
type lander struct {
	target   *target
	modified time.Time
	err      error
	done     chan struct{}
}

// fewFiles is up to how many are synced one by one: to sync the whole file system
// brings the bytes of others to the disk as well.
const fewFiles = 4

// land returns when a file has its name, and the name is on the disk.
func (l *landing) land(t *target, modified time.Time) error {
	one := &lander{target: t, modified: modified, done: make(chan struct{})}
	l.mu.Lock()
	if l.waiting == nil {
		l.waiting = map[string][]*lander{}
	}
	waiting, busy := l.waiting[t.top]
	l.waiting[t.top] = append(waiting, one)
	if !busy {
		go l.run(t.top)
	}
	l.mu.Unlock()
	t.calls.Begin()
	defer t.calls.End()
	<-one.done
	return one.err
}

// run lands groups of one folder until nobody waits.
func (l *landing) run(top string) {
	for {
		l.mu.Lock()
		group := l.waiting[top]
		if len(group) == 0 {
			delete(l.waiting, top)
			l.mu.Unlock()
			return
		}
		l.waiting[top] = nil
		l.mu.Unlock()
		l.sync(group)
		allAtOnce(group, func(one *lander) error { return one.target.rename(one.modified) })
		l.syncFolders(group)
		for _, one := range group {
			close(one.done)
		}
	}
}

// sync brings the bytes of a group to the disk.
func (l *landing) sync(group []*lander) {
	if len(group) > fewFiles && l.disk.SyncAll(folders(group)) == nil {
		return
	}
	allAtOnce(group, func(one *lander) error {
		if err := one.target.file.Sync(); err != nil {
			return one.target.failed(err)
		}
		return nil
	})
}

// syncFolders brings the names to the disk. It is as good as the system offers: the
// bytes are there, so its failure is none of the files'.
func (l *landing) syncFolders(group []*lander) {
	all := folders(group)
	if len(all) > fewFiles && l.disk.SyncAll(all) == nil {
		return
	}
	for _, f := range all {
		_ = f.Sync()
	}
}

// folders are those of a group, each once.
func folders(group []*lander) (all []disk.Folder) {
	seen := map[string]bool{}
	for _, one := range group {
		where := filepath.Join(one.target.top, path.Dir(one.target.name))
		if one.err == nil && !seen[where] {
			seen[where] = true
			all = append(all, disk.Bare(one.target.folder))
		}
	}
	return all
}

// allAtOnce does something for those of a group with which nothing went wrong yet.
func allAtOnce(group []*lander, do func(*lander) error) {
	var all sync.WaitGroup
	for _, one := range group {
		if one.err == nil {
			all.Go(func() { one.err = do(one) })
		}
	}
	all.Wait()
}
