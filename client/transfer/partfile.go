package transfer

import (
	"crypto/rand"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// PartSuffix ends the name of a download's temporary file, which is beside
// its target and begins with a dot. Such files are left only by a program that
// was killed.
const PartSuffix = ".bucketseal-part"

// staleAfter is how long a temporary file that nobody holds is left alone: its
// owner may be a program on another machine, whose lock is not seen here.
const staleAfter = 24 * time.Hour

// partName is a name for the temporary file of a download called base.
func partName(base string) string {
	return "." + cut(base, 100) + "." + rand.Text()[:8] + PartSuffix
}

var partNames = regexp.MustCompile(`(?s)^\..+\.[A-Z2-7]{8}` + regexp.QuoteMeta(PartSuffix) + `$`)

// IsPart reports whether a file is called like a download's temporary file. Such
// files are never uploaded: they are no file of anybody's, and not whole.
func IsPart(name string) bool { return partNames.MatchString(name) }

// cut keeps at most n bytes of s, and whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// sweep removes the temporary files which downloads that were killed left in the
// target's folder, once in a run for each folder, and says so. What cannot be
// looked at or removed stays for the next time: it hinders nothing.
func (e *Engine) sweep(t *target) {
	folder := path.Dir(t.name)
	if _, done := e.swept.LoadOrStore(filepath.Join(t.top, folder), true); done {
		return
	}
	names, _ := t.folder.Names() // as far as it can be read
	var removed []string
	for _, name := range names {
		if IsPart(name) && e.isAbandoned(t.folder, name) && t.folder.Remove(name) == nil {
			removed = append(removed, name)
		}
	}
	if len(removed) > 0 {
		e.note(client.Say("removed from %s what downloads that were cut off had left: %s",
			filepath.Join(t.top, filepath.FromSlash(folder)), strings.Join(removed, ", ")))
	}
}

// isAbandoned reports whether a temporary file is old, held by nobody, and not one
// that a download goes on with.
func (e *Engine) isAbandoned(folder disk.Folder, name string) bool {
	st, err := folder.Lstat(name)
	if err != nil || !st.Mode().IsRegular() || e.cfg.Now().Sub(st.ModTime()) < staleAfter {
		return false
	}
	if kept, err := e.cfg.Journal.Keeps(name); kept || err != nil {
		return false
	}
	f, err := folder.Reopen(name)
	if err != nil {
		return false
	}
	_ = f.Close() // only looked at
	return true
}

// note tells people what is no failure and yet worth knowing.
func (e *Engine) note(text client.Text) {
	if e.cfg.Note != nil {
		e.cfg.Note(text)
	}
}

// umask is what the system takes from the modes of new files.
var umask = fs.FileMode(readUmask())
