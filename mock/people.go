package mock

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
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

// ReadUsers reads a file with a JSON array of users. It refuses a file that
// others than its owner may read (not on Windows), for it holds secrets.
func ReadUsers(path string) ([]User, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read users %s: mode is %04o, others may read the secrets; chmod it to 0600", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	var users []User
	if err := json.Unmarshal(raw, &users); err != nil {
		// The decoder's own words may quote what it stumbled over, which may be a secret.
		return nil, fmt.Errorf("read users %s: not a JSON array of name, accessKey, secretKey, sessionToken, expires, policy", path)
	}
	return users, nil
}

// credential is what an access key stands for.
type credential struct {
	secret, token string
	expires       time.Time
	iam.Person
}

// admit makes the table of access keys.
func (s *Server) admit(users []User) error {
	s.people = map[string]credential{s.accessKey: {secret: s.secretKey, Person: iam.Person{ARN: "arn:aws:iam::" + accountID + ":root", Root: true}}}
	for i, u := range users {
		c := credential{secret: u.SecretKey, token: u.SessionToken, expires: u.Expires}
		c.ARN = "arn:aws:iam::" + accountID + ":user/" + u.Name
		err := error(nil)
		switch _, taken := s.people[u.AccessKey]; {
		case u.Name == "" || u.AccessKey == "" || u.SecretKey == "":
			err = errors.New("name, accessKey and secretKey must be given")
		case taken:
			err = errors.New("the access key is another's")
		case len(u.Policy) > 0:
			c.Policy, err = iam.Parse(u.Policy)
		}
		if err != nil {
			return fmt.Errorf("user %d %s: %w", i+1, u.Name, err)
		}
		s.people[u.AccessKey] = c
	}
	return nil
}

// identify finds who signed, and judges the session token.
func (s *Server) identify(r *request) (iam.Person, error) {
	c := s.people[r.auth.AccessKey]
	token := r.Header.Get("X-Amz-Security-Token")
	if r.auth.Presigned {
		token = r.query.Get("X-Amz-Security-Token")
	}
	switch {
	case c.token != "" && token == "": // without its token the key is unknown
		return iam.Person{}, refuse(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
			field("AWSAccessKeyId", r.auth.AccessKey))
	case subtle.ConstantTimeCompare([]byte(c.token), []byte(token)) != 1:
		return iam.Person{}, refuse(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.")
	case !c.expires.IsZero() && !s.now().Before(c.expires):
		return iam.Person{}, refuse(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	}
	return c.Person, nil
}
