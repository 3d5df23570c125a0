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
// the same folder, keys of more than 1024 bytes.
//
// All methods are safe for concurrent use.
package store

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// Options opens a store. The zero value is usable and durable.
type Options struct {
	// Fast skips every fsync. For tests: a crash of the machine may lose data.
	Fast bool

	// KMS returns the wrapper behind a KMS key id, exactly as the id stands in
	// Sealing.KeyID (resolve aliases before). Its errors reach the caller of Put,
	// Open, CreateUpload, PutPart and CompleteUpload wrapped with %w. Nil means that
	// no KMS mode can be used.
	KMS func(ctx context.Context, keyID string) (seal.KeyWrapper, error)

	// Now is the clock, time.Now when nil.
	Now func() time.Time

	// MinPartSize is the least size in bytes of every part but the last, 5 MiB
	// when zero, none when negative.
	MinPartSize int64
}

// Open opens the store in dir, making the folder (0700) when it is not there, and
// sweeps bodies that no record mentions. It fails when another process has it open.
func Open(dir string, opts Options) (*Store, error) { return nil, errUnfinished }

// Store is an open data folder. Make one with [Open].
type Store struct{}

// Close waits for running transactions and releases the folder.
func (s *Store) Close() error { return errUnfinished }

// RootKey returns a key derived from the folder's root key for another purpose of
// the same endpoint, e.g. RootKey("kms keystore").
func (s *Store) RootKey(label string) *seal.Key { return nil }

// Dir is the folder the store was opened in.
func (s *Store) Dir() string { return "" }
