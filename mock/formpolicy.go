package mock

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
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
	return s3.Refuse(http.StatusBadRequest, "InvalidPolicyDocument", "Invalid Policy: "+why)
}

func againstPolicy(why string) *sigv4.Error {
	return s3.Refuse(http.StatusForbidden, "AccessDenied", "Invalid according to Policy: "+why)
}

// readFormPolicy reads the policy, and refuses one that is over.
func readFormPolicy(encoded string, now time.Time) (formPolicy, error) {
	p := formPolicy{most: s3.MaxPut}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	var doc map[string]json.RawMessage
	switch {
	case err != nil:
		return p, badPolicy("invalid Base64 encoding.")
	case len(raw) == 0:
		return p, badPolicy("Expecting '{' but found End-of-Input")
	case json.Unmarshal(raw, &doc) != nil:
		return p, badPolicy("Invalid JSON.")
	}
	for name := range doc {
		if name != "expiration" && name != "conditions" {
			return p, badPolicy(fmt.Sprintf("Unexpected: %q", name))
		}
	}
	if err := notOver(doc["expiration"], now); err != nil {
		return p, err
	}
	var conditions []json.RawMessage
	switch list, ok := doc["conditions"]; {
	case !ok:
		return p, badPolicy("Policy missing conditions.")
	case json.Unmarshal(list, &conditions) != nil:
		return p, badPolicy("Invalid 'conditions' value: must be a List.")
	}
	for _, raw := range conditions {
		if err := p.add(raw); err != nil {
			return p, err
		}
	}
	return p, nil
}

func notOver(expiration json.RawMessage, now time.Time) error {
	if expiration == nil {
		return badPolicy("Policy missing expiration.")
	}
	var text string
	if json.Unmarshal(expiration, &text) != nil {
		return badPolicy("Invalid JSON.")
	}
	end, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return badPolicy("Invalid 'expiration' value: '" + text + "'")
	case now.After(end):
		return againstPolicy("Policy expired.")
	}
	return nil
}

// add reads {"field": "value"}, ["eq" or "starts-with", "$field", "value"] or
// ["content-length-range", least, most].
func (p *formPolicy) add(raw json.RawMessage) error {
	var exact map[string]any
	if json.Unmarshal(raw, &exact) == nil {
		return p.addExact(exact)
	}
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		return badPolicy("Invalid condition test: must be a List or Object.")
	}
	if len(list) == 0 {
		return badPolicy("Invalid Condition: missing operation identifier.")
	}
	written, isText := list[0].(string)
	kind := strings.ToLower(written)
	switch {
	case !isText:
		return badPolicy("Invalid JSON.")
	case kind != "eq" && kind != "starts-with" && kind != "content-length-range":
		return badPolicy("Invalid Condition: unknown operation '" + written + "'.")
	case len(list) != 3:
		return badPolicy("Invalid " + written + ": wrong number of arguments.")
	case kind == "content-length-range":
		return p.addRange(list[1], list[2])
	}
	field, fieldIsText := list[1].(string)
	value, valueIsText := list[2].(string)
	if !fieldIsText || !valueIsText {
		return badPolicy("Invalid JSON.")
	}
	var text bytes.Buffer
	_ = json.Compact(&text, raw) // it was read just now
	name, ok := strings.CutPrefix(strings.ToLower(field), "$")
	if !ok {
		name = "" // no field is meant, so the condition cannot hold
	}
	p.conditions = append(p.conditions, condition{kind, name, value, text.String()})
	return nil
}

func (p *formPolicy) addExact(exact map[string]any) error {
	if len(exact) != 1 {
		return badPolicy("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
	}
	for field, v := range exact {
		value, ok := v.(string)
		if !ok {
			return badPolicy("Invalid Simple-Condition: value must be a string.")
		}
		text := fmt.Sprintf(`["eq", "$%s", "%s"]`, field, value)
		p.conditions = append(p.conditions, condition{"eq", strings.ToLower(field), value, text})
	}
	return nil
}

func (p *formPolicy) addRange(from, to any) error {
	least, err1 := strconv.ParseInt(fmt.Sprint(whole(from)), 10, 64)
	most, err2 := strconv.ParseInt(fmt.Sprint(whole(to)), 10, 64)
	if err1 != nil || err2 != nil {
		return badPolicy("Invalid JSON.")
	}
	p.least, p.most = max(p.least, least), min(p.most, most)
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
var unjudged = []string{"policy", "x-amz-signature", "file"}

// judge holds the fields against the conditions: each condition must hold, and
// each field must have one.
func (p formPolicy) judge(fields map[string]string) error {
	spoken := map[string]bool{}
	for _, name := range unjudged {
		spoken[name] = true
	}
	for _, c := range p.conditions {
		spoken[c.field] = true
		if !c.holds(fields) {
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

// holds judges one condition; of a Content-Type that lists several, each must
// begin as the condition says.
func (c condition) holds(fields map[string]string) bool {
	got, ok := fields[c.field]
	switch {
	case c.field == "" || !ok && c.value != "":
		return false
	case c.kind == "eq":
		return got == c.value
	case c.field != "content-type":
		return strings.HasPrefix(got, c.value)
	}
	for one := range strings.SplitSeq(got, ",") {
		if !strings.HasPrefix(strings.TrimSpace(one), c.value) {
			return false
		}
	}
	return true
}
