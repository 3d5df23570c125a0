package keychain

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/zalando/go-keyring"
)

// shelf is a keyring in memory, with the faults of real ones.
type shelf struct {
	mu      sync.Mutex
	entries map[string]string
	longest int           // bytes of an entry; 0 is any
	hang    chan struct{} // not nil: every call waits for it to be closed
	fail    func(verb, user string) error
	onGet   func(user string) // called before each Get
}

func (s *shelf) enter(verb, user string) error {
	if s.hang != nil {
		<-s.hang
	}
	if s.fail != nil {
		return s.fail(verb, user)
	}
	return nil
}

func (s *shelf) Get(_, user string) (string, error) {
	if err := s.enter("get", user); err != nil {
		return "", err
	}
	if s.onGet != nil {
		s.onGet(user)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.entries[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}

func (s *shelf) Set(_, user, secret string) error {
	if err := s.enter("set", user); err != nil {
		return err
	}
	if s.longest > 0 && len(secret) > s.longest {
		return keyring.ErrSetDataTooBig
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = map[string]string{}
	}
	s.entries[user] = secret
	return nil
}

func (s *shelf) Delete(_, user string) error {
	if err := s.enter("delete", user); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.entries[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(s.entries, user)
	return nil
}

func (s *shelf) names() []string { return slices.Sorted(maps.Keys(s.entries)) }

var errTornCable = errors.New("the cable is torn")

// failAt fails the calls of one verb for names with a prefix.
func failAt(verb, prefix string) func(string, string) error {
	return func(v, user string) error {
		if v == verb && strings.HasPrefix(user, prefix) {
			return errTornCable
		}
		return nil
	}
}
