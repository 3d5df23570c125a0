// Package faults lets the endpoint go wrong on purpose: which calls, how, how often.
// docs/mocks3.md describes the file.
//
// It promises: a fault that could never hit is refused; with a seed, a run goes wrong
// in the same calls again; an answer that a fault spoils is otherwise what it would
// have been.
package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/s3"
)

// Faults is the content of a faults file: what the endpoint does wrong on
// purpose. The zero value is none. docs/mocks3.md describes the JSON.
type Faults struct {
	// ClockSkewSeconds makes the server's clock wrong: the Date it sends and the
	// time it judges signatures by.
	ClockSkewSeconds int64 `json:"clockSkewSeconds,omitempty"`
	// DateSkewSeconds makes only the Date it sends wrong.
	DateSkewSeconds int64   `json:"dateSkewSeconds,omitempty"`
	Faults          []Fault `json:"faults,omitempty"`
}

// Fault is one thing that goes wrong, and when.
type Fault struct {
	Op     string `json:"op,omitempty"`     // S3 or KMS operation, "STS" for all of those; * and ? allowed; empty is every one
	Bucket string `json:"bucket,omitempty"` // bucket name, * and ? allowed; empty is every one
	Key    string `json:"key,omitempty"`    // object key, * and ? allowed; empty is every one
	Nth    int    `json:"nth,omitempty"`    // the first call of those matching that goes wrong, from 1; 0 is 1
	Count  int    `json:"count,omitempty"`  // how many calls go wrong; 0 is all from Nth on
	Do     Action `json:"do"`

	// Probability of each of those calls to go wrong, 0 is 1. The n-th matching call
	// goes wrong or not by Seed and n alone, so that a run can be repeated.
	Probability float64 `json:"probability,omitempty"`
	Seed        uint64  `json:"seed,omitempty"`

	Status  int    `json:"status,omitempty"`  // status: the HTTP status
	Code    string `json:"code,omitempty"`    // status, error-in-200: the S3 error code
	Message string `json:"message,omitempty"` // status, error-in-200
	KeyID   string `json:"keyId,omitempty"`   // other-key: the id to name
	Method  string `json:"method,omitempty"`  // other-type: AES256, aws:kms or aws:kms:dsse
	Header  string `json:"header,omitempty"`  // drop-sse-headers: only this one
	Bytes   int64  `json:"bytes,omitempty"`   // cut, stall, reset: after so many body bytes; flip-bit: which byte; content-length, content-range, other-range: by how much it is wrong
	Millis  int64  `json:"millis,omitempty"`  // delay: how long; stall: how long, 0 until the client leaves; stale-listing: younger objects are missing
	Changes int    `json:"changes,omitempty"` // stale-listing: so many last changes are missing
	Echo    bool   `json:"echo,omitempty"`    // store-plain: the answer claims what was asked
	Early   bool   `json:"early,omitempty"`   // reset: before anything is done
}

// Action names what a fault does.
type Action string

// The actions.
const (
	DropSSEHeaders Action = "drop-sse-headers" // the answer carries no x-amz-server-side-encryption* header, or lacks one of them
	OtherKey       Action = "other-key"        // the answer names another KMS key
	OtherType      Action = "other-type"       // the answer names another type of encryption
	StorePlain     Action = "store-plain"      // the encryption asked for is ignored, the answer is 200
	AnswerStatus   Action = "status"           // nothing is done, the answer is an error
	ErrorIn200     Action = "error-in-200"     // nothing is done, the answer is 200 with an error document
	Cut            Action = "cut"              // the connection ends after so many body bytes
	Reset          Action = "reset"            // the connection is reset (TCP RST)
	FlipBit        Action = "flip-bit"         // one bit of the body is wrong
	Stall          Action = "stall"            // the body stands still after so many bytes
	Delay          Action = "delay"            // the answer comes late
	WrongLength    Action = "content-length"   // the Content-Length is wrong
	WrongRange     Action = "content-range"    // the Content-Range is wrong, the bytes are those asked for
	OtherRange     Action = "other-range"      // another stretch is sent than was asked for, and told so
	IgnoreRange    Action = "ignore-range"     // the whole object is sent, with 200
	WrongChecksum  Action = "checksum"         // the x-amz-checksum-* headers are wrong
	StaleListing   Action = "stale-listing"    // a listing does not know the latest
)

