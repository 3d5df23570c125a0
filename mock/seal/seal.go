// Package seal is the envelope of the local endpoint: data keys, the wrapping
// of data keys, and sealed streams that can be read at any offset. It knows no
// S3: buckets, objects and requests reach it only as bytes to authenticate.
//
// What it promises: every stream is DARE 2.0 (github.com/minio/sio) under
// AES-256-GCM and a key of its own; a changed, shortened, lengthened or swapped
// byte is reported as [ErrCorrupt] and never handed out as plaintext; a wrapped
// key opens only under the same additional data it was wrapped with.
//
// What it refuses: another version of the format or another cipher, keys that
// are not 32 bytes, and to print a key in any form.
package seal

import "errors"

// KeyLen is the length in bytes of every key in this package.
const KeyLen = 32

var (
	// ErrCorrupt says that sealed bytes, or the record that describes them, are
	// not what was written: changed, cut, extended, exchanged, or opened with
	// additional data they were not sealed for.
	ErrCorrupt = errors.New("sealed data is damaged or not authentic")

	// ErrWrongCustomerKey says that the given customer key is not the one the
	// data was sealed with.
	ErrWrongCustomerKey = errors.New("not the customer key this was sealed with")

	// ErrKeyLength says that a key has not exactly 32 bytes.
	ErrKeyLength = errors.New("key must be 32 bytes long")
)

// KeyWrapper wraps data keys under a key encryption key which never leaves it.
// aad is authenticated but not stored: Unwrap needs the very same bytes.
// Safe for concurrent use. An error of Unwrap about the bytes themselves wraps
// [ErrCorrupt]; an error about the key (disabled, deleted) is the wrapper's own
// and passes through this package and mock/store unchanged (errors.As finds it).
type KeyWrapper interface {
	Wrap(dek, aad []byte) (wrapped []byte, err error)
	Unwrap(wrapped, aad []byte) (dek []byte, err error)
}
