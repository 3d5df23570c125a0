package session

import (
	"context"
	"os"
	"path"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// naming says which object a file below root becomes: what a download of ours
// escaped gets its name back.
type naming struct {
	root  string
	under client.Location // a folder
}

// of is the object of the file called name below root, with slashes.
func (n naming) of(name string) client.Location {
	return client.Location{Bucket: n.under.Bucket, Key: n.under.Key + transfer.KeyOf(name, n.beside)}
}

// beside are the names in a folder below root; of one that cannot be read there
// are none, and it is refused where it is walked.
func (n naming) beside(folder string) []string {
	entries, _ := os.ReadDir(filepath.Join(n.root, filepath.FromSlash(folder)))
	names := make([]string, len(entries))
	for i, e := range entries {
		if names[i] = e.Name(); e.IsDir() {
			names[i] += "/"
		}
	}
	return names
}

// A tree is one walk through a folder. Links to folders are followed, as people
// expect of what they choose, but each folder there really is goes up once: under
// its own name where it is in the tree, else under that of the first link.
type tree struct {
	walk   *walk
	naming naming
	// met are the folders that were walked, by their real path, and how each was
	// called; claimed are those whose folders all go up under their own names.
	met     map[string]string
	claimed []string
}

// tree walks the folder at path, called name below the naming's root.
func (w *walk) tree(ctx context.Context, path, name string, n naming) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return w.refuse(path, n.under, localReason(err))
	}
	t := &tree{walk: w, naming: n, met: map[string]string{}, claimed: []string{real}}
	return t.folder(ctx, place{path: path, name: name, real: real})
}

// A place is a folder as the walk came to it.
type place struct {
	path string // by which it is read
	name string // below the naming's root, with slashes
	real string // without links
}

func (t *tree) folder(ctx context.Context, at place) error {
	t.met[at.real] = at.path
	entries, err := os.ReadDir(at.path)
	if err != nil {
		return t.walk.refuse(at.path, t.naming.of(at.name).Folder(), localReason(err))
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		inside := place{filepath.Join(at.path, e.Name()), path.Join(at.name, e.Name()), filepath.Join(at.real, e.Name())}
		if err := t.entry(ctx, at, inside, e.IsDir()); err != nil {
			return err
		}
	}
	return nil
}

// entry looks at what is in a folder at a place. isFolder: it is a real folder, no
// link to one.
func (t *tree) entry(ctx context.Context, at, inside place, isFolder bool) error {
	stat, err := os.Stat(inside.path)
	switch {
	case err != nil:
		return t.walk.refuse(inside.path, t.naming.of(inside.name), localReason(err))
	case !stat.IsDir():
		return t.walk.file(inside.path, stat, t.naming.of(inside.name))
	case !isFolder:
		if walked, err := t.follow(&inside, at); err != nil || !walked {
			return err
		}
	}
	if before, met := t.met[inside.real]; met {
		t.walk.leave(client.Say("not followed, since the folder goes up under another name"), inside.path+" -> "+before)
		return nil
	}
	if !isFolder {
		t.claimed = append(t.claimed, inside.real)
	}
	return t.folder(ctx, inside)
}

// follow finds where a link to a folder leads, and reports whether it is to be
// walked there.
func (t *tree) follow(inside *place, at place) (bool, error) {
	real, err := filepath.EvalSymlinks(inside.path)
	if err != nil {
		return false, t.walk.refuse(inside.path, t.naming.of(inside.name), localReason(err))
	}
	inside.real = real
	if isWithin(at.real, real) {
		return false, t.walk.refuse(inside.path, t.naming.of(inside.name), client.Say("it is a link to a folder it lies in: following it would never end"))
	}
	for _, c := range t.claimed {
		if isWithin(real, c) {
			t.walk.leave(client.Say("not followed, since the folder goes up under its own name"), inside.path+" -> "+real)
			return false, nil
		}
	}
	return true, nil
}

// isWithin reports whether a path is a folder or is in it. Both are absolute.
func isWithin(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