// takes are the parameters of each action; those with ! must be given.
var takes = map[Action][]string{
	DropSSEHeaders: {"header"}, OtherKey: {"keyId!"}, OtherType: {"method!"}, StorePlain: {"echo"},
	AnswerStatus: {"status!", "code", "message"}, ErrorIn200: {"code", "message"},
	Cut: {"bytes"}, Reset: {"bytes", "early"}, FlipBit: {"bytes"}, Stall: {"bytes", "millis"}, Delay: {"millis!"},
	WrongLength: {"bytes!"}, WrongRange: {"bytes!"}, OtherRange: {"bytes!"}, IgnoreRange: nil, WrongChecksum: nil,
	StaleListing: {"millis", "changes"},
}

// Actions lists all actions, sorted.
func Actions() []Action { return slices.Sorted(maps.Keys(takes)) }

// given tells which parameters of actions a fault has.
func (f Fault) given() map[string]bool {
	return map[string]bool{
		"status": f.Status != 0, "code": f.Code != "", "message": f.Message != "", "keyId": f.KeyID != "", "method": f.Method != "",
		"header": f.Header != "", "bytes": f.Bytes != 0, "millis": f.Millis != 0, "changes": f.Changes != 0, "echo": f.Echo, "early": f.Early,
	}
}

const maxStaleChanges = 1000

func (f Fault) check() error {
	params, known := takes[f.Do]
	if !known {
		return fmt.Errorf("unknown action %q: see docs/mocks3.md for those there are", f.Do)
	}
	given := f.given()
	for _, p := range params {
		name, must := strings.CutSuffix(p, "!")
		if must && !given[name] {
			return fmt.Errorf("%s: %s is missing", f.Do, name)
		}
		delete(given, name)
	}
	for name, there := range given {
		if there {
			return fmt.Errorf("%s: does not take %s", f.Do, name)
		}
	}
	signed := f.Do == WrongLength || f.Do == WrongRange || f.Do == OtherRange
	switch {
	case f.Nth < 0 || f.Count < 0 || f.Millis < 0 || f.Changes < 0 || f.Bytes < 0 && !signed:
		return fmt.Errorf("%s: negative number", f.Do)
	case !(f.Probability >= 0 && f.Probability <= 1):
		return fmt.Errorf("%s: probability must be 0 to 1, not %v", f.Do, f.Probability)
	case f.Seed != 0 && f.Probability == 0:
		return fmt.Errorf("%s: a seed without a probability decides nothing: give both, or neither", f.Do)
	case f.Do == AnswerStatus && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status: must be 400 to 599, not %d", f.Status)
	case f.Do == OtherType && !slices.Contains([]string{s3.MethodS3, s3.MethodKMS, s3.MethodDSSE}, f.Method):
		return fmt.Errorf("other-type: method must be %s, %s or %s, not %q", s3.MethodS3, s3.MethodKMS, s3.MethodDSSE, f.Method)
	case f.Header != "" && !isSSEHeader(f.Header):
		return fmt.Errorf("drop-sse-headers: %q is not one of x-amz-server-side-encryption*", f.Header)
	case f.Do == Reset && f.Early && f.Bytes > 0:
		return fmt.Errorf("reset: early and bytes exclude each other")
	case f.Do == StaleListing && (f.Millis > 0) == (f.Changes > 0):
		return fmt.Errorf("stale-listing: give either millis or changes")
	case f.Changes > maxStaleChanges:
		return fmt.Errorf("stale-listing: at most %d changes", maxStaleChanges)
	}
	return f.checkOp()
}

// checkOp refuses a pattern that no operation has: it would never hit.
func (f Fault) checkOp() error {
	if f.Op == "" {
		return nil
	}
	all := append(kms.Operations(), "STS", "CopyObject", "UploadPartCopy")
	for _, op := range s3.Operations {
		all = append(all, op)
	}
	if !slices.ContainsFunc(all, func(op string) bool { return iam.Matches(f.Op, op) }) {
		return fmt.Errorf("%s: no operation is called %q", f.Do, f.Op)
	}
	return nil
}

// Read reads a faults file. Unknown names are refused, so that a typing
// error does not pass for a server without faults.
func Read(path string) (Faults, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Faults{}, fmt.Errorf("read faults: %w", err)
	}
	f, err := Parse(raw)
	if err != nil {
		return Faults{}, fmt.Errorf("read faults %s: %w", path, err)
	}
	return f, nil
}

// Parse reads the content of a faults file.
func Parse(raw []byte) (Faults, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var f Faults
	if err := d.Decode(&f); err != nil {
		return Faults{}, err
	}
	return f, f.check()
}

func (f Faults) check() error {
	for i, one := range f.Faults {
		if err := one.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return nil
}
