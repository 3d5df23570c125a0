package session

import (
	"context"
	"sync"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// besides are other accounts that copies have their sources in, by their ids. It is safe
// for concurrent use; the zero value is ready.
type besides struct {
	mu   sync.Mutex
	open map[string]*Session
}

// Beside lets copies of this session have their sources in another open account, which
// is closed after this one.
func (s *Session) Beside(other *Session) {
	s.besides.mu.Lock()
	defer s.besides.mu.Unlock()
	if s.besides.open == nil {
		s.besides.open = map[string]*Session{}
	}
	s.besides.open[other.account.ID] = other
}

// other is the account of a copy's source: one that is open beside this, or a saved one,
// as where a program goes on with what another has left.
func (s *Session) other(ctx context.Context, id string) (transfer.Other, error) {
	s.besides.mu.Lock()
	open := s.besides.open[id]
	s.besides.mu.Unlock()
	if open == nil {
		var err error
		if open, err = s.opened(ctx, id); err != nil {
			return transfer.Other{}, err
		}
		s.Beside(open)
	}
	return transfer.Other{Store: open.store, Account: open.account.Ref()}, nil
}

// opened opens a saved account, for reading.
func (s *Session) opened(ctx context.Context, id string) (*Session, error) {
	switch {
	case id == "":
		return nil, client.Say("it was given by --endpoint or --profile, and is kept nowhere: give the same command again").Err()
	case s.opener.Account == nil:
		return nil, client.Say("no accounts are kept here").Err()
	}
	a, err := s.opener.Account(id)
	if err != nil {
		return nil, err
	}
	opener := s.opener
	opener.Journal = nil
	return opener.Open(ctx, a)
}
