package uitest

import (
	"context"
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// storage is the desk's rules. Reading them is the call "rules", also in an update,
// and writing them "save rules".
type storage struct{ desk *Desk }

// Rules reads the rules.
func (s storage) Rules() ([]rules.Rule, error) {
	if err := s.desk.enter("rules"); err != nil {
		return nil, err
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.rules), nil
}

// UpdateRules changes the rules.
func (s storage) UpdateRules(begin bool, change func([]rules.Rule) ([]rules.Rule, error)) error {
	now, err := s.Rules()
	if begin && errors.Is(err, rules.ErrGone) {
		now, err = nil, nil
	}
	if err != nil {
		return err
	}
	next, err := change(now)
	if err == nil {
		err = s.desk.enter("save rules")
	}
	if err == nil {
		s.desk.SetRules(next...)
	}
	return err
}

// keyring is the desk's SSE-C keys.
type keyring struct{ desk *Desk }

// SetCustomerKey keeps a key.
func (k keyring) SetCustomerKey(_ context.Context, key client.CustomerKey) error {
	if err := k.desk.enter("save key"); err != nil {
		return err
	}
	k.desk.mu.Lock()
	defer k.desk.mu.Unlock()
	k.desk.keys[key.MD5()] = key
	return nil
}

// DeleteCustomerKey removes one.
func (k keyring) DeleteCustomerKey(_ context.Context, md5 string, _ ...string) error {
	k.desk.mu.Lock()
	defer k.desk.mu.Unlock()
	delete(k.desk.keys, md5)
	return nil
}

// keyIndex remember nothing.
type keyIndex struct{}

func (keyIndex) KeptKeys() ([]rules.KeptKey, error) { return nil, nil }
func (keyIndex) NoteKey(string, rules.Rule) error   { return nil }
func (keyIndex) ForgetKey(string) error             { return nil }
