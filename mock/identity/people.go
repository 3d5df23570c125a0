// Package identity knows who may speak to the endpoint: the account, its users, the
// roles they become by STS, and the access keys and session tokens of all of them.
//
// It promises: secrets are not told, printed or logged; a people file that others may
// read is refused. It does not judge what they may do.
package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"
)

// User is a person with an access key of their own, who may do what Policy
// allows and nothing else. It prints as the name only.
type User struct {
	Name         string          `json:"name"`
	AccessKey    string          `json:"accessKey"`
	SecretKey    string          `json:"secretKey"`
	SessionToken string          `json:"sessionToken,omitempty"` // where not empty, every request must carry it
	Expires      time.Time       `json:"expires,omitzero"`       // of the session token; zero: never
	Policy       json.RawMessage `json:"policy,omitempty"`       // JSON of AWS, see mock/iam; none allows nothing
}

// String is the name.
func (u User) String() string { return "user " + u.Name }

// GoString is the name.
func (u User) GoString() string { return u.String() }

// LogValue is the name.
func (u User) LogValue() slog.Value { return slog.StringValue(u.String()) }

// Role is something a person becomes by STS AssumeRole, for a while.
type Role struct {
	Name   string          `json:"name"`
	Trusts []string        `json:"trusts"`           // names of users who may become it; "*" is everybody
	Policy json.RawMessage `json:"policy,omitempty"` // as of a User
}

// People is the content of a people file. docs/mocks3.md describes the JSON.
type People struct {
	Users []User `json:"users,omitempty"`
	Roles []Role `json:"roles,omitempty"`
}

// ReadPeople reads a people file. It refuses one that others than its owner may
// read (not on Windows), for it holds secrets.
func ReadPeople(path string) (People, error) {
	info, err := os.Stat(path)
	if err != nil {
		return People{}, fmt.Errorf("read people: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return People{}, fmt.Errorf("read people %s: mode is %04o, others may read the secrets; chmod it to 0600", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return People{}, fmt.Errorf("read people: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var p People
	if err := d.Decode(&p); err != nil {
		// The decoder's own words may quote what it stumbled over, which may be a secret.
		return People{}, fmt.Errorf("read people %s: not JSON of the form {\"users\": [...], \"roles\": [...]}; see docs/mocks3.md", path)
	}
	return p, nil
}
