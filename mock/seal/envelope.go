package seal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// MaxLayers is the greatest number of independent layers around a body: one, or
// two for dual-layer encryption.
const MaxLayers = 2

const envelopeVersion = 1

// Wrap wraps the data key of each layer under the wrapper of that layer and
// returns the envelope to keep: a version byte, the number of layers, and per
// layer a 16 bit big-endian length and the wrapped key. aad must be given again
// to open it.
func Wrap(keys []*Key, under []KeyWrapper, aad []byte) ([]byte, error) {
	if len(keys) == 0 || len(keys) > MaxLayers || len(keys) != len(under) {
		return nil, fmt.Errorf("wrap: %d keys under %d wrappers", len(keys), len(under))
	}
	envelope := []byte{envelopeVersion, byte(len(keys))}
	for i, k := range keys {
		wrapped, err := under[i].Wrap(k.bytes(), aad)
		if err != nil {
			return nil, fmt.Errorf("wrap data key: %w", err)
		}
		if len(wrapped) == 0 || len(wrapped) > 0xffff {
			return nil, fmt.Errorf("wrap data key: wrapper returned %d bytes", len(wrapped))
		}
		envelope = binary.BigEndian.AppendUint16(envelope, uint16(len(wrapped)))
		envelope = append(envelope, wrapped...)
	}
	return envelope, nil
}

// Unwrap opens an envelope made by [Wrap] with the same wrappers and aad.
// [ErrCorrupt], or the wrapper's own error.
func Unwrap(envelope []byte, under []KeyWrapper, aad []byte) ([]*Key, error) {
	wrapped, err := parseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	if len(wrapped) != len(under) {
		return nil, fmt.Errorf("unwrap: %d layers, %d wrappers: %w", len(wrapped), len(under), ErrCorrupt)
	}
	keys := make([]*Key, len(wrapped))
	for i, w := range wrapped {
		raw, err := under[i].Unwrap(w, aad)
		if err != nil {
			return nil, fmt.Errorf("unwrap data key: %w", err)
		}
		if keys[i], err = NewKey(raw); err != nil {
			return nil, fmt.Errorf("unwrap data key: %w", ErrCorrupt)
		}
	}
	return keys, nil
}

// parseEnvelope takes exactly what Wrap writes and nothing else.
func parseEnvelope(b []byte) ([][]byte, error) {
	if len(b) < 2 || b[0] != envelopeVersion || b[1] == 0 || b[1] > MaxLayers {
		return nil, fmt.Errorf("envelope: unknown format: %w", ErrCorrupt)
	}
	wrapped := make([][]byte, b[1])
	b = b[2:]
	for i := range wrapped {
		if len(b) < 2 {
			return nil, fmt.Errorf("envelope: cut short: %w", ErrCorrupt)
		}
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 || len(b)-2 < n {
			return nil, fmt.Errorf("envelope: cut short: %w", ErrCorrupt)
		}
		wrapped[i], b = b[2:2+n], b[2+n:]
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("envelope: %d bytes too many: %w", len(b), ErrCorrupt)
	}
	return wrapped, nil
}

// AAD writes additional data as canonical JSON: object keys sorted, no spaces,
// nothing escaped for HTML. v holds only strings, numbers, maps and structs made
// of them; the same v always gives the same bytes.
func AAD(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("additional data: %v", err)) // a value JSON cannot say: a mistake in the program
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
