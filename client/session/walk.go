package session

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A walk looks at what an upload is given: it reads directories, and asks
// whether files can be read. It keeps none of what it tells of.
type walk struct {
	to      client.Location
	options UploadOptions
	// found is told of each file in the order met; what it returns ends the walk.
	found func(SourceFile) error

	skipped []Skipped
	roots   []client.Location // the objects and folders that will be written
}

// add looks at what one path names.
func (w *walk) add(ctx context.Context, path string) error {
	if w.options.From != nil {
		target := client.Location{Bucket: w.to.Bucket, Key: w.options.As}
		w.roots = append(w.roots, target)
		return w.tell(SourceFile{From: transfer.Place{Stream: path}, Target: target, ContentType: typeOf(w.options.As)})
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return client.Say("find %s: %v", path, err).Err()
	}
	root, name := filepath.Dir(path), filepath.Base(path)
	keys := naming{root: root, under: w.to.Folder()}
	target := keys.of(name)
	if w.options.As != "" {
		target = client.Location{Bucket: w.to.Bucket, Key: w.options.As}
	}
	stat, err := os.Stat(path)
	if err != nil {
		return w.refuse(path, target, localReason(err))
	}
	if !stat.IsDir() {
		w.roots = append(w.roots, target)
		return w.file(path, stat, target)
	}
	folder := target.Folder()
	if w.options.Contents {
		folder, keys, name = w.to.Folder(), naming{root: path, under: w.to.Folder()}, ""
	}
	w.roots = append(w.roots, folder)
	return w.tree(ctx, path, name, keys)
}

// file looks at one file.
func (w *walk) file(path string, stat os.FileInfo, to client.Location) error {
	if transfer.IsPart(filepath.Base(path)) {
		w.leave(client.Say("left out, since a download that was cut off has left it"), path)
		return nil
	}
	if !stat.Mode().IsRegular() {
		return w.refuse(path, to, client.Say("it is no ordinary file (a device, pipe or socket)"))
	}
	f, err := sniff(path, stat)
	if err != nil {
		return w.refuse(path, to, localReason(err))
	}
	f.Target = to
	return w.tell(f)
}

// tell tells of a file that can be sent. Only a stream has to be found again by its id.
func (w *walk) tell(f SourceFile) error {
	if f.From.Stream != "" {
		f.ID = rand.Text()
	}
	return w.found(f)
}

// refuse tells of a path that cannot be sent, and why.
func (w *walk) refuse(path string, to client.Location, why client.Text) error {
	return w.found(SourceFile{From: transfer.ReadFrom(path), Target: to, Why: why})
}

// leave notes what does not go up and is no failure.
func (w *walk) leave(why client.Text, what string) {
	for i := range w.skipped {
		if s := &w.skipped[i]; s.Why.Equal(why) {
			if s.Count++; len(s.Paths) < mostNamed {
				s.Paths = append(s.Paths, what)
			}
			return
		}
	}
	w.skipped = append(w.skipped, Skipped{why, 1, []string{what}})
}
