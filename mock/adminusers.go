package mock

import (
	"errors"
	"net/http"
	"strings"
)

func (s *Server) adminListUsers([]byte) (any, error) {
	return map[string]any{"users": s.people.list()}, nil
}

// adminAddUser adds a person; an access key and a secret that are not given are
// made, and the secret then told this once.
func (s *Server) adminAddUser(body []byte) (any, error) {
	var u User
	if err := readAdmin(body, &u); err != nil {
		return nil, err
	}
	if u.AccessKey == "" {
		u.AccessKey = "AKIA" + strings.ToUpper(randomHex(8))
	}
	made := ""
	if u.SecretKey == "" {
		made = randomHex(20)
		u.SecretKey = made
	}
	if err := s.people.add(u); err != nil {
		status := http.StatusBadRequest
		if errors.Is(err, errTaken) {
			status = http.StatusConflict
		}
		return nil, adminRefusal(status, err)
	}
	return struct {
		listedUser
		SecretKey string `json:"secretKey,omitempty"`
	}{listedUser{Name: u.Name, AccessKey: u.AccessKey, Policy: u.Policy, Expires: u.Expires}, made}, nil
}

func (s *Server) adminRemoveUser(body []byte) (any, error) {
	var in struct{ Name string }
	if err := readAdmin(body, &in); err != nil {
		return nil, err
	}
	if !s.people.remove(in.Name) {
		return nil, &adminError{http.StatusNotFound, "there is no user " + in.Name}
	}
	return map[string]string{"removed": in.Name}, nil
}
