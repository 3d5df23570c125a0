package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Error says why a policy is not taken.
type Error struct {
	Message string // of a bucket's policy: in the words of S3
	// Unjudged is a policy that AWS takes, and this package cannot judge.
	Unjudged bool
}

func (e *Error) Error() string { return e.Message }

func malformed(message string) *Error { return &Error{Message: message} }

func unjudged(what string) *Error {
	return &Error{Message: "this endpoint does not judge " + what, Unjudged: true}
}

// Owner is whose bucket a policy is for.
type Owner struct {
	Bucket      string
	Account     string                // of twelve digits
	CanonicalID string                // of the account
	Exists      func(arn string) bool // tells whether a user or a role of the account is there
}

const (
	maxBucketPolicy = 20 << 10 // bytes
	bucketPrefix    = "arn:aws:s3:::"
)

// ParseBucketPolicy reads the policy of a bucket. The error is an *Error.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
func ParseBucketPolicy(raw []byte, of Owner) (Policy, error) {
	var doc struct {
		Version   *string
		ID        json.RawMessage `json:"Id"`
		Statement json.RawMessage
	}
	switch {
	case len(raw) > maxBucketPolicy:
		return Policy{}, malformed("Policy exceeds the maximum allowed document size.")
	case !bytes.HasPrefix(raw, []byte("{")):
		return Policy{}, malformed("Policies must be valid JSON and the first byte must be '{'")
	case !json.Valid(raw):
		return Policy{}, malformed("This policy contains invalid Json")
	}
	if err := strict(raw, &doc); err != nil {
		return Policy{}, unknownField(err)
	}
	p := Policy{Version: "2008-10-17"}
	if doc.Version != nil {
		p.Version = *doc.Version
	}
	if p.Version != "2008-10-17" && p.Version != "2012-10-17" {
		return Policy{}, malformed("The policy must contain a valid version string")
	}
	if doc.Statement == nil {
		return Policy{}, malformed("Missing required field Statement")
	}
	var statements []json.RawMessage
	if json.Unmarshal(doc.Statement, &statements) != nil {
		statements = []json.RawMessage{doc.Statement}
	}
	if len(statements) == 0 {
		return Policy{}, malformed("Could not parse the policy: Statement is empty!")
	}
	for _, raw := range statements {
		s, err := of.readStatement(raw)
		if err != nil {
			return Policy{}, err
		}
		p.Statements = append(p.Statements, s)
	}
	return p, nil
}

func unknownField(err error) *Error {
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return malformed("Unknown field " + strings.Trim(name, `"`))
	}
	return malformed("This policy contains invalid Json")
}

func (o Owner) readStatement(raw json.RawMessage) (statement, error) {
	var doc struct {
		SID                                    string `json:"Sid"`
		Effect                                 *string
		Principal, Action, Resource, Condition json.RawMessage
		NotPrincipal, NotAction, NotResource   json.RawMessage
	}
	if err := strict(raw, &doc); err != nil {
		return statement{}, unknownField(err)
	}
	for name, not := range map[string]json.RawMessage{"NotPrincipal": doc.NotPrincipal, "NotAction": doc.NotAction, "NotResource": doc.NotResource} {
		if not != nil {
			return statement{}, unjudged(name)
		}
	}
	switch {
	case doc.Effect == nil:
		return statement{}, malformed("Missing required field Effect")
	case *doc.Effect != "Allow" && *doc.Effect != "Deny":
		return statement{}, malformed("Invalid effect: " + *doc.Effect)
	case doc.Principal == nil:
		return statement{}, malformed("Missing required field Principal")
	case doc.Action == nil:
		return statement{}, malformed("Missing required field Action")
	case doc.Resource == nil:
		return statement{}, malformed("Missing required field Resource")
	}
	s := statement{SID: doc.SID, Effect: *doc.Effect}
	var bare list
	var err error
	if s.Principal, bare, err = o.readPrincipal(doc.Principal); err != nil {
		return statement{}, err
	}
	if json.Unmarshal(doc.Action, &s.Action) != nil || len(s.Action) == 0 {
		return statement{}, malformed("Policy has invalid action")
	}
	if json.Unmarshal(doc.Resource, &s.Resource) != nil || len(s.Resource) == 0 {
		return statement{}, malformed("Policy has invalid resource")
	}
	if err := o.fit(s); err != nil {
		return statement{}, err
	}
	if bare != nil { // a list without {"AWS": ...} is not in the grammar of policies
		return statement{}, malformed("Invalid principal in policy")
	}
	if doc.Condition != nil {
		if err := json.Unmarshal(doc.Condition, &s.Condition); err != nil {
			var known *Error
			if errors.As(err, &known) {
				return statement{}, known
			}
			return statement{}, malformed("This policy contains invalid Json")
		}
	}
	return s, nil
}

// fit sees to it that actions and resources are there, and go together: each
// action must be about some resource of the statement.
func (o Owner) fit(s statement) error {
	aboutObjects, aboutBucket := false, false
	for _, resource := range s.Resource {
		rest, ok := strings.CutPrefix(resource, bucketPrefix+o.Bucket)
		switch {
		case !ok || rest != "" && rest[0] != '/' && rest[0] != '*':
			return malformed("Policy has invalid resource")
		case strings.Contains(resource, "${"):
			return unjudged("a policy variable")
		}
		aboutBucket = aboutBucket || Matches(resource, bucketPrefix+o.Bucket)
		aboutObjects = aboutObjects || rest != ""
	}
	for _, action := range s.Action {
		objects, buckets := reach(action)
		switch {
		case !objects && !buckets:
			return malformed("Policy has invalid action")
		case (!objects || !aboutObjects) && (!buckets || !aboutBucket):
			return malformed("Action does not apply to any resource(s) in statement")
		}
	}
	return nil
}

