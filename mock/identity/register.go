package identity

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Register holds who may speak to the endpoint. Safe for concurrent use.
type Register struct {
	now   func() time.Time
	mu    sync.RWMutex
	keys  map[string]credential // by access key
	roles map[string]role       // by name
}

// credential is what an access key stands for.
type credential struct {
	name, secret, token string // name is empty for the account and for roles
	expires             time.Time
	policy              json.RawMessage // as it was given
	iam.Person
}

type role struct {
	trusts []string
	policy iam.Policy
}

func (g *Register) find(accessKey string) (credential, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	c, ok := g.keys[accessKey]
	return c, ok
}

// Secret key of an access key; false where there is no such one.
func (g *Register) Secret(accessKey string) (string, bool) {
	c, ok := g.find(accessKey)
	return c.secret, ok
}

// ARN of something of the account in IAM: "user/NAME", "role/NAME", "root".
func ARN(resource string) string { return "arn:aws:iam::" + s3.AccountID + ":" + resource }

// NewRegister knows the account itself, which has an access key and may do
// everything, users and roles; now judges what has expired.
func NewRegister(accessKey, secretKey string, users []User, roles []Role, now func() time.Time) (*Register, error) {
	g := &Register{
		now:   now,
		keys:  map[string]credential{accessKey: {secret: secretKey, Person: iam.Person{ARN: ARN("root"), Root: true}}},
		roles: map[string]role{},
	}
	for i, u := range users {
		if err := g.Add(u); err != nil {
			return nil, fmt.Errorf("user %d %s: %w", i+1, u.Name, err)
		}
	}
	for i, r := range roles {
		var err error
		one := role{trusts: r.Trusts}
		switch _, taken := g.roles[r.Name]; {
		case r.Name == "":
			err = errors.New("name must be given")
		case taken:
			err = errors.New("the name is another's")
		case len(r.Policy) > 0:
			one.policy, err = iam.Parse(r.Policy)
		}
		if err != nil {
			return nil, fmt.Errorf("role %d %s: %w", i+1, r.Name, err)
		}
		g.roles[r.Name] = one
	}
	return g, nil
}

var (
	// ErrTaken refuses a name or an access key that is another's.
	ErrTaken = errors.New("is another's")
	userName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`) // as IAM
)

// Add lets a person in.
func (g *Register) Add(u User) error {
	c := credential{
		name: u.Name, secret: u.SecretKey, token: u.SessionToken, expires: u.Expires, policy: u.Policy,
		Person: iam.Person{ARN: ARN("user/" + u.Name)},
	}
	switch {
	case u.Name == "" || u.AccessKey == "" || u.SecretKey == "":
		return errors.New("name, accessKey and secretKey must be given")
	case !userName.MatchString(u.Name):
		return errors.New("a name has 1 to 64 letters, digits or characters of _+=,.@-")
	}
	if len(u.Policy) > 0 {
		var err error
		if c.Policy, err = iam.Parse(u.Policy); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, taken := g.keys[u.AccessKey]; taken {
		return fmt.Errorf("the access key %w", ErrTaken)
	}
	if g.named(u.Name) != "" {
		return fmt.Errorf("the name %w", ErrTaken)
	}
	g.keys[u.AccessKey] = c
	return nil
}

// named is the access key of a user, empty for none; the caller holds the lock.
func (g *Register) named(name string) string {
	for key, c := range g.keys {
		if name != "" && c.name == name {
			return key
		}
	}
	return ""
}

// Remove takes a user's access key away; roles taken on before last until their
// end, as with AWS. False where there is no such user.
func (g *Register) Remove(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := g.named(name)
	delete(g.keys, key)
	return key != ""
}

// ListedUser is what may be told of a user.
type ListedUser struct {
	Name      string          `json:"name"`
	AccessKey string          `json:"accessKey"`
	Expires   time.Time       `json:"expires,omitzero"`
	Policy    json.RawMessage `json:"policy,omitempty"`
}

// List tells the users by name.
func (g *Register) List() []ListedUser {
	g.mu.RLock()
	defer g.mu.RUnlock()
	users := []ListedUser{}
	for key, c := range g.keys {
		if c.name != "" {
			users = append(users, ListedUser{c.name, key, c.expires, c.policy})
		}
	}
	slices.SortFunc(users, func(a, b ListedUser) int { return strings.Compare(a.Name, b.Name) })
	return users
}

// Identify finds who signed, and judges the session token.
func (g *Register) Identify(r *wire.Request) (iam.Person, error) {
	c, _ := g.find(r.Auth.AccessKey)
	token := r.Header.Get("X-Amz-Security-Token")
	if r.Auth.Presigned {
		token = r.Query.Get("X-Amz-Security-Token")
	}
	switch {
	case c.token != "" && token == "": // without its token the key is unknown
		return iam.Person{}, s3.Refuse(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
			s3.Field("AWSAccessKeyId", r.Auth.AccessKey))
	case subtle.ConstantTimeCompare([]byte(c.token), []byte(token)) != 1:
		return iam.Person{}, s3.Refuse(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.")
	case !c.expires.IsZero() && !g.now().Before(c.expires):
		return iam.Person{}, s3.Refuse(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	}
	return c.Person, nil
}

// session is a role taken on.
type session struct {
	credential
	accessKey string
}

// tokenBytes makes session tokens of 4,096 characters, the longest there are at AWS
// since September 2026: who cuts them short is found here.
const tokenBytes = 2048

// assume lets the holder of an access key become a role for a while. The
// account may become every role. False where the role is not there or does not
// trust the caller, which STS does not tell apart.
func (g *Register) assume(accessKey, roleARN, name string, lasting time.Duration) (session, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	roleName, _ := strings.CutPrefix(roleARN, ARN("role/"))
	r, ok := g.roles[roleName]
	who := g.keys[accessKey]
	if !ok || roleName == roleARN || !who.Root && !slices.Contains(r.trusts, "*") && (who.name == "" || !slices.Contains(r.trusts, who.name)) {
		return session{}, false
	}
	now := g.now()
	for key, c := range g.keys { // sessions that are over make room
		if strings.HasPrefix(key, "ASIA") && !c.expires.IsZero() && now.After(c.expires.Add(time.Hour)) {
			delete(g.keys, key)
		}
	}
	one := session{accessKey: "ASIA" + strings.ToUpper(wire.RandomHex(8)), credential: credential{
		secret: wire.RandomHex(20), token: wire.RandomHex(tokenBytes), expires: now.Add(lasting).Truncate(time.Second),
		Person: iam.Person{ARN: "arn:aws:sts::" + s3.AccountID + ":assumed-role/" + roleName + "/" + name, Policy: r.policy},
	}}
	g.keys[one.accessKey] = one.credential
	return one, true
}

// Exists tells whether a user or a role of the account is there. It is the
// policies of buckets that ask.
func (g *Register) Exists(arn string) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if name, ok := strings.CutPrefix(iam.RoleOf(arn), ARN("role/")); ok {
		_, there := g.roles[name]
		return there
	}
	for _, c := range g.keys {
		if c.name != "" && c.ARN == arn {
			return true
		}
	}
	return false
}
