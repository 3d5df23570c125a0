package kms

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
)

// grant lets a principal do some things with a key, whatever policies leave open;
// an explicit deny in a policy still wins.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
type grant struct {
	ID         string    `json:"id"`
	Token      string    `json:"token"`
	Name       string    `json:"name,omitempty"`
	Grantee    string    `json:"grantee"`            // ARN, compared whole
	Retiring   string    `json:"retiring,omitempty"` // who may retire it beside the account
	Operations []string  `json:"operations"`
	Created    time.Time `json:"created"`
}

// grantable are the operations of a symmetric key that a grant may be about.
// CreateGrant is one of KMS's, but not of these.
var grantable = []string{
	"Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
}

var principalARN = regexp.MustCompile(`^arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/.+)$`)

// granted tells whether a grant allows an action ("kms:Decrypt") to somebody.
// RetireGrant is about that very grant: see mayRetire.
func (e *entry) granted(arn, action string) bool {
	operation := strings.TrimPrefix(action, "kms:")
	return operation != "RetireGrant" && slices.ContainsFunc(e.Grants, func(g grant) bool { return g.Grantee == arn && slices.Contains(g.Operations, operation) })
}

func createGrant(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.usable(in.KeyID)
	if err != nil {
		return nil, err
	}
	for _, arn := range []string{in.GranteePrincipal, in.RetiringPrincipal} {
		if !principalARN.MatchString(arn) && (arn != "" || in.GranteePrincipal == "") {
			return nil, &Error{Code: "InvalidArnException", Message: "ARN does not refer to a valid principal: " + arn}
		}
	}
	if len(in.Operations) == 0 {
		return nil, invalid("1 validation error detected: Value null at 'operations' failed to satisfy constraint: Member must not be null")
	}
	for _, op := range in.Operations {
		if !slices.Contains(grantable, op) {
			return nil, invalid("Operation %s cannot be granted on this key: one of %s", op, strings.Join(grantable, ", "))
		}
	}
	if len(in.Constraints) > 0 {
		return nil, &Error{Code: "UnsupportedOperationException", Message: "this endpoint does not judge the Constraints of a grant, so it refuses them"}
	}
	g := grant{Name: in.Name, Grantee: in.GranteePrincipal, Retiring: in.RetiringPrincipal, Operations: in.Operations, Created: k.now()}
	if i := slices.IndexFunc(e.Grants, func(o grant) bool { return g.Name != "" && g.same(o) }); i >= 0 { // asked again
		return map[string]any{"GrantId": e.Grants[i].ID, "GrantToken": e.Grants[i].Token}, nil
	}
	g.ID, g.Token = randomHex(32), "mock"+randomHex(64)
	if err := k.commit(func() { e.Grants = append(slices.Clone(e.Grants), g) }); err != nil {
		return nil, err
	}
	return map[string]any{"GrantId": g.ID, "GrantToken": g.Token}, nil
}

// same tells whether two grants say the same, as KMS asks of two of one name.
func (g grant) same(o grant) bool {
	return g.Name == o.Name && g.Grantee == o.Grantee && g.Retiring == o.Retiring && slices.Equal(g.Operations, o.Operations)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, or ends the program
	return hex.EncodeToString(b)
}

func (k *Keystore) grantEntry(e *entry, g grant) map[string]any {
	m := map[string]any{
		"KeyId": e.ARN, "GrantId": g.ID, "Name": g.Name, "CreationDate": epoch(g.Created), "GranteePrincipal": g.Grantee,
		"IssuingAccount": k.rootARN(), "Operations": g.Operations,
	}
	if g.Retiring != "" {
		m["RetiringPrincipal"] = g.Retiring
	}
	return m
}

func listGrants(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(in.KeyID)
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for _, g := range e.Grants {
		if (in.GrantID == "" || in.GrantID == g.ID) && (in.GranteePrincipal == "" || in.GranteePrincipal == g.Grantee) {
			list = append(list, k.grantEntry(e, g))
		}
	}
	return grantPage(list, in)
}

// listRetirableGrants lists those that a principal may retire, of all keys.
func listRetirableGrants(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	var list []map[string]any
	for i := range k.entries {
		for _, g := range k.entries[i].Grants {
			if g.Retiring != "" && g.Retiring == in.RetiringPrincipal {
				list = append(list, k.grantEntry(&k.entries[i], g))
			}
		}
	}
	return grantPage(list, in)
}

func grantPage(all []map[string]any, in input) (any, error) {
	list, next, err := page(all, in, 50, 100, func(m map[string]any) string { return m["GrantId"].(string) }) //nolint:forcetypeassert // made by grantEntry
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []map[string]any{}
	}
	return answer("Grants", list, next), nil
}

// findGrant finds the key and the grant that a call names, by token or by key and
// id; the caller holds the lock.
func (k *Keystore) findGrant(in input) (*entry, grant, error) {
	if in.GrantToken != "" {
		k.expire()
		for i := range k.entries {
			for _, g := range k.entries[i].Grants {
				if g.Token == in.GrantToken {
					return &k.entries[i], g, nil
				}
			}
		}
		return nil, grant{}, &Error{Code: "InvalidGrantTokenException", Message: "Invalid grant token"}
	}
	e, err := k.resolve(in.KeyID)
	if err != nil {
		return nil, grant{}, err
	}
	for _, g := range e.Grants {
		if g.ID == in.GrantID {
			return e, g, nil
		}
	}
	return nil, grant{}, notFound(in.KeyID, "Grant ID %s not found", in.GrantID)
}

// revokeGrant does not know tokens: its permission is one on the key it names.
func revokeGrant(k *Keystore, in input) (any, error) {
	in.GrantToken = ""
	return retireGrant(k, in)
}

func retireGrant(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, found, err := k.findGrant(in)
	if err != nil {
		return nil, err
	}
	return nil, k.commit(func() {
		e.Grants = slices.DeleteFunc(slices.Clone(e.Grants), func(g grant) bool { return g.ID == found.ID })
	})
}

// mayRetire judges RetireGrant: the account, whom the grant names for it, the
// grantee where the grant says so, or who has the permission on the key.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
func (k *Keystore) mayRetire(who iam.Person, in input) error {
	k.mu.Lock()
	e, g, err := k.findGrant(in)
	if err != nil {
		k.mu.Unlock()
		return nil //nolint:nilerr // the operation itself says so
	}
	id, byGrant := e.ID, g.Retiring == who.ARN || g.Grantee == who.ARN && slices.Contains(g.Operations, "RetireGrant")
	k.mu.Unlock()
	if who.Root || byGrant {
		return nil
	}
	return k.Authorize(who, "kms:RetireGrant", id)
}
