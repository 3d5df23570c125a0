package session

import (
	"context"
	"crypto/rand"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// DownloadOptions say what a download is made of.
type DownloadOptions struct {
	VersionID string // of a single object
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

// A DownloadSurvey is what was found at the server and on the disk before
// anything is decided.
type DownloadSurvey struct {
	Jobs  []transfer.Job  // all but what is chosen
	There map[string]bool // paths of the files that are there already; nil where nobody asked
}

// Treat says what a download of what was found would do with this choice. It is
// pure, as that of an upload; an encryption is none of its business.
func (d *DownloadSurvey) Treat(c Choice) (p transfer.Plan) {
	for _, j := range d.Jobs {
		j.Overwrite = c.overwrite()
		p.Jobs = append(p.Jobs, j)
		p.Bytes += max(0, j.Expect.Size)
		if j.Expect.Size < 0 {
			p.Untold++
		}
		if d.There[j.To.String()] {
			p.Existing = append(p.Existing, j.From.At)
		}
	}
	return p
}

// downloads lists folders, names the files and finds the keys of what needs one. The
// jobs come in pieces; an error is the last that comes.
func (s *Session) downloads(ctx context.Context, what []client.Object, into string, o DownloadOptions) iter.Seq2[[]transfer.Job, error] {
	return func(yield func([]transfer.Job, error) bool) {
		root, found, err := s.named(ctx, what, into, o)
		s.Give(o.Key)
		set, noRules := s.RuleSet(ctx)
		for size := firstPiece; err == nil && len(found) > 0; size = min(2*size, largestPiece) {
			n := min(size, len(found))
			jobs := make([]transfer.Job, n)
			for i := range jobs {
				jobs[i] = s.downloadOf(found[i], root, o)
			}
			// Rules that cannot be read hide keys, which the server will ask for; they
			// decide nothing about a download.
			if o.Key.IsZero() && noRules == nil {
				err = s.unlock(ctx, set, jobs)
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || !yield(jobs, nil) {
				break
			}
			found = found[n:]
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// A listed is an object as far as its download needs to know it: there may be many.
type listed struct {
	at       client.Location
	size     int64
	etag     string
	modified time.Time
	name     string // below the root, with slashes; until all are known as the key spells it
}

// named lists folders and names the files, below root.
func (s *Session) named(ctx context.Context, what []client.Object, into string, o DownloadOptions) (root string, found []listed, err error) {
	if root, err = filepath.Abs(into); err != nil {
		return "", nil, &client.Error{Op: "download", Kind: client.KindLocal, Err: err}
	}
	if found, err = s.expand(ctx, what, o); err != nil {
		return "", nil, err
	}
	keys := make([]string, len(found))
	for i := range found {
		keys[i] = found[i].name
	}
	for i, name := range transfer.Names(keys) {
		found[i].name = name
	}
	if o.As != "" && len(found) == 1 {
		root, found[0].name = resolved(root, o.As)
	}
	return root, found, nil
}

// downloadOf is the job of one object.
func (s *Session) downloadOf(l listed, root string, o DownloadOptions) transfer.Job {
	j := transfer.Job{
		Op:   transfer.Download,
		From: transfer.ObjectAt(s.account.ID, l.at, o.VersionID), To: transfer.WriteTo(root, l.name),
		Expect:      transfer.Expect{Size: l.size, ETag: l.etag, Modified: l.modified},
		AcceptStale: o.AcceptStale,
	}
	j.From.CustomerKeyMD5 = o.Key.MD5()
	if o.Into != nil {
		j.ID, j.To = rand.Text(), transfer.Place{Stream: o.As}
		s.engine.Attach(j.ID, transfer.Stream{Take: o.Into})
	}
	return j
}

// lookForExisting finds which files are there already.
func (d *DownloadSurvey) lookForExisting() {
	d.There = map[string]bool{}
	for _, j := range d.Jobs {
		if _, err := os.Lstat(j.To.String()); err == nil && j.To.Stream == "" {
			d.There[j.To.String()] = true
		}
	}
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
func (s *Session) expand(ctx context.Context, what []client.Object, o DownloadOptions) (found []listed, err error) {
	err = s.below(ctx, what, o.Contents, func(of client.Object, name string) {
		if of.Size == 0 && (name == "" || strings.HasSuffix(name, "/")) {
			return // a marker of an empty folder, no file
		}
		found = append(found, listed{of.At, of.Size, of.ETag, of.Modified, name})
	})
	return found, err
}

// below gives objects, and all that is in folders, each with the name it has below a
// target: from the folder's own name on, or with contents from what is in it on.
func (s *Session) below(ctx context.Context, what []client.Object, contents bool, each func(client.Object, string)) error {
	for _, w := range what {
		if !w.IsFolder {
			each(w, w.At.Base())
			continue
		}
		folder := w.At.Folder()
		strip := len(folder.Key)
		if !contents && folder.Key != "" {
			strip = len(folder.Parent().Key)
		}
		if err := s.walk(ctx, folder, func(o client.Object) { each(o, o.At.Key[strip:]) }); err != nil {
			return err
		}
	}
	return nil
}
