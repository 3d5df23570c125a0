package iam

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Context is what a call says of itself beside who, what and on what: the
// values of condition keys, by lower-case key ("s3:x-amz-server-side-encryption").
// A key that is not there is one that the call does not say.
type Context map[string]string

// keys are the condition keys that calls are described by; a policy with
// another is refused.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var keys = []string{
	"aws:CurrentTime", "aws:EpochTime", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalType", "aws:Referer", "aws:SecureTransport",
	"aws:SourceIp", "aws:UserAgent", "aws:username",
	"s3:authType", "s3:delimiter", "s3:max-keys", "s3:prefix", "s3:ResourceAccount", "s3:signatureversion", "s3:TlsVersion", "s3:VersionId",
	"s3:x-amz-acl", "s3:x-amz-content-sha256", "s3:x-amz-copy-source", "s3:x-amz-grant-full-control", "s3:x-amz-grant-read", "s3:x-amz-grant-read-acp",
	"s3:x-amz-grant-write", "s3:x-amz-grant-write-acp", "s3:x-amz-metadata-directive", "s3:x-amz-object-ownership",
	"s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption-customer-algorithm",
	"s3:x-amz-storage-class", "s3:x-amz-website-redirect-location",
}

// unjudgedKeys are further keys of S3 and of all services which policies on AWS
// may have and this package refuses.
var unjudgedKeys = []string{
	"aws:calledvia", "aws:ec2", "aws:federatedprovider", "aws:multifactorauth", "aws:principal", "aws:requestedregion", "aws:requesttag/", "aws:resource",
	"aws:source", "aws:tagkeys", "aws:tokenissuetime", "aws:userid", "aws:viaawsservice", "aws:vpc",
	"s3:accessgrants", "s3:accesspointnetworkorigin", "s3:bucketaccesspoint", "s3:bucketnamespace", "s3:buckettag/", "s3:dataaccesspoint", "s3:destinationregion",
	"s3:existingobjecttag/", "s3:if-match", "s3:if-none-match", "s3:inventory", "s3:isreplicationpausereq", "s3:jobsuspendedcause", "s3:locationconstraint", "s3:object-lock-",
	"s3:objectcreationoperation", "s3:requestjob", "s3:requestobjecttag", "s3:signatureage", "s3:x-amz-bucket-object-lock-enabled",
}

// conditions are the tests that must all hold.
type conditions []test

// test is one operator on one key: it holds when one of the values fits, and
// where it is negated when none does.
type test struct {
	operator string // without Not and IfExists
	negated  bool
	ifExists bool // a key that is not there passes
	key      string
	values   list
}

// operators and how they compare a call's value with a policy's.
var operators = map[string]func(got, want string) bool{
	"StringEquals":           func(got, want string) bool { return got == want },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             func(got, want string) bool { return Matches(want, got) },
	"ArnEquals":              func(got, want string) bool { return Matches(want, got) }, // as ArnLike, says the manual
	"ArnLike":                func(got, want string) bool { return Matches(want, got) },
	"Bool":                   strings.EqualFold,
	"IpAddress":              within,
	"NumericEquals":          numeric(func(d int) bool { return d == 0 }),
	"NumericLessThan":        numeric(func(d int) bool { return d < 0 }),
	"NumericLessThanEquals":  numeric(func(d int) bool { return d <= 0 }),
	"NumericGreaterThan":     numeric(func(d int) bool { return d > 0 }),
	"NumericGreaterThanEquals": numeric(func(d int) bool {
		return d >= 0
	}),
	"DateEquals":            dated(func(d int) bool { return d == 0 }),
	"DateLessThan":          dated(func(d int) bool { return d < 0 }),
	"DateLessThanEquals":    dated(func(d int) bool { return d <= 0 }),
	"DateGreaterThan":       dated(func(d int) bool { return d > 0 }),
	"DateGreaterThanEquals": dated(func(d int) bool { return d >= 0 }),
	"Null":                  nil, // see holds
}

var negations = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
	"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike", "NotIpAddress": "IpAddress", "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals",
}

// UnmarshalJSON reads {"StringEquals": {"s3:prefix": "a"}}; values may be
// strings, numbers and truth values, alone or in a list.
func (c *conditions) UnmarshalJSON(raw []byte) error {
	var doc map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	for name, of := range doc {
		for key, raw := range of {
			one, err := readTest(name, key, raw)
			if err != nil {
				return err
			}
			*c = append(*c, one)
		}
	}
	return nil
}

