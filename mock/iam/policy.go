// Package iam judges who may do what at the local endpoint, by policies in the
// JSON of AWS: a person's own (identity-based), a KMS key's and a bucket's
// (resource-based).
//
//	p, err := iam.Parse([]byte(`{"Version":"2012-10-17","Statement":[
//	  {"Effect":"Allow","Action":"s3:*","Resource":"*"},
//	  {"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}`))
//
// It promises: what no statement allows is denied; a Deny wins over every Allow;
// * and ? work in actions (whose case does not count) and resources (whose case
// does), as in "IAM JSON policy elements" of the IAM user guide.
//
// A bucket's policy is read as S3 reads it, with its refusals word by word.
//
// It refuses, when a policy is read and not when it is used, every element it
// does not judge (NotAction, NotResource, NotPrincipal, variables, some keys and
// operators of Condition; in a key's policy all of Condition), so that no policy
// allows more than its author wrote.
package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Verdict is what a policy says of one call.
type Verdict int

// The verdicts.
const (
	Unmentioned Verdict = iota // no statement is about it
	Allowed
	Denied // explicitly
)

// Policy is a list of statements. The zero value mentions nothing.
type Policy struct {
	Version    string      `json:",omitempty"`
	ID         string      `json:"Id,omitempty"`
	Statements []statement `json:"Statement"`
}

type statement struct {
	SID       string     `json:"Sid,omitempty"`
	Effect    string     //
	Principal *principal `json:",omitempty"`
	Action    list       //
	Resource  list       `json:",omitempty"`
	Condition conditions `json:",omitempty"`
}

// list is a string, or several.
type list []string

// UnmarshalJSON takes both forms.
func (l *list) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = list{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

// principal is "*" or {"AWS": ...}.
type principal struct {
	AWS list
}

// UnmarshalJSON takes both forms.
func (p *principal) UnmarshalJSON(raw []byte) error {
	var all string
	if json.Unmarshal(raw, &all) == nil {
		if all != "*" {
			return errors.New(`a Principal is "*" or {"AWS": ...}`)
		}
		p.AWS = list{"*"}
		return nil
	}
	type bare principal
	return strict(raw, (*bare)(p))
}

// strict refuses names that are not known, and anything after the document.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the document")
	}
	return nil
}

// Parse reads the policy of a person: its statements have resources, and no
// principal.
func Parse(raw []byte) (Policy, error) { return parse(raw, false) }

// ParseKeyPolicy reads the policy of a KMS key: its statements have principals;
// their resource is the key itself.
func ParseKeyPolicy(raw []byte) (Policy, error) { return parse(raw, true) }

func parse(raw []byte, ofKey bool) (Policy, error) {
	var p Policy
	if err := strict(raw, &p); err != nil {
		return Policy{}, fmt.Errorf("read policy: %w", err)
	}
	if len(p.Statements) == 0 {
		return Policy{}, errors.New("read policy: it has no Statement")
	}
	for i, s := range p.Statements {
		var missing string
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			missing = "Effect is neither Allow nor Deny"
		case len(s.Action) == 0:
			missing = "Action is missing"
		case !ofKey && len(s.Resource) == 0:
			missing = "Resource is missing"
		case !ofKey && s.Principal != nil:
			missing = "a person's policy has no Principal"
		case ofKey && (s.Principal == nil || len(s.Principal.AWS) == 0):
			missing = "Principal is missing"
		case ofKey && s.Condition != nil:
			missing = "this endpoint does not judge the Condition of a key's policy"
		case slices.ContainsFunc(s.Resource, func(r string) bool { return strings.Contains(r, "${") }):
			missing = "this endpoint does not judge a policy variable"
		default:
			continue
		}
		return Policy{}, fmt.Errorf("read policy: statement %d: %s", i+1, missing)
	}
	return p, nil
}

// Judge says what a person's policy says of an action ("s3:GetObject") on a
// resource's ARN, or "*" where there is none, in a call of which context says
// the rest.
func (p Policy) Judge(action, resource string, context Context) Verdict {
	return p.judge(func(s statement) bool {
		return s.Action.covers(strings.ToLower(action), true) && s.Resource.covers(resource, false) && s.Condition.hold(context)
	})
}

// JudgePrincipal says what a key's policy says of an action by somebody's ARN.
func (p Policy) JudgePrincipal(principal, action string) Verdict {
	return p.judge(func(s statement) bool {
		return s.Action.covers(strings.ToLower(action), true) && s.Principal.names(principal)
	})
}

func (p Policy) judge(about func(statement) bool) Verdict {
	verdict := Unmentioned
	for _, s := range p.Statements {
		if about(s) {
			if s.Effect == "Deny" {
				return Denied
			}
			verdict = Allowed
		}
	}
	return verdict
}

// names compares ARNs whole: in a principal only "*" alone is a pattern. A
// statement without a principal names nobody.
func (p *principal) names(arn string) bool {
	if p == nil {
		return false
	}
	for _, one := range p.AWS {
		if one == "*" || one == arn {
			return true
		}
	}
	return false
}

func (l list) covers(name string, fold bool) bool {
	for _, pattern := range l {
		if fold {
			pattern = strings.ToLower(pattern)
		}
		if Matches(pattern, name) {
			return true
		}
	}
	return false
}
