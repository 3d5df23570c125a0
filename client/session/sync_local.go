package session

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// A localTree walks a folder of this machine in the order of the keys that its files
// have as objects. Links are not followed. It belongs to one goroutine.
type localTree struct {
	root    string // absolute, and no link itself
	missing bool   // nothing is there yet
	names   map[string][]string

	yield  func(treesync.Entry, error) bool
	left   []string // links and devices, the first few
	more   int      // others
	unread error    // why it is not whole, the first reason
}

// openLocalTree finds a folder. A source has to be there.
func openLocalTree(at string, isSource bool) (*localTree, error) {
	root, err := filepath.Abs(at)
	if err != nil {
		return nil, &client.Error{Op: "sync", Kind: client.KindLocal, Err: err}
	}
	real, err := filepath.EvalSymlinks(root) // the one link that is followed: somebody named it
	switch {
	case err == nil:
		root = real
	case errors.Is(err, fs.ErrNotExist) && !isSource:
		return &localTree{root: root, missing: true}, nil
	default:
		return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: err}
	}
	if stat, err := os.Stat(root); err != nil || !stat.IsDir() {
		return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: client.Say("%s is not a folder", root).Err()}
	}
	return &localTree{root: root}, nil
}

func (t *localTree) tree(ctx context.Context) treesync.Tree {
	sum := func(ctx context.Context, e *treesync.Entry, by client.ChecksumAlgorithm) (client.Checksum, error) {
		return transfer.SumOf(ctx, filepath.Join(t.root, filepath.FromSlash(e.Name)), by)
	}
	return treesync.Tree{Sum: sum, Entries: func(yield func(treesync.Entry, error) bool) {
		if t.missing {
			return
		}
		t.yield = yield
		err := t.folder(ctx, "", "")
		if err == nil && t.unread != nil {
			err = &client.Error{Op: "read", Kind: client.KindLocal, Err: t.unread}
		}
		if err != nil && !errors.Is(err, fs.SkipAll) {
			yield(treesync.Entry{}, err)
		}
	}}
}

// An item is what a folder holds, as the folder of a key sees it.
type item struct {
	name   string // below the root, with slashes
	key    string // that of a folder ends in "/"
	entry  os.DirEntry
	folder bool
}

// folder walks the folder called name, whose key, "" or ending in "/", is given.
func (t *localTree) folder(ctx context.Context, name, key string) error {
	items, err := t.items(name, key)
	if err != nil {
		t.fail(name, err)
		if key == "" {
			return nil // told at the end
		}
		return t.tell(treesync.Entry{Key: key, Kind: treesync.Closed, Why: localReason(err)})
	}
	for i, it := range items {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if i > 0 && it.key == items[i-1].key {
			t.fail(it.name, client.Say("another file has the same key, %s", it.key).Err())
			continue
		}
		if err := t.item(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// item tells of one item, and of all it holds.
func (t *localTree) item(ctx context.Context, it item) error {
	e := treesync.Entry{Key: it.key, Name: it.name}
	switch {
	case it.folder:
		e.Kind = treesync.Folder
		if err := t.tell(e); err != nil {
			return err
		}
		return t.folder(ctx, it.name, it.key)
	case transfer.IsPart(it.entry.Name()):
		return nil // what a download of ours left
	case !it.entry.Type().IsRegular():
		return t.leave(e, client.Say("it is a link, a device, a pipe or a socket"))
	}
	stat, err := it.entry.Info()
	switch {
	case errors.Is(err, fs.ErrNotExist): // it went while the folder was read
		return nil
	case err != nil:
		t.fail(it.name, err)
		return t.leave(e, localReason(err))
	case !stat.Mode().IsRegular(): // it became something else
		return t.leave(e, client.Say("it is a link, a device, a pipe or a socket"))
	}
	e.Kind, e.Size, e.Modified, e.Dated = treesync.File, stat.Size(), stat.ModTime(), stat.ModTime()
	return t.tell(e)
}

// leave tells of what is not looked into.
func (t *localTree) leave(e treesync.Entry, why client.Text) error {
	if len(t.left) < mostNamed {
		t.left = append(t.left, e.Name)
	} else {
		t.more++
	}
	e.Kind, e.Why = treesync.Closed, why
	return t.tell(e)
}

func (t *localTree) tell(e treesync.Entry) error {
	if !t.yield(e, nil) {
		return fs.SkipAll
	}
	return nil
}

// fail notes that the tree is not whole.
func (t *localTree) fail(name string, why error) {
	if t.unread == nil {
		t.unread = client.Say("%s: %v; so not all that is there is known", filepath.Join(t.root, filepath.FromSlash(name)), localReason(why)).Err()
	}
}

// items are what a folder holds, in the order of the keys.
func (t *localTree) items(name, key string) ([]item, error) {
	entries, err := os.ReadDir(filepath.Join(t.root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	items := make([]item, 0, len(entries))
	for _, e := range entries {
		items = t.take(items, name, key, e)
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.key, b.key) })
	return items, nil
}

// take takes an entry of the folder called name in, if its key lies just in the folder
// of that key: a name too long for a file was spread over folders by its download, and
// belongs to the folder where it begins.
func (t *localTree) take(items []item, name, key string, e os.DirEntry) []item {
	it := item{name: path.Join(name, e.Name()), entry: e, folder: e.IsDir()}
	it.key = t.keyOf(it.name, it.folder)
	rest, below := strings.CutPrefix(it.key, key)
	if below && !strings.Contains(strings.TrimSuffix(rest, "/"), "/") {
		items = append(items, it)
	}
	if it.folder && transfer.GoesOn(e.Name()) {
		for _, more := range t.entries(it.name) {
			if transfer.GoesOnFrom(more.Name()) {
				items = t.take(items, it.name, key, more)
			}
		}
	}
	return items
}

// entries are those of a folder; of one that cannot be read there are none, which is
// told where it is walked.
func (t *localTree) entries(name string) []os.DirEntry {
	entries, _ := os.ReadDir(filepath.Join(t.root, filepath.FromSlash(name)))
	return entries
}

// keyOf is the key of a file or folder, below the root.
func (t *localTree) keyOf(name string, isFolder bool) string {
	switch {
	case isFolder && !strings.Contains(name, "%"):
		return name + "/"
	case !strings.Contains(name, "%"): // nothing is escaped
		return name
	case isFolder: // a file in it says how the folder is called
		return strings.TrimSuffix(transfer.KeyOf(name+"/-", t.beside), "-")
	}
	return transfer.KeyOf(name, t.beside)
}

// beside are the names in a folder, those of folders with "/" at their end. The last few
// folders are remembered: each name that holds a % asks for those beside it.
func (t *localTree) beside(folder string) []string {
	const most = 64
	if names, known := t.names[folder]; known {
		return names
	}
	if t.names == nil || len(t.names) >= most {
		t.names = map[string][]string{}
	}
	names := naming{root: t.root}.beside(folder)
	t.names[folder] = slices.Clip(names)
	return t.names[folder]
}

// note says what was left alone, zero for nothing.
func (t *localTree) note() client.Text {
	if len(t.left) == 0 {
		return client.Text{}
	}
	l := Skipped{Count: len(t.left) + t.more, Paths: t.left}
	return client.Say("left alone on both sides, since they are links or no ordinary files: %s", l.names())
}
