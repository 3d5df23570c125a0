package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// UploadOptions narrow an upload.
type UploadOptions struct {
	// Encryption is asked for every file, over the rules; nil lets them decide.
	Encryption client.Encryption
	Overwrite  transfer.Overwrite // "" is always
	// LookForExisting fills Plan.Existing in, for whoever shows it: it takes
	// requests.
	LookForExisting bool
	// From opens contents to upload instead of the only path, which is then only
	// what they are called: standard input, a pipe. As is needed with it.
	From func() (io.ReadCloser, error)
	// As is the exact key for a single file; "" is its own name in the folder.
	As string
	// Contents puts what is in a folder straight into the target, without the
	// folder's own name.
	Contents bool
}

// PlanUpload says what uploading files and folders into a folder would do. It
// reads directories and the first bytes of files, and asks the server what is
// there already where that is wanted; it changes nothing.
func (s *Session) PlanUpload(ctx context.Context, paths []string, to client.Location, o UploadOptions) (transfer.Plan, error) {
	set, err := s.RuleSet(ctx)
	if err != nil {
		return transfer.Plan{}, err
	}
	if o.Overwrite == "" {
		o.Overwrite = transfer.OverwriteAlways
	}
	u := &uploadPlanner{set: set, o: o, left: map[string][]string{}}
	for _, path := range paths {
		if err := u.add(ctx, path, to); err != nil {
			return transfer.Plan{}, err
		}
	}
	if o.LookForExisting && o.Overwrite == transfer.OverwriteAlways {
		if u.plan.Existing, err = s.existing(ctx, u.plan.Jobs, u.roots); err != nil {
			u.plan.Warnings = append(u.plan.Warnings, "whether files with these names are there already could not be found out: "+err.Error())
		}
	}
	u.warnLeft()
	s.warnWeaker(ctx, &u.plan)
	s.warnLookAlikes(ctx, set, &u.plan)
	return u.plan, nil
}

// uploadPlanner collects one plan.
type uploadPlanner struct {
	set   rules.Set
	o     UploadOptions
	plan  transfer.Plan
	roots []client.Location // the objects and folders that will be written

	reasons []string            // why something is left out, in the order met
	left    map[string][]string // what, by the reason
}

func (u *uploadPlanner) add(ctx context.Context, path string, to client.Location) error {
	if u.o.From != nil {
		target := client.Location{Bucket: to.Bucket, Key: u.o.As}
		u.roots = append(u.roots, target)
		u.decide(transfer.Job{Local: path, From: u.o.From}, typeOf(u.o.As), target)
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("find %s: %w", path, err)
	}
	root, name := filepath.Dir(path), filepath.Base(path)
	keys := naming{root: root, under: to.Folder()}
	target := keys.of(name)
	if u.o.As != "" {
		target = client.Location{Bucket: to.Bucket, Key: u.o.As}
	}
	stat, err := os.Stat(path)
	if err != nil {
		u.refuse(path, target, 0, client.KindLocal, localReason(err))
		return nil
	}
	if !stat.IsDir() {
		u.roots = append(u.roots, target)
		u.file(path, stat, target)
		return nil
	}
	folder := target.Folder()
	if u.o.Contents {
		folder, keys, name = to.Folder(), naming{root: path, under: to.Folder()}, ""
	}
	u.roots = append(u.roots, folder)
	return u.tree(ctx, path, name, keys)
}

// file decides one file.
func (u *uploadPlanner) file(path string, stat os.FileInfo, to client.Location) {
	if transfer.IsPart(filepath.Base(path)) {
		u.leave("left out, since a download that was cut off has left it", path)
		return
	}
	if !stat.Mode().IsRegular() {
		u.refuse(path, to, 0, client.KindLocal, "it is no ordinary file (a device, pipe or socket)")
		return
	}
	contentType, lies, err := sniff(path, stat)
	if err != nil {
		u.refuse(path, to, 0, client.KindLocal, localReason(err))
		return
	}
	j := transfer.Job{Local: path, Size: stat.Size(), Modified: stat.ModTime()}
	if lies {
		j.From = func() (io.ReadCloser, error) { return os.Open(path) }
	}
	u.decide(j, contentType, to)
}

