package session

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// DownloadOptions narrow a download.
type DownloadOptions struct {
	Overwrite transfer.Overwrite // "" is always
	VersionID string             // of a single object
	// As is the exact file name for a single object; "" is its own.
	As string
	// Into is given the bytes of the single object, once they are verified, instead
	// of a file; As is only what that is called then: standard output, a pipe.
	Into func(io.Reader) error
	// Contents puts what is in a folder straight into the target, without the
	// folder's own name.
	Contents bool
	// AcceptStale is transfer.Job's.
	AcceptStale bool
	// Key opens the objects; zero lets the rules find it.
	Key client.CustomerKey
}

// PlanDownload says what downloading objects and folders into a folder of
// this machine would do. Names that a file system cannot hold are escaped
// (transfer.Names); nothing is written yet.
func (s *Session) PlanDownload(ctx context.Context, what []client.Object, into string, o DownloadOptions) (transfer.Plan, error) {
	root, err := filepath.Abs(into)
	if err != nil {
		return transfer.Plan{}, &client.Error{Op: "download", Kind: client.KindLocal, Err: err}
	}
	if o.Overwrite == "" {
		o.Overwrite = transfer.OverwriteAlways
	}
	found, names, err := s.expand(ctx, what, o)
	if err != nil {
		return transfer.Plan{}, err
	}
	var plan transfer.Plan
	safe := transfer.Names(names)
	if o.As != "" && len(safe) == 1 {
		root, safe[0] = resolved(root, o.As)
	}
	for i, object := range found {
		plan.Bytes += object.Bytes()
		if !object.SizeTold() {
			plan.Untold++
		}
		plan.Jobs = append(plan.Jobs, transfer.Job{
			ID: rand.Text(), Op: transfer.Download, Remote: object.At, Root: root, Name: safe[i],
			Local: filepath.Join(root, filepath.FromSlash(safe[i])), Size: object.Size, Modified: object.Modified,
			Read: client.ReadOptions{VersionID: o.VersionID, Key: o.Key}, Overwrite: o.Overwrite, AcceptStale: o.AcceptStale,
		})
		if o.Into != nil {
			j := &plan.Jobs[i]
			j.Root, j.Name, j.Local, j.Into = os.TempDir(), "stream", o.As, o.Into
			continue
		}
		if o.Overwrite == transfer.OverwriteAlways {
			if _, err := os.Lstat(plan.Jobs[i].Local); err == nil {
				plan.Existing = append(plan.Existing, object.At)
			}
		}
	}
	if !o.Key.IsZero() {
		return plan, nil
	}
	return plan, s.unlock(ctx, plan.Jobs)
}

// resolved is where the file that somebody named is: a link they named stays one,
// and the file it leads to is written, wherever that is.
func resolved(root, name string) (string, string) {
	path := filepath.Join(root, filepath.FromSlash(name))
	if st, err := os.Lstat(path); err == nil && st.Mode()&os.ModeSymlink != 0 {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(real), filepath.Base(real)
		}
	}
	return root, name
}

// expand lists folders and gives each object with the name it has below the
// target, still as the key spells it.
func (s *Session) expand(ctx context.Context, what []client.Object, o DownloadOptions) (found []client.Object, names []string, err error) {
	for _, w := range what {
		if !w.IsFolder {
			found, names = append(found, w), append(names, w.At.Base())
			continue
		}
		folder := w.At.Folder()
		strip := len(folder.Key)
		if !o.Contents && folder.Key != "" {
			strip = len(folder.Parent().Key)
		}
		err := s.walk(ctx, folder, func(o client.Object) {
			if o.Size == 0 && strings.HasSuffix(o.At.Key, "/") {
				return // a marker of an empty folder, no file
			}
			found, names = append(found, o), append(names, o.At.Key[strip:])
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return found, names, nil
}
