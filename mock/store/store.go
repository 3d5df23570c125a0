// Package store keeps the buckets, objects and multipart uploads of the local
// endpoint in one folder: records in a bbolt file, bodies as files of their own,
// sealed by mock/seal. It knows no HTTP and no XML.
//
// What it promises: a body is on disk before its record is committed, and the
// record appears at once or not at all, so that a crash or a race leaves the old
// object or the new one, never a mixture; memory stays flat whatever the size of
// a body; an encrypted object's plaintext is nowhere in the folder; a changed or
// shortened body fails to read ([ErrCorrupt]).
//
// What it refuses: to return a sealed body without its key, a second process on
// the same folder, a folder whose root key is missing or another's, object keys
// of more than 1024 bytes.
//
// All methods are safe for concurrent use. The layout on disk and what exactly is
// authenticated stand in docs/mock-at-rest.md.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// Options opens a store. The zero value is usable and durable.
type Options struct {
	// Fast skips every fsync. For tests: a crash of the machine may lose data.
	Fast bool

	// KMS returns the wrapper behind a KMS key id, exactly as the id stands in
	// Sealing.KeyID (resolve aliases before). Its errors reach the caller of Put,
	// Open, CreateUpload, PutPart and CompleteUpload wrapped with %w. It is never
	// called inside a transaction. Nil means that no KMS mode can be used.
	KMS func(ctx context.Context, keyID string) (seal.KeyWrapper, error)

	// Now is the clock, time.Now when nil.
	Now func() time.Time

	// MinPartSize is the least size in bytes of every part but the last, 5 MiB
	// when zero, none when negative.
	MinPartSize int64

	// MD5ETags makes the ETag the MD5 of the plaintext under SSE-KMS and SSE-C too,
	// as Ceph does. It tells whoever reads the records whether two objects are the
	// same, which is why S3 does not do it.
	MD5ETags bool

	// RandomETags makes it random under every mode, MD5ETags notwithstanding: the
	// MD5 costs more time than all the rest of a large Put.
	RandomETags bool
}

const (
	defaultMinPartSize = 5 << 20
	formatVersion      = "1"
	formatVersioned    = "2" // some bucket was versioned: see SetVersioning
	lockWait           = time.Second
)

// Store is an open data folder. Make one with [Open].
type Store struct {
	dir  string
	opts Options
	db   *bolt.DB
	root *seal.Key
	pins pins
}

// Open opens the store in dir, making the folder (0700) when it is not there, and
// sweeps bodies that no record mentions. It fails when another process has it open.
func Open(dir string, opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.MinPartSize == 0 {
		opts.MinPartSize = defaultMinPartSize
	}
	s := &Store{dir: dir, opts: opts}
	for _, d := range []string{dir, s.bodyDir(), s.tempDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	db, err := bolt.Open(filepath.Join(dir, "records.db"), 0o600, &bolt.Options{
		Timeout: lockWait, NoSync: opts.Fast, FreelistType: bolt.FreelistMapType,
	})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("open store %s: another process has it open", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	s.db = db
	if err := s.prepare(); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return s, nil
}

// prepare brings an opened folder into a state to work with.
func (s *Store) prepare() error {
	if err := s.unlock(); err != nil {
		return err
	}
	return s.sweep()
}

// unlock finds the root key and judges whether it belongs to the records: a lost
// key file must not be replaced by a new one, which could open nothing.
func (s *Store) unlock() error {
	path := filepath.Join(s.dir, "root.key")
	var format, check []byte
	err := s.db.View(func(tx *bolt.Tx) error {
		if meta := tx.Bucket(bMeta); meta != nil {
			format = append(format, meta.Get([]byte("format"))...)
			check = append(check, meta.Get([]byte("root"))...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if format != nil {
		if f := string(format); f != formatVersion && f != formatVersioned {
			return fmt.Errorf("records are of format %q, this program knows %q and %q", format, formatVersion, formatVersioned)
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("the root key is missing, nothing sealed can be read; put %s back: %w", path, err)
		}
	}
	if s.root, err = seal.OpenRootKey(path); err != nil {
		return err
	}
	message := []byte("root key of this folder")
	if format != nil {
		if s.root.Derive("folder check").CheckTag(message, check) != nil {
			return fmt.Errorf("%s is not the root key of this folder", path)
		}
		return nil
	}
	if err := s.syncDir(s.dir); err != nil {
		return err
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bMeta, bBuckets, bContent, bObjectParts, bUploadParts} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bMeta)
		if err := meta.Put([]byte("root"), s.root.Derive("folder check").Tag(message)); err != nil {
			return err
		}
		return meta.Put([]byte("format"), []byte(formatVersion))
	})
}

// Close waits for running transactions and releases the folder.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// RootKey returns a key derived from the folder's root key for another purpose of
// the same endpoint, e.g. RootKey("kms keystore").
func (s *Store) RootKey(label string) *seal.Key { return s.root.Derive("for " + label) }

// Dir is the folder the store was opened in.
func (s *Store) Dir() string { return s.dir }

func (s *Store) now() time.Time { return s.opts.Now().UTC().Truncate(time.Millisecond) }
