package settings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

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

// DefaultDir is the folder used when nobody names one: $BUCKETSEAL_CONFIG_DIR,
// else bucketseal in the user's configuration folder (XDG Base Directory
// Specification, or what Windows and macOS have for it).
func DefaultDir() string {
	if dir := os.Getenv(DirVariable); dir != "" {
		return dir
	}
	return filepath.Join(xdg.ConfigHome, "bucketseal")
}

// A Store is the settings in one folder. It keeps nothing in memory: every
// call reads the disk. Safe for concurrent use, by goroutines and by
// processes. All calls may block on the disk.
type Store struct {
	dir  string
	wait time.Duration
}

// Open names the folder; "" is DefaultDir. The folder is made, with mode 0700,
// by the first change.
func Open(dir string) (*Store, error) {
	if dir == "" {
		dir = DefaultDir()
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the settings folder: %w", err)
	}
	switch st, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("open the settings folder: %w", err)
	case !st.IsDir():
		return nil, fmt.Errorf("open the settings folder: %s is a file: name a folder, or move the file away", dir)
	}
	return &Store{dir: dir, wait: durable.LockTimeout}, nil
}

// Dir is the folder, as an absolute path.
func (s *Store) Dir() string { return s.dir }

// Path is where a file is, or will be after the first change.
func (s *Store) Path(f File) string { return filepath.Join(s.dir, string(f)) }

// Reset removes a file, so that it begins anew: no accounts, no rules, default
// preferences. What was in it is kept aside first, and named in the result; ""
// where there was nothing. It is for a user who has seen a DamagedError and
// said so.
func (s *Store) Reset(f File) (aside string, err error) {
	switch f {
	case AccountsFile, RulesFile, PreferencesFile:
	default:
		return "", fmt.Errorf("reset %q: there is no such settings file", f)
	}
	err = s.locked(f, func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, nil
		}
		if aside, err = durable.KeepAside(s.Path(f), old); err != nil {
			return nil, fmt.Errorf("reset %s: it was left as it is, since no copy could be kept aside: %w", f, err)
		}
		return nil, nil
	})
	return aside, err
}

// Revision names the content of a file as it is on disk: another revision is
// another content, "" is no file. Compare it with an earlier one to learn
// whether someone else changed the file.
func (s *Store) Revision(f File) (string, error) {
	b, err := durable.Read(s.Path(f))
	if err != nil || b == nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

func (s *Store) locked(f File, change func(old []byte) ([]byte, error)) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.wait)
	defer cancel()
	return durable.Update(ctx, s.Path(f), change)
}
