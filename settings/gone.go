package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// A GoneError says that rules were saved in the folder and that their file is
// no longer there. Until somebody puts it back, or saves rules again, what they
// said is not known.
type GoneError struct {
	Path string // of the rules
	Mark string // the file that remembers them
}

func (e *GoneError) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *GoneError) Text() client.Text {
	return client.Say("%s is gone, in which rules were saved: put it back, or save rules again ('rules add', 'rules import', or Save changes in the window), which begins a new list; to go on without rules, remove %s",
		e.Path, e.Mark)
}

// Unwrap makes it a rules.ErrGone for those who know no files.
func (e *GoneError) Unwrap() error { return rules.ErrGone }

// rulesMark is beside the rules and remembers that there were any.
const rulesMark = ".rules.json.saved"

const rulesMarkText = `Rules for encryption were saved in this folder. While this file is here and
rules.json is not, Bucketseal uploads nothing. Remove it to go on without rules.
`

// gone is the error of rules that were there, in this run or an earlier one,
// and are not; nil where there never were any. Other files may be missing.
func (s *Store) gone(f File) error {
	if f != RulesFile {
		return nil
	}
	mark := filepath.Join(s.dir, rulesMark)
	_, err := os.Lstat(mark)
	if errors.Is(err, fs.ErrNotExist) && !s.sawRules.Load() {
		return nil
	}
	return &GoneError{Path: s.Path(f), Mark: mark}
}

// markRules remembers that rules were saved. It comes after them, so that a
// crash between leaves rules without a mark, which harms nobody, and never the
// reverse. For the same reason a mark that cannot be written does not make a
// failure of the save.
func (s *Store) markRules() {
	_ = s.files.Create(filepath.Join(s.dir, rulesMark), []byte(rulesMarkText))
}
