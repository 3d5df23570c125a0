package kms

import (
	"encoding/binary"
	"fmt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// Wrapper gives the key's power to wrap data keys, not the key. The state is
// looked at now and at each use. The error is an *Error.
func (k *Keystore) Wrapper(ref string) (seal.KeyWrapper, error) {
	key, err := k.Usable(ref)
	if err != nil {
		return nil, err
	}
	return wrapper{store: k, id: key.ID}, nil
}

// Usable is Resolve, and an *Error for a key that may not be used now.
func (k *Keystore) Usable(ref string) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.usable(ref)
	if err != nil {
		return Key{}, err
	}
	return e.Key, nil
}

func (k *Keystore) usable(ref string) (*entry, error) {
	e, err := k.resolve(ref)
	if err != nil {
		return nil, err
	}
	switch {
	case e.State == Disabled:
		return nil, disabled(e.Key)
	case e.State == PendingDeletion:
		return nil, pendingDeletion(e.Key)
	case e.Usage != UsageEncrypt:
		return nil, wrongUsage(e.Key)
	}
	return e, nil
}

type wrapper struct {
	store *Keystore
	id    string
}

var _ seal.KeyWrapper = wrapper{}

// rotatedWrap is the first byte of what was wrapped under a rotated key; then
// follow the number of the rotation (16 bit big-endian, from 1) and what the key's
// bytes of that time wrapped. What a key that was never rotated wraps begins
// otherwise, and always opens under the first bytes.
const rotatedWrap = 2

// versions are all bytes of the key, the first to the one in use.
func (w wrapper) versions() ([][]byte, error) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	e, err := w.store.usable(w.id)
	if err != nil {
		return nil, err
	}
	all := [][]byte{e.Material}
	for _, r := range e.Rotations {
		all = append(all, r.Material)
	}
	return all, nil
}

// Wrap implements [seal.KeyWrapper].
func (w wrapper) Wrap(dek, aad []byte) ([]byte, error) {
	all, err := w.versions()
	if err != nil {
		return nil, err
	}
	last := len(all) - 1
	key, err := seal.NewKey(all[last])
	if err != nil {
		return nil, err
	}
	wrapped, err := key.Wrap(dek, aad)
	if err != nil || last == 0 {
		return wrapped, err
	}
	head := binary.BigEndian.AppendUint16([]byte{rotatedWrap}, uint16(last))
	return append(head, wrapped...), nil
}

// Unwrap implements [seal.KeyWrapper].
func (w wrapper) Unwrap(wrapped, aad []byte) ([]byte, error) {
	all, err := w.versions()
	if err != nil {
		return nil, err
	}
	version := 0
	if len(wrapped) > 3 && wrapped[0] == rotatedWrap {
		version, wrapped = int(binary.BigEndian.Uint16(wrapped[1:])), wrapped[3:]
		if version == 0 || version >= len(all) {
			return nil, fmt.Errorf("unwrap key: no rotation %d: %w", version, seal.ErrCorrupt)
		}
	}
	key, err := seal.NewKey(all[version])
	if err != nil {
		return nil, err
	}
	return key.Unwrap(wrapped, aad)
}
