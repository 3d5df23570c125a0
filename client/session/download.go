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
	There map[string]bool // ids of jobs whose files are there already; nil where nobody asked
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
		if d.There[j.ID] {
			p.Existing = append(p.Existing, j.From.At)
		}
	}
	return p
}

// surveyDownload lists folders, names the files and finds the keys of what needs
// one.
func (s *Session) surveyDownload(ctx context.Context, what []client.Object, into string, o DownloadOptions) (*DownloadSurvey, error) {
	root, err := filepath.Abs(into)
	if err != nil {
		return nil, &client.Error{Op: "download", Kind: client.KindLocal, Err: err}
	}
	found, names, err := s.expand(ctx, what, o)
	if err != nil {
		return nil, err
	}
	safe := transfer.Names(names)
	if o.As != "" && len(safe) == 1 {
		root, safe[0] = resolved(root, o.As)
	}
	d := &DownloadSurvey{Jobs: make([]transfer.Job, len(found))}
	for i, object := range found {
		d.Jobs[i] = transfer.Job{
			ID: rand.Text(), Op: transfer.Download,
			From: transfer.ObjectAt(s.account.ID, object.At, o.VersionID), To: transfer.WriteTo(root, safe[i]),
			Expect:      transfer.Expect{Size: object.Size, ETag: object.ETag, Modified: object.Modified},
			AcceptStale: o.AcceptStale,
		}
		j := &d.Jobs[i]
		j.From.CustomerKeyMD5 = o.Key.MD5()
		if o.Into != nil {
			j.To = transfer.Place{Stream: o.As}
			s.engine.Attach(j.ID, transfer.Stream{Take: o.Into})
		}
	}
	if s.Give(o.Key); !o.Key.IsZero() {
		return d, nil
	}
	return d, s.unlock(ctx, d.Jobs)
}

// lookForExisting finds which files are there already.
func (d *DownloadSurvey) lookForExisting() {
	d.There = map[string]bool{}
	for _, j := range d.Jobs {
		if _, err := os.Lstat(j.To.String()); err == nil && j.To.Stream == "" {
			d.There[j.ID] = true
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
