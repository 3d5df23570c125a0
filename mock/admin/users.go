package admin

import (
	"errors"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func (s *Endpoint) adminListUsers([]byte) (any, error) {
	return map[string]any{"users": s.People.List()}, nil
}

// adminAddUser adds a person; an access key and a secret that are not given are
// made, and the secret then told this once.
func (s *Endpoint) adminAddUser(body []byte) (any, error) {
	var u identity.User
	if err := readAdmin(body, &u); err != nil {
		return nil, err
	}
	if u.AccessKey == "" {
		u.AccessKey = "AKIA" + strings.ToUpper(wire.RandomHex(8))
	}
	made := ""
	if u.SecretKey == "" {
		made = wire.RandomHex(20)
		u.SecretKey = made
	}
	if err := s.People.Add(u); err != nil {
		status := http.StatusBadRequest
		if errors.Is(err, identity.ErrTaken) {
			status = http.StatusConflict
		}
		return nil, adminRefusal(status, err)
	}
	return struct {
		identity.ListedUser
		SecretKey string `json:"secretKey,omitempty"`
	}{identity.ListedUser{Name: u.Name, AccessKey: u.AccessKey, Policy: u.Policy, Expires: u.Expires}, made}, nil
}

func (s *Endpoint) adminRemoveUser(body []byte) (any, error) {
	var in struct{ Name string }
	if err := readAdmin(body, &in); err != nil {
		return nil, err
	}
	if !s.People.Remove(in.Name) {
		return nil, &adminError{http.StatusNotFound, "there is no user " + in.Name}
	}
	return map[string]string{"removed": in.Name}, nil
}
