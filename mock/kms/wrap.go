package kms

import "github.com/bucketseal/bucketseal/mock/seal"

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

func (w wrapper) key() (*seal.Key, error) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	e, err := w.store.usable(w.id)
	if err != nil {
		return nil, err
	}
	return seal.NewKey(e.Material)
}

// Wrap implements [seal.KeyWrapper].
func (w wrapper) Wrap(dek, aad []byte) ([]byte, error) {
	key, err := w.key()
	if err != nil {
		return nil, err
	}
	return key.Wrap(dek, aad)
}

// Unwrap implements [seal.KeyWrapper].
func (w wrapper) Unwrap(wrapped, aad []byte) ([]byte, error) {
	key, err := w.key()
	if err != nil {
		return nil, err
	}
	return key.Unwrap(wrapped, aad)
}