func readTest(name, key string, raw json.RawMessage) (test, error) {
	t := test{key: strings.ToLower(key)}
	t.operator, t.ifExists = strings.CutSuffix(name, "IfExists")
	if bare, ok := negations[t.operator]; ok {
		t.operator, t.negated = bare, true
	}
	compare, known := operators[t.operator]
	switch {
	case strings.HasPrefix(name, "ForAllValues:"), strings.HasPrefix(name, "ForAnyValue:"), name == "BinaryEquals":
		return t, unjudged("the condition operator " + name)
	case !known, t.operator == "Null" && t.ifExists:
		return t, malformed("Invalid Condition type : " + name)
	case !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) }):
		if slices.ContainsFunc(unjudgedKeys, func(k string) bool { return strings.HasPrefix(t.key, k) }) {
			return t, unjudged("the condition key " + key)
		}
		return t, malformed("Policy has an invalid condition key")
	}
	var err error
	if t.values, err = readValues(raw); err != nil {
		return t, malformed("Invalid value in Conditions")
	}
	for _, v := range t.values {
		switch {
		case strings.Contains(v, "${"):
			return t, unjudged("a policy variable")
		case t.operator == "IpAddress" && !isNetwork(v):
			return t, malformed("Invalid IP address in Conditions")
		case compare == nil && v != "true" && v != "false",
			strings.HasPrefix(t.operator, "Numeric") && !isNumber(v), strings.HasPrefix(t.operator, "Date") && !isTime(v):
			return t, malformed("Invalid value in Conditions")
		}
	}
	return t, nil
}

func readValues(raw json.RawMessage) (list, error) {
	var many []json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		many = []json.RawMessage{raw}
	}
	values := list{}
	for _, one := range many {
		var v any
		d := json.NewDecoder(bytes.NewReader(one))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case string:
			values = append(values, v)
		case bool, json.Number:
			values = append(values, fmt.Sprint(v))
		default:
			return nil, errors.New("neither text nor number nor truth value")
		}
	}
	if len(values) == 0 {
		return nil, errors.New("no value")
	}
	return values, nil
}

// hold tells whether all tests pass for a call.
func (c conditions) hold(of Context) bool {
	for _, t := range c {
		if !t.holds(of) {
			return false
		}
	}
	return true
}

// holds follows "Condition operators" of the IAM user guide: a key that is not
// there fails the test, unless it is negated or asks IfExists.
func (t test) holds(of Context) bool {
	got, there := of[t.key]
	if t.operator == "Null" {
		return t.values.has(strconv.FormatBool(!there))
	}
	if !there {
		return t.negated || t.ifExists
	}
	fits := slices.ContainsFunc(t.values, func(want string) bool { return operators[t.operator](got, want) })
	return fits != t.negated
}

func (l list) has(value string) bool { return slices.Contains(l, value) }

func isNetwork(s string) bool {
	_, err := networkOf(s)
	return err == nil
}

// networkOf reads an address or a CIDR.
func networkOf(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(s)
}

func within(got, want string) bool {
	network, err := networkOf(want)
	address, err2 := netip.ParseAddr(got)
	return err == nil && err2 == nil && network.Contains(address.Unmap())
}

func isNumber(s string) bool {
	_, ok := numberOf(s)
	return ok
}

// numberOf reads a number; NaN, which is beside every other, is none.
func numberOf(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f)
}

func numeric(fits func(order int) bool) func(got, want string) bool {
	return func(got, want string) bool {
		g, ok := numberOf(got)
		w, ok2 := numberOf(want)
		return ok && ok2 && fits(cmp.Compare(g, w))
	}
}

func isTime(s string) bool {
	_, err := timeOf(s)
	return err == nil
}

// timeOf reads RFC 3339, a day, or seconds since 1970.
func timeOf(s string) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, s)
}

func dated(fits func(order int) bool) func(got, want string) bool {
	return func(got, want string) bool {
		g, err := timeOf(got)
		w, err2 := timeOf(want)
		return err == nil && err2 == nil && fits(g.Compare(w))
	}
}
