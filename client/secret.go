package client

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
)

const redacted = "redacted"

// A Secret is a value that must reach a server and nothing else: an access
// secret, a session token, an SSE-C key, a passphrase. However it is printed,
// logged or encoded it says "redacted"; only [Secret.Reveal] gives it away, so
// every place that does can be found by that word.
type Secret struct{ value *string }

// NewSecret wraps s.
func NewSecret(s string) Secret { return Secret{value: &s} }

// Reveal returns the secret itself. Its result must go to a server, a keyring
// or a sealed file, never to a log, an error or a screen.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no secret, or an empty one.
func (s Secret) IsZero() bool { return s.value == nil || *s.value == "" }

// Equal compares in constant time for secrets of one length.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
}

// String, GoString, Format, MarshalJSON, MarshalText and LogValue are every
// way the standard library turns a value into text; all say "redacted".
func (Secret) String() string { return redacted }

// GoString is what %#v prints.
func (Secret) GoString() string { return redacted }

// Format is what every verb of package fmt prints, %x and %d included.
func (Secret) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, redacted) }

// MarshalJSON is what encoding/json writes.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText is what other encoders write.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is what log/slog writes.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
