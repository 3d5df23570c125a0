package seal

import (
	"crypto/md5" // the S3 protocol's fingerprint of a customer key, not a defence
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
)

// CustomerKey is the 32 byte key of an SSE-C request. The zero value is "no key
// given". It prints as "redacted" in every format and is never stored.
type CustomerKey struct {
	key *Key
}

// NewCustomerKey copies 32 raw bytes; [ErrKeyLength] otherwise.
func NewCustomerKey(raw []byte) (CustomerKey, error) {
	k, err := NewKey(raw)
	return CustomerKey{key: k}, err
}

// IsZero tells that no key was given.
func (c CustomerKey) IsZero() bool { return c.key == nil }

// MD5 is the base64 of the MD5 of the raw key, as S3 echoes it in
// x-amz-server-side-encryption-customer-key-MD5; empty when no key was given.
func (c CustomerKey) MD5() string {
	if c.key == nil {
		return ""
	}
	sum := md5.Sum(c.key.bytes())
	return base64.StdEncoding.EncodeToString(sum[:])
}

// CustomerProof is what is kept instead of a customer key: enough to tell another
// key from the right one, too little to find it. Salt is 32 random bytes, Check an
// HMAC under a key derived from the customer's key and the salt.
type CustomerProof struct {
	Salt  []byte `json:"salt"`
	Check []byte `json:"check"`
}

const customerCheck = "bucketseal/1 this is the customer key"

// Prove returns the proof to keep and the wrapper to wrap the data key under. Not
// for the zero value.
func (c CustomerKey) Prove() (CustomerProof, KeyWrapper) {
	salt := make([]byte, KeyLen)
	_, _ = rand.Read(salt) // never fails
	check := derive(c.key.bytes(), salt, "customer check").Tag([]byte(customerCheck))
	return CustomerProof{Salt: salt, Check: check}, derive(c.key.bytes(), salt, "customer kek")
}

// Wrapper returns the wrapper of the right key, [ErrWrongCustomerKey] for another.
func (p CustomerProof) Wrapper(c CustomerKey) (KeyWrapper, error) {
	if len(p.Salt) != KeyLen {
		return nil, fmt.Errorf("customer key proof: %w", ErrCorrupt)
	}
	if c.key == nil || derive(c.key.bytes(), p.Salt, "customer check").CheckTag([]byte(customerCheck), p.Check) != nil {
		return nil, ErrWrongCustomerKey
	}
	return derive(c.key.bytes(), p.Salt, "customer kek"), nil
}

// String says "redacted".
func (c CustomerKey) String() string { return redacted }

// Format says "redacted" for every verb.
func (c CustomerKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON says "redacted".
func (c CustomerKey) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue says "redacted".
func (c CustomerKey) LogValue() slog.Value { return slog.StringValue(redacted) }
