package seal

import (
	"errors"
	"fmt"
	"log/slog"
)

var errUnfinished = errors.New("seal: unfinished")

const redacted = "redacted"

// Key is a 32 byte AES-256-GCM key encryption key held in memory. It is a
// [KeyWrapper]. It prints as "redacted" in every format.
type Key struct{ raw [KeyLen]byte }

var _ KeyWrapper = (*Key)(nil)

// NewKey makes a key of 32 raw bytes, which it copies; [ErrKeyLength] otherwise.
func NewKey(raw []byte) (*Key, error) { return nil, errUnfinished }

// GenerateKey returns a new random key.
func GenerateKey() *Key { return nil }

// OpenRootKey reads the root key kept at path, or makes one there (mode 0600)
// when there is none. It refuses a file which others than the owner may read
// (not on Windows) and a file which is not a root key.
func OpenRootKey(path string) (*Key, error) { return nil, errUnfinished }

// Derive returns the key for another purpose (HKDF-SHA256 with the label as
// info), so that one root key serves several uses without their mixing.
func (k *Key) Derive(label string) *Key { return nil }

// Bytes returns a copy of the raw key, for sealing it under another key.
func (k *Key) Bytes() []byte { return nil }

// Wrap implements [KeyWrapper]: random nonce, then AES-256-GCM.
func (k *Key) Wrap(dek, aad []byte) ([]byte, error) { return nil, errUnfinished }

// Unwrap implements [KeyWrapper].
func (k *Key) Unwrap(wrapped, aad []byte) ([]byte, error) { return nil, errUnfinished }

// String and its companions keep the key out of logs and errors.
func (k *Key) String() string { return redacted }

// Format says "redacted" for every verb.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON says "redacted".
func (k *Key) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue says "redacted".
func (k *Key) LogValue() slog.Value { return slog.StringValue(redacted) }
