package session

import (
	"context"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// heldFor is how long a key that was fetched is held: ten thousand files under one
// key ask the keyring once, and one that is removed there is soon not used any
// more.
const heldFor = time.Minute

// heldKeys are the SSE-C keys that a session has in memory, by their MD5, which
// never means another key. Safe for concurrent use; the zero value is ready.
type heldKeys struct {
	mu   sync.Mutex
	keys map[string]heldKey
}

type heldKey struct {
	key   client.CustomerKey
	until time.Time // zero for as long as the session is open
}

// hold puts a key in. One that is held for good stays so.
func (h *heldKeys) hold(key client.CustomerKey, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.keys == nil {
		h.keys = map[string]heldKey{}
	}
	if was, ok := h.keys[key.MD5()]; !ok || !was.until.IsZero() {
		h.keys[key.MD5()] = heldKey{key, until}
	}
}

// get is a key that is held, fetched where it is not.
func (h *heldKeys) get(md5 string, now func() time.Time, fetch func() (client.CustomerKey, error)) (client.CustomerKey, error) {
	h.mu.Lock()
	held, ok := h.keys[md5]
	h.mu.Unlock()
	if ok && (held.until.IsZero() || now().Before(held.until)) {
		return held.key, nil
	}
	key, err := fetch()
	if err == nil {
		h.hold(key, now().Add(heldFor))
	}
	return key, err
}

// Give holds an SSE-C key that was given for one call, as long as the session is
// open: jobs name it by its MD5. No key is left alone.
func (s *Session) Give(key client.CustomerKey) {
	if !key.IsZero() {
		s.held.hold(key, time.Time{})
	}
}

// CustomerKey fetches an SSE-C key by its MD5: one given for a call, or one that
// is kept.
func (s *Session) CustomerKey(ctx context.Context, md5 string) (client.CustomerKey, error) {
	return s.held.get(md5, s.now, func() (client.CustomerKey, error) {
		all, err := s.opener.keptKeys()
		if err != nil {
			return client.CustomerKey{}, err
		}
		return s.opener.kept(ctx, all, md5)
	})
}
