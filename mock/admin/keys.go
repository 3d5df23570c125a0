package admin

import (
	"net/http"

	"github.com/bucketseal/bucketseal/mock/kms"
)

// adminKey is a key as the admin path tells it.
type adminKey struct {
	kms.Key
	ARN       string   `json:"arn"`
	Aliases   []string `json:"aliases"`
	Rotations int      `json:"rotations"`
}

func (s *Endpoint) adminKey(k kms.Key) adminKey {
	out := adminKey{Key: k, ARN: k.ARN, Aliases: []string{}, Rotations: s.Keys.Rotations(k.ID)}
	for _, a := range s.Keys.Aliases() {
		if a.KeyID == k.ID {
			out.Aliases = append(out.Aliases, a.Name)
		}
	}
	return out
}

func (s *Endpoint) adminListKeys([]byte) (any, error) {
	keys := []adminKey{}
	for _, k := range s.Keys.Keys() {
		keys = append(keys, s.adminKey(k))
	}
	return map[string]any{"keys": keys}, nil
}

func (s *Endpoint) adminCreateKey(body []byte) (any, error) {
	var in struct{ ID, Alias, Description, Policy string }
	if err := readAdmin(body, &in); err != nil {
		return nil, err
	}
	k, err := s.Keys.Create(kms.Spec{ID: in.ID, Alias: in.Alias, Description: in.Description, Policy: in.Policy})
	if err != nil {
		return nil, err
	}
	return s.adminKey(k), nil
}

// adminChangeKey switches, deletes or rotates; the account may do so whatever the
// key's policy says, as the owner of the disk could.
func (s *Endpoint) adminChangeKey(body []byte) (any, error) {
	var in struct {
		Key  string
		Do   string
		Days int
	}
	if err := readAdmin(body, &in); err != nil {
		return nil, err
	}
	if in.Days != 0 && in.Do != "delete" {
		return nil, &adminError{http.StatusBadRequest, "days belong to delete"}
	}
	var err error
	switch in.Do {
	case "enable":
		err = s.Keys.Enable(in.Key)
	case "disable":
		err = s.Keys.Disable(in.Key)
	case "delete":
		_, err = s.Keys.ScheduleDeletion(in.Key, in.Days)
	case "cancel-deletion":
		_, err = s.Keys.CancelDeletion(in.Key)
	case "rotate":
		_, err = s.Keys.Rotate(in.Key)
	default:
		err = &adminError{http.StatusBadRequest, "do must be enable, disable, delete, cancel-deletion or rotate"}
	}
	if err != nil {
		return nil, err
	}
	k, err := s.Keys.Resolve(in.Key)
	if err != nil {
		return nil, err
	}
	return s.adminKey(k), nil
}
