package mock

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
)

// register holds who may speak to the endpoint. Safe for concurrent use.
type register struct {
	mu    sync.RWMutex
	keys  map[string]credential // by access key
	roles map[string]role       // by name
}

// credential is what an access key stands for.
type credential struct {
	name, secret, token string // name is empty for the account and for roles
	expires             time.Time
	iam.Person
}

type role struct {
	trusts []string
	policy iam.Policy
}

func (g *register) find(accessKey string) (credential, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	c, ok := g.keys[accessKey]
	return c, ok
}

func iamARN(resource string) string { return "arn:aws:iam::" + accountID + ":" + resource }

// admit makes the register: the account, users and roles.
func (s *Server) admit(users []User, roles []Role) error {
	s.people = &register{
		keys:  map[string]credential{s.accessKey: {secret: s.secretKey, Person: iam.Person{ARN: iamARN("root"), Root: true}}},
		roles: map[string]role{},
	}
	for i, u := range users {
		c := credential{name: u.Name, secret: u.SecretKey, token: u.SessionToken, expires: u.Expires, Person: iam.Person{ARN: iamARN("user/" + u.Name)}}
		var err error
		switch _, taken := s.people.keys[u.AccessKey]; {
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
		s.people.keys[u.AccessKey] = c
	}
	for i, r := range roles {
		var err error
		one := role{trusts: r.Trusts}
		switch _, taken := s.people.roles[r.Name]; {
		case r.Name == "":
			err = errors.New("name must be given")
		case taken:
			err = errors.New("the name is another's")
		case len(r.Policy) > 0:
			one.policy, err = iam.Parse(r.Policy)
		}
		if err != nil {
			return fmt.Errorf("role %d %s: %w", i+1, r.Name, err)
		}
		s.people.roles[r.Name] = one
	}
	return nil
}

// identify finds who signed, and judges the session token.
func (s *Server) identify(r *request) (iam.Person, error) {
	c, _ := s.people.find(r.auth.AccessKey)
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

// session is a role taken on.
type session struct {
	credential
	accessKey string
}

// assume lets the holder of an access key become a role for a while. The
// account may become every role. False where the role is not there or does not
// trust the caller, which STS does not tell apart.
func (s *Server) assume(accessKey, roleARN, name string, lasting time.Duration) (session, bool) {
	g := s.people
	g.mu.Lock()
	defer g.mu.Unlock()
	roleName, _ := strings.CutPrefix(roleARN, iamARN("role/"))
	r, ok := g.roles[roleName]
	who := g.keys[accessKey]
	if !ok || roleName == roleARN || !who.Root && !slices.Contains(r.trusts, "*") && (who.name == "" || !slices.Contains(r.trusts, who.name)) {
		return session{}, false
	}
	now := s.now()
	for key, c := range g.keys { // sessions that are over make room
		if strings.HasPrefix(key, "ASIA") && !c.expires.IsZero() && now.After(c.expires.Add(time.Hour)) {
			delete(g.keys, key)
		}
	}
	one := session{accessKey: "ASIA" + strings.ToUpper(randomHex(8)), credential: credential{
		secret: randomHex(20), token: randomHex(32), expires: now.Add(lasting).Truncate(time.Second),
		Person: iam.Person{ARN: "arn:aws:sts::" + accountID + ":assumed-role/" + roleName + "/" + name, Policy: r.policy},
	}}
	g.keys[one.accessKey] = one.credential
	return one, true
}
