package faults

import "strings"

// A Backend is a keyring, as package keychain has it.
type Backend interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// Keyring is another keyring whose changes are steps of the Run.
func (r *Run) Keyring(of Backend) Backend { return keyring{of, r} }

type keyring struct {
	Backend
	run *Run
}

// Set keeps a secret.
func (k keyring) Set(service, user, secret string) error {
	return k.run.do("keep "+kind(user), func() error { return k.Backend.Set(service, user, secret) })
}

// Delete forgets one.
func (k keyring) Delete(service, user string) error {
	return k.run.do("forget "+kind(user), func() error { return k.Backend.Delete(service, user) })
}

// kind is what an entry is, without its name, which may be random.
func kind(user string) string {
	before, _, _ := strings.Cut(user, "/")
	return before
}