// decide completes the job of a file, or refuses it.
func (u *uploadPlanner) decide(j transfer.Job, contentType string, to client.Location) {
	d := u.set.Decide(rules.File{Size: j.Size, Override: u.o.Encryption}, to)
	if d.Refuse != "" {
		u.refuse(j.Local, to, d.Rule, client.KindRefused, d.Refuse)
		return
	}
	d.Put.ContentType = contentType
	j.ID, j.Op, j.Remote, j.Overwrite = rand.Text(), transfer.Upload, to, u.o.Overwrite
	j.Put, j.Rule, j.Because = d.Put, d.Rule, d.Because
	u.plan.Bytes += j.Size
	u.plan.Jobs = append(u.plan.Jobs, j)
}

func (u *uploadPlanner) refuse(path string, to client.Location, rule int, kind client.Kind, reason string) {
	u.plan.Refused = append(u.plan.Refused, transfer.Refusal{Source: path, Target: to, Rule: rule, Kind: kind, Reason: reason})
}

// leave notes what does not go up and is no failure.
func (u *uploadPlanner) leave(why, what string) {
	if u.left[why] == nil {
		u.reasons = append(u.reasons, why)
	}
	u.left[why] = append(u.left[why], what)
}

// mostNamed is how many of what is left out for one reason are named.
const mostNamed = 5

// warnLeft says what does not go up.
func (u *uploadPlanner) warnLeft() {
	for _, why := range u.reasons {
		what := u.left[why]
		text := strings.Join(what[:min(len(what), mostNamed)], ", ")
		if more := len(what) - mostNamed; more > 0 {
			text += fmt.Sprintf(" (+%d)", more)
		}
		u.plan.Warnings = append(u.plan.Warnings, why+": "+text)
	}
}

// localReason is what the system says of a file, without the path, which is
// shown beside it.
func localReason(err error) string {
	switch {
	case os.IsNotExist(err):
		return "there is no such file"
	case os.IsPermission(err):
		return "this user may not read it"
	}
	if e, ok := err.(*os.PathError); ok { //nolint:errorlint // the outermost is the one whose path is cut
		return e.Err.Error()
	}
	return err.Error()
}

// sniff opens the file, which also proves that it can be read, and says what
// it holds: by its name where that is telling, else by its first bytes. lies: it
// has contents and its size says none, as files of /proc do.
func sniff(path string, stat os.FileInfo) (contentType string, lies bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	contentType = mime.TypeByExtension(filepath.Ext(path))
	if contentType != "" && stat.Size() > 0 {
		return contentType, false, nil
	}
	first := make([]byte, 3072)
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", false, err
	}
	if contentType == "" {
		contentType = mimetype.Detect(first[:n]).String()
	}
	return contentType, stat.Size() == 0 && n > 0, nil
}

// typeOf is what the name of an object says it holds.
func typeOf(key string) string { return mime.TypeByExtension(path.Ext(key)) }

// warnWeaker says when a plan asks a bucket for less than its default gives.
func (s *Session) warnWeaker(ctx context.Context, p *transfer.Plan) {
	buckets := map[string]client.Reported{}
	warned := map[string]bool{}
	for _, j := range p.Jobs {
		asked := client.TypeOf(j.Put.Encryption)
		if asked == client.TypeInherit || warned[j.Remote.Bucket] {
			continue
		}
		byDefault, ok := buckets[j.Remote.Bucket]
		if !ok {
			byDefault, _ = s.store.DefaultEncryption(ctx, j.Remote.Bucket) // not told is nothing to warn of
			buckets[j.Remote.Bucket] = byDefault
		}
		if byDefault.Told && strength(asked) < strength(byDefault.Type) {
			warned[j.Remote.Bucket] = true
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s asks for %s, which is weaker than the bucket's default, %s",
				j.Remote.Bucket, client.Describe(j.Put.Encryption), byDefault.Describe()))
		}
	}
}

// strength orders the types by who must fail before the bytes are readable:
// the store alone, the store and the key service, both in two layers. SSE-C
// stands beside KMS: the key is not at the server at all.
func strength(t client.EncryptionType) int {
	switch t {
	case client.TypeSSES3:
		return 1
	case client.TypeSSEKMS, client.TypeSSEC:
		return 2
	case client.TypeDSSEKMS:
		return 3
	}
	return 0
}
