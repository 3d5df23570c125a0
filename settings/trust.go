package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// An UntrustedError names a settings file, or the folder it is in, that
// somebody else owns or may write: who can change rules decides what is
// encrypted, and who can change accounts gets their secrets. Nothing is read
// from there.
type UntrustedError struct {
	Path string
	Why  client.Text // what is wrong
	Do   client.Text // what to do
}

func (e *UntrustedError) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *UntrustedError) Text() client.Text {
	return client.Say("%s %v, who could change what is encrypted and where secrets go: nothing is read from it; %v", e.Path, e.Why, e.Do)
}

// A NoFolderError says that the settings folder is not there. That must not
// mean "no rules": its name may be mistyped, or its disk not mounted.
type NoFolderError struct{ Dir string }

func (e *NoFolderError) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *NoFolderError) Text() client.Text {
	return client.Say("the settings folder %s is not there, and the rules and accounts in it would be missed: correct --config-dir or %s, or mount its disk; 'accounts add', 'rules add' and 'rules import' make it",
		e.Dir, DirVariable)
}

// check refuses a folder that was there, or was named, and is not, and a folder
// or file that others may change.
func (s *Store) check(f File) error {
	st, err := os.Stat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.expected.Load():
		return &NoFolderError{s.dir}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return client.Say("open the settings folder: %v", err).Err()
	}
	s.expected.Store(true)
	if err := trust(s.dir, st); err != nil {
		return err
	}
	file, err := durable.Real(s.Path(f))
	if err != nil {
		return client.Say("read %s: %v", f, err).Err()
	}
	if folder := filepath.Dir(file); folder != s.dir {
		// Behind a link: whoever may write there can replace the file.
		if st, err := os.Stat(folder); err == nil && st.Mode()&fs.ModeSticky == 0 {
			if err := trust(folder, st); err != nil {
				return err
			}
		}
	}
	if st, err := os.Stat(file); err == nil {
		return trust(file, st)
	}
	return nil
}
