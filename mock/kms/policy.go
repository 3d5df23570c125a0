package kms

import (
	"encoding/json"
	"strings"

	"github.com/bucketseal/bucketseal/mock/iam"
)

const policyName = "default" // KMS knows no other

// rootARN is the account, to which a key's policy may leave the decision.
func (k *Keystore) rootARN() string { return "arn:aws:iam::" + k.opts.Account + ":root" }

// standardPolicy is that of a key for which none was set: the account's people
// decide by their own policies. The key of a service everybody may use, and nobody
// may switch, rotate or delete, as that of aws/s3.
func (k *Keystore) standardPolicy(key Key) string {
	const (
		root    = `{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"ROOT"},"Action":"kms:*","Resource":"*"}`
		managed = `{"Sid":"Allow access through S3","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],"Resource":"*"},` +
			`{"Sid":"Allow direct access to key metadata to the account","Effect":"Allow","Principal":{"AWS":"ROOT"},"Action":["kms:Describe*","kms:Get*","kms:List*"],"Resource":"*"}`
	)
	statements := root
	if key.Managed {
		statements = managed
	}
	return `{"Version":"2012-10-17","Id":"key-default-1","Statement":[` + strings.ReplaceAll(statements, "ROOT", k.rootARN()) + `]}`
}

// Policy is the JSON of a key's policy.
func (k *Keystore) Policy(ref string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return "", err
	}
	return k.policy(e), nil
}

func (k *Keystore) policy(e *entry) string {
	if e.Policy != "" {
		return e.Policy
	}
	return k.standardPolicy(e.Key)
}

// SetPolicy replaces a key's policy. Unlike KMS it does not see to it that
// somebody is left who may change it again: a test wants that too.
func (k *Keystore) SetPolicy(ref, policy string) error {
	if _, err := iam.ParseKeyPolicy([]byte(policy)); err != nil {
		return &Error{Code: "MalformedPolicyDocumentException", Message: err.Error(), KeyID: ref}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return err
	}
	return k.commit(func() { e.Policy = policy })
}

// Authorize says whether somebody may do something ("kms:Decrypt") with a key, by
// the key's policy, its grants and their own policy: an explicit deny wins; a grant
// or the key's policy must allow the person, or the latter leave it to the account
// and the person's own policy allow it. The error is an *Error. A key that is not there is no
// matter of permission: nil.
// https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
func (k *Keystore) Authorize(who iam.Person, action, ref string) error {
	k.mu.Lock()
	e, err := k.resolve(ref)
	if err != nil {
		k.mu.Unlock()
		return nil //nolint:nilerr // the operation itself says that there is no such key
	}
	arn, raw, granted := e.ARN, k.policy(e), e.granted(who.ARN, action)
	k.mu.Unlock()
	policy, err := iam.ParseKeyPolicy([]byte(raw))
	if err != nil {
		return err
	}
	own, account, person := who.Judge(action, arn), policy.JudgePrincipal(k.rootARN(), action), policy.JudgePrincipal(who.ARN, action)
	switch {
	case person == iam.Denied:
		return denied(who.Refusal(iam.Denied, "resource", action, arn))
	case own == iam.Denied:
		return denied(who.Refusal(iam.Denied, "identity", action, arn))
	case granted, person == iam.Allowed, account == iam.Allowed && own == iam.Allowed:
		return nil
	case account == iam.Allowed:
		return denied(who.Refusal(iam.Unmentioned, "identity", action, arn))
	}
	return denied(who.Refusal(iam.Unmentioned, "resource", action, arn))
}

func denied(message string) *Error { return &Error{Code: accessDenied, Message: message} }

const accessDenied = "AccessDeniedException"

// CallAs is Call by somebody, who must be allowed it.
func (k *Keystore) CallAs(who iam.Person, operation string, body []byte) (any, error) {
	var in input
	if _, known := calls[operation]; known && json.Unmarshal(body, &in) == nil {
		if err := k.authorizeCall(who, operation, in); err != nil {
			return nil, err
		}
	}
	return k.Call(operation, body)
}

func (k *Keystore) authorizeCall(who iam.Person, operation string, in input) error {
	action := "kms:" + operation
	sealedBy, _, _ := splitBlob(in.CiphertextBlob)
	switch operation {
	case "ListKeys", "ListAliases", "CreateKey", "ListRetirableGrants":
		if v := who.Judge(action, "*"); v != iam.Allowed {
			return denied(who.Refusal(v, "identity", action, "*"))
		}
		return nil
	case "CreateAlias":
		return k.Authorize(who, action, in.TargetKeyID)
	case "UpdateAlias":
		if err := k.Authorize(who, action, in.AliasName); err != nil {
			return err
		}
		return k.Authorize(who, action, in.TargetKeyID)
	case "DeleteAlias":
		return k.Authorize(who, action, in.AliasName)
	case "RetireGrant":
		return k.mayRetire(who, in)
	case "Decrypt":
		return k.Authorize(who, action, sealedBy)
	case "ReEncrypt":
		if err := k.Authorize(who, "kms:ReEncryptFrom", sealedBy); err != nil {
			return err
		}
		return k.Authorize(who, "kms:ReEncryptTo", in.DestinationKeyID)
	}
	return k.Authorize(who, action, in.KeyID)
}

func putKeyPolicy(k *Keystore, in input) (any, error) {
	if err := onlyDefault(in); err != nil {
		return nil, err
	}
	return nil, k.SetPolicy(in.KeyID, in.Policy)
}

func getKeyPolicy(k *Keystore, in input) (any, error) {
	if err := onlyDefault(in); err != nil {
		return nil, err
	}
	policy, err := k.Policy(in.KeyID)
	return map[string]any{"Policy": policy, "PolicyName": policyName}, err
}

func listKeyPolicies(k *Keystore, in input) (any, error) {
	if _, err := k.Resolve(in.KeyID); err != nil {
		return nil, err
	}
	return answer("PolicyNames", []string{policyName}, ""), nil
}

func onlyDefault(in input) error {
	if in.PolicyName != "" && in.PolicyName != policyName {
		return notFound(in.KeyID, "No such policy exists")
	}
	return nil
}
