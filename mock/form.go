package mock

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// formPolicy is what the signer of a form upload allows.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
type formPolicy struct {
	conditions []condition
	least      int64 // content-length-range, in bytes
	most       int64
}

// condition is one about a field; text is as it was written, for the refusal.
type condition struct{ kind, field, value, text string }

func badPolicy(why string) *sigv4.Error {
	return refuse(http.StatusBadRequest, "InvalidPolicyDocument", "Invalid Policy: "+why)
}

func againstPolicy(why string) *sigv4.Error {
	return refuse(http.StatusForbidden, "AccessDenied", "Invalid according to Policy: "+why)
}

// readFormPolicy reads the policy, and refuses one that is over.
func readFormPolicy(encoded string, now time.Time) (formPolicy, error) {
	p := formPolicy{most: maxPut}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return p, badPolicy("Invalid Base64 encoding.")
	}
	var doc struct {
		Expiration *time.Time
		Conditions []json.RawMessage
	}
	switch err := json.Unmarshal(raw, &doc); {
	case err != nil:
		return p, badPolicy("Invalid JSON.")
	case doc.Expiration == nil:
		return p, badPolicy("Policy missing expiration.")
	case doc.Conditions == nil:
		return p, badPolicy("Policy missing conditions.")
	case now.After(*doc.Expiration):
		return p, againstPolicy("Policy expired.")
	}
	for _, raw := range doc.Conditions {
		if err := p.add(raw); err != nil {
			return p, err
		}
	}
	return p, nil
}

// add reads {"field": "value"}, ["eq" or "starts-with", "$field", "value"] or
// ["content-length-range", least, most].
func (p *formPolicy) add(raw json.RawMessage) error {
	var exact map[string]string
	if json.Unmarshal(raw, &exact) == nil && len(exact) == 1 {
		for field, value := range exact {
			text := fmt.Sprintf(`["eq", "$%s", "%s"]`, field, value)
			p.conditions = append(p.conditions, condition{"eq", strings.ToLower(field), value, text})
		}
		return nil
	}
	var list []any
	if json.Unmarshal(raw, &list) != nil || len(list) != 3 {
		return badPolicy("Invalid Simple-Condition.")
	}
	kind, _ := list[0].(string)
	kind = strings.ToLower(kind)
	if kind == "content-length-range" {
		least, err1 := strconv.ParseInt(fmt.Sprintf("%v", whole(list[1])), 10, 64)
		most, err2 := strconv.ParseInt(fmt.Sprintf("%v", whole(list[2])), 10, 64)
		if err1 != nil || err2 != nil {
			return badPolicy("Invalid content-length-range.")
		}
		p.least, p.most = max(p.least, least), min(p.most, most)
		return nil
	}
	field, _ := list[1].(string)
	value, isText := list[2].(string)
	if kind != "eq" && kind != "starts-with" || !strings.HasPrefix(field, "$") || !isText {
		return badPolicy("Invalid Condition.")
	}
	text := fmt.Sprintf(`["%s", "%s", "%s"]`, kind, field, value)
	p.conditions = append(p.conditions, condition{kind, strings.ToLower(field[1:]), value, text})
	return nil
}

// whole writes a number of JSON without an exponent.
func whole(v any) any {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return v
}

// unjudged are the fields that a policy need not speak of.
var unjudged = []string{"policy", "x-amz-signature", "file", "bucket"}

// judge holds the fields against the conditions: each condition must hold, and
// each field must have one.
func (p formPolicy) judge(fields map[string]string) error {
	spoken := map[string]bool{}
	for _, name := range unjudged {
		spoken[name] = true
	}
	for _, c := range p.conditions {
		spoken[c.field] = true
		got := fields[c.field]
		if c.kind == "eq" && got != c.value || c.kind == "starts-with" && !strings.HasPrefix(got, c.value) {
			return againstPolicy("Policy Condition failed: " + c.text)
		}
	}
	for name := range fields {
		if !spoken[name] && !strings.HasPrefix(name, "x-ignore-") {
			return againstPolicy("Extra input fields: " + name)
		}
	}
	return nil
}
