package settings

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/adrg/xdg"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// A File is one of the files of a Store.
type File string

// The files, by their names in the folder.
const (
	AccountsFile    File = "accounts.json"
	RulesFile       File = "rules.json"
	PreferencesFile File = "preferences.json"
)

// A DamagedError names a file that cannot be understood and the copy of it
// kept aside. Its text says what to do.
type DamagedError = durable.DamagedError

// A NewerError names a file that a newer Bucketseal wrote.
type NewerError = durable.NewerError

// ErrBusy says that another process held a file's lock for longer than one
// waits.
var ErrBusy = durable.ErrBusy

// DirVariable is the environment variable that names the folder instead of
// the default.
const DirVariable = "BUCKETSEAL_CONFIG_DIR"

// place finds the folder: the one named, $BUCKETSEAL_CONFIG_DIR, else bucketseal
// in the user's configuration folder (XDG Base Directory Specification, or what
// Windows and macOS have for it). named reports whether somebody chose it.
func place(dir string) (path string, named bool, err error) {
	if dir == "" {
		dir = os.Getenv(DirVariable)
	}
	if dir == "" {
		if err := home(); err != nil {
			return "", false, err
		}
		return filepath.Join(xdg.ConfigHome, "bucketseal"), false, nil
	}
	path, err = filepath.Abs(dir)
	if err != nil {
		return "", true, client.Say("find the settings folder: %v", err).Err()
	}
	return path, true, nil
}

// home refuses to guess where settings are for a user without a home folder.
func home() error {
	if runtime.GOOS == "windows" || os.Getenv("XDG_CONFIG_HOME") != "" {
		return nil
	}
	h := os.Getenv("HOME")
	if h == "" {
		return client.Say("HOME is not set, so the settings cannot be found: set it, or name their folder with --config-dir or %s", DirVariable).Err()
	}
	if _, err := os.Stat(h); err != nil {
		return client.Say("the home folder cannot be opened, so the settings are not known: mount it, or name the settings folder with --config-dir or %s: %v", DirVariable, err).Err()
	}
	return nil
}

// A Store is the settings in one folder. It keeps nothing in memory but that
// there was something: every call reads the disk. Safe for concurrent use, by
// goroutines and by processes. All calls may block on the disk.
type Store struct {
	dir      string
	named    bool // somebody chose it
	files    durable.Files
	wait     time.Duration
	expected atomic.Bool // the folder was named, or was there once: it must be there
	sawRules atomic.Bool // rules were read or saved in this run
}

// Open finds the folder; "" is the one of the environment, or the user's own.
// A folder that somebody named must be there: a NoFolderError says so. The
// user's own is made, with mode 0700, by the first change.
func Open(dir string) (*Store, error) { return OpenOn(durable.System{}, dir) }

// A Disk is where a Store writes.
type Disk = durable.Disk

// OpenOn is Open with another disk than the system's to write on: tests fail its
// steps in turn (package faults).
func OpenOn(disk Disk, dir string) (*Store, error) {
	dir, named, err := place(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, named: named, files: durable.Files{Disk: disk}, wait: durable.LockTimeout}
	switch st, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist) && named:
		return nil, &NoFolderError{dir}
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, client.Say("open the settings folder: %v", err).Err()
	case !st.IsDir():
		return nil, client.Say("open the settings folder: %s is a file: name a folder, or move the file away", dir).Err()
	default:
		s.expected.Store(true)
	}
	return s, nil
}

// Make is Open for whoever is about to write settings: it makes the folder.
func Make(dir string) (*Store, error) {
	path, _, err := place(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, client.Say("make the settings folder: %v", err).Err()
	}
	return Open(dir)
}

// Dir is the folder, as an absolute path.
func (s *Store) Dir() string { return s.dir }

// StateDir is the folder for what nobody sets: the settings' own where somebody chose
// that, so that one folder holds all; else bucketseal in the user's state folder
// ($XDG_STATE_HOME, or what Windows and macOS have for it).
func (s *Store) StateDir() string {
	if s.named {
		return s.dir
	}
	return filepath.Join(xdg.StateHome, "bucketseal")
}

// EarlierUploads is the folder in which versions before the ledger of transfers wrote
// down the uploads they had open; "" where the settings are of somebody's choice, since
// those were not with them.
func (s *Store) EarlierUploads() string {
	if s.named {
		return ""
	}
	return filepath.Join(s.StateDir(), "uploads")
}

// Path is where a file is, or will be after the first change.
func (s *Store) Path(f File) string { return filepath.Join(s.dir, string(f)) }

// Reset makes a file begin anew: no accounts, no rules, default preferences.
// What was in it is kept aside first, and named in the result; "" where there
// was nothing. It is for a user who has seen a DamagedError or a GoneError and
// said so.
func (s *Store) Reset(f File) (aside string, err error) {
	empty := map[File]func() ([]byte, error){AccountsFile: accounts.blank, RulesFile: ruleList.blank, PreferencesFile: preferencesDocument.blank, KeysFile: keptKeys.blank}[f]
	if empty == nil {
		return "", client.Say("reset %q: there is no such settings file", f).Err()
	}
	err = s.locked(f, func(old []byte) ([]byte, error) {
		if old != nil {
			if aside, err = s.files.KeepAside(s.Path(f), old); err != nil {
				return nil, client.Say("reset %s: it was left as it is, since no copy could be kept aside: %v", f, err).Err()
			}
		}
		return empty()
	})
	return aside, err
}

// locked changes a file that others may not.
func (s *Store) locked(f File, change func(old []byte) ([]byte, error)) error {
	if err := s.check(f); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.wait)
	defer cancel()
	return s.files.Update(ctx, s.Path(f), change)
}