var (
	principalARN = regexp.MustCompile(`^arn:aws:(?:iam::([0-9]{12}):(?:root|user/.+|role/.+)|sts::([0-9]{12}):(?:assumed-role|federated-user)/.+)$`)
	accountName  = regexp.MustCompile(`^[0-9]{12}$`)
	canonicalID  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// readPrincipal reads "*" or {"AWS": ..., "Service": ...}. Only AWS principals
// are kept: nobody calls here as a service. bare is a list of principals, which
// the caller refuses.
func (o Owner) readPrincipal(raw json.RawMessage) (p *principal, bare list, err error) {
	invalid := malformed("Invalid principal in policy")
	var doc struct{ AWS, Service, Federated, CanonicalUser *list }
	p = &principal{}
	if json.Unmarshal(raw, &bare) == nil {
		doc.AWS = &bare
		if string(bytes.TrimSpace(raw)) == `"*"` {
			bare = nil
			doc.AWS = &list{"*"}
		}
	} else if strict(raw, &doc) != nil {
		return nil, nil, invalid
	}
	given := 0
	for _, l := range []*list{doc.AWS, doc.Service, doc.Federated, doc.CanonicalUser} {
		if l == nil {
			continue
		}
		given++
		if len(*l) == 0 || l.has("") || l.has("*") && len(*l) > 1 {
			return nil, nil, invalid
		}
	}
	if given == 0 {
		return nil, nil, invalid
	}
	if doc.AWS != nil {
		for _, one := range *doc.AWS {
			if !o.may(one) {
				return nil, nil, invalid
			}
			p.AWS = append(p.AWS, one)
		}
	}
	if doc.CanonicalUser != nil {
		for _, one := range *doc.CanonicalUser {
			switch {
			case one == o.CanonicalID:
				p.AWS = append(p.AWS, o.Account)
			case !canonicalID.MatchString(one):
				return nil, nil, invalid
			}
		}
	}
	return p, bare, nil
}

// may tells whether a principal can be: of another account any that is well
// formed, of the owner's one that is there.
func (o Owner) may(principal string) bool {
	if principal == "*" || accountName.MatchString(principal) {
		return true
	}
	m := principalARN.FindStringSubmatch(principal)
	if m == nil {
		return false
	}
	own := m[1] == o.Account && !strings.HasSuffix(principal, ":root")
	return !own || o.Exists(principal)
}

// JudgeCaller says what a bucket's policy says of a call. An Allow for the whole
// account leaves its people to their own policies, so that here it allows the
// account alone; a Deny for it denies them all. Somebody without an ARN is
// anonymous, and meant by "*" only.
func (p Policy) JudgeCaller(who Person, action, resource string) Verdict {
	return p.judge(func(s statement) bool {
		return s.Action.covers(strings.ToLower(action), true) && s.Resource.covers(resource, false) &&
			s.Principal.means(who, s.Effect == "Deny") && s.Condition.hold(who.Context)
	})
}

func (p *principal) means(who Person, withAccount bool) bool {
	if who.ARN == "" || p.names(who.ARN) {
		return who.ARN != "" || p.AWS.has("*")
	}
	account := accountOf(who.ARN)
	return p.names(RoleOf(who.ARN)) || (withAccount || who.Root) && (p.AWS.has(account) || p.AWS.has("arn:aws:iam::"+account+":root"))
}

// accountOf is the fifth field of an ARN.
func accountOf(arn string) string {
	if f := strings.Split(arn, ":"); len(f) > 4 {
		return f[4]
	}
	return ""
}

// RoleOf is the role behind a session's ARN; any other ARN is returned as it is.
func RoleOf(arn string) string {
	rest, ok := strings.CutPrefix(arn, "arn:aws:sts::")
	account, name, ok2 := strings.Cut(rest, ":assumed-role/")
	if !ok || !ok2 {
		return arn
	}
	role, _, _ := strings.Cut(name, "/")
	return fmt.Sprintf("arn:aws:iam::%s:role/%s", account, role)
}

// fixing are the keys by which a policy for everybody is one for a few.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
var fixing = []string{"aws:sourceip", "aws:principalarn", "aws:principalaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id"}

// Public tells whether a bucket's policy opens it to the world: it allows
// something to everybody without a condition that fixes who.
func (p Policy) Public() bool {
	return slices.ContainsFunc(p.Statements, func(s statement) bool {
		return s.Effect == "Allow" && s.Principal != nil && s.Principal.AWS.has("*") && !slices.ContainsFunc(s.Condition, test.fixes)
	})
}

func (t test) fixes() bool {
	if t.negated || t.ifExists || !slices.Contains(fixing, t.key) || !slices.Contains([]string{"StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}, t.operator) {
		return false
	}
	return !slices.ContainsFunc(t.values, func(v string) bool {
		network, err := networkOf(v)
		return strings.ContainsAny(v, "*?") || t.operator == "IpAddress" && (err != nil || wide(network))
	})
}

// wide is what S3 calls a very broad range: under /8 of IPv4, under /32 of IPv6.
func wide(n netip.Prefix) bool {
	return n.Bits() < 8 || n.Addr().Is6() && n.Bits() < 32
}
