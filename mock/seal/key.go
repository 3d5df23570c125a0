package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
)

const (
	redacted = "redacted"

	// wrapVersion is the first byte of everything Wrap returns, so that another
	// recipe can be told apart later.
	wrapVersion = 1
)

// Key is a 32 byte key held in memory, either a data key or a key encryption key;
// as the latter it is a [KeyWrapper]. It prints as "redacted" in every format. Make
// one with [NewKey], [GenerateKey], [OpenRootKey] or Derive.
//
// The bytes hide behind a function because fmt looks through pointers in unexported
// fields, where it calls no Format method; of a function it prints the address.
type Key struct{ raw func() *[KeyLen]byte }

var _ KeyWrapper = (*Key)(nil)

// NewKey makes a key of 32 raw bytes, which it copies; [ErrKeyLength] otherwise.
func NewKey(raw []byte) (*Key, error) {
	if len(raw) != KeyLen {
		return nil, ErrKeyLength
	}
	return newKey([KeyLen]byte(raw)), nil
}

func newKey(raw [KeyLen]byte) *Key {
	return &Key{raw: func() *[KeyLen]byte { return &raw }}
}

// GenerateKey returns a new random key.
func GenerateKey() *Key {
	var raw [KeyLen]byte
	_, _ = rand.Read(raw[:]) // crypto/rand.Read never fails: it ends the program instead
	return newKey(raw)
}

// Derive returns the key for another purpose (HKDF-SHA256 with the label as
// info), so that one root key serves several uses without their mixing.
func (k *Key) Derive(label string) *Key { return derive(k.bytes(), nil, label) }

func derive(secret, salt []byte, label string) *Key {
	raw, err := hkdf.Key(sha256.New, secret, salt, "bucketseal/1 "+label, KeyLen)
	if err != nil {
		panic(err) // only for more than 255 hash lengths of output
	}
	return newKey([KeyLen]byte(raw))
}

func (k *Key) bytes() []byte { return k.raw()[:] }

// Bytes returns a copy of the raw key, for wrapping it under another key.
func (k *Key) Bytes() []byte { return append([]byte(nil), k.bytes()...) }

func (k *Key) aead() cipher.AEAD {
	block, err := aes.NewCipher(k.bytes())
	if err != nil {
		panic(err) // only for another key length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for another block length
	}
	return aead
}

// Wrap implements [KeyWrapper] for secrets of any length: a version byte, a
// random 96 bit nonce, AES-256-GCM ciphertext and tag.
func (k *Key) Wrap(dek, aad []byte) ([]byte, error) {
	return k.aead().Seal([]byte{wrapVersion}, nil, dek, aad), nil
}

// Unwrap implements [KeyWrapper].
func (k *Key) Unwrap(wrapped, aad []byte) ([]byte, error) {
	if len(wrapped) == 0 || wrapped[0] != wrapVersion {
		return nil, fmt.Errorf("unwrap key: unknown format: %w", ErrCorrupt)
	}
	dek, err := k.aead().Open(nil, nil, wrapped[1:], aad)
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", ErrCorrupt)
	}
	return dek, nil
}

// Tag authenticates a message which is stored in the clear (HMAC-SHA256).
func (k *Key) Tag(message []byte) []byte {
	mac := hmac.New(sha256.New, k.bytes())
	mac.Write(message)
	return mac.Sum(nil)
}

// CheckTag says in constant time whether tag is that of message; [ErrCorrupt].
func (k *Key) CheckTag(message, tag []byte) error {
	if !hmac.Equal(k.Tag(message), tag) {
		return fmt.Errorf("check tag: %w", ErrCorrupt)
	}
	return nil
}

// String says "redacted".
func (k Key) String() string { return redacted }

// Format says "redacted" for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON says "redacted".
func (k Key) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue says "redacted".
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }
