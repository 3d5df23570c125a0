package seal

import (
	"fmt"
	"log/slog"
)

// CustomerKey is the 32 byte key of an SSE-C request. The zero value is "no key
// given". It prints as "redacted" in every format and is never stored.
type CustomerKey struct {
	raw   [KeyLen]byte
	given bool
}

// NewCustomerKey copies 32 raw bytes; [ErrKeyLength] otherwise.
func NewCustomerKey(raw []byte) (CustomerKey, error) { return CustomerKey{}, errUnfinished }

// IsZero tells that no key was given.
func (c CustomerKey) IsZero() bool { return !c.given }

// MD5 is the base64 of the MD5 of the raw key, as S3 echoes it in
// x-amz-server-side-encryption-customer-key-MD5; empty when no key was given.
func (c CustomerKey) MD5() string { return "" }

// String says "redacted".
func (c CustomerKey) String() string { return redacted }

// Format says "redacted" for every verb.
func (c CustomerKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON says "redacted".
func (c CustomerKey) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue says "redacted".
func (c CustomerKey) LogValue() slog.Value { return slog.StringValue(redacted) }
