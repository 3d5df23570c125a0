package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Faults is the content of a faults file: what the endpoint does wrong on
// purpose. The zero value is none. docs/mocks3.md describes the JSON.
type Faults struct {
	// ClockSkewSeconds makes the server's clock wrong: the Date it sends and the
	// time it judges signatures by.
	ClockSkewSeconds int64   `json:"clockSkewSeconds,omitempty"`
	Faults           []Fault `json:"faults,omitempty"`
}

// Fault is one thing that goes wrong, and when.
type Fault struct {
	Op     string `json:"op,omitempty"`     // S3 or KMS operation, * and ? allowed; empty is every one
	Bucket string `json:"bucket,omitempty"` // bucket name, * and ? allowed; empty is every one
	Key    string `json:"key,omitempty"`    // object key, * and ? allowed; empty is every one
	Nth    int    `json:"nth,omitempty"`    // the first call of those matching that goes wrong, from 1; 0 is 1
	Count  int    `json:"count,omitempty"`  // how many calls go wrong; 0 is all from Nth on
	Do     Action `json:"do"`

	Status  int    `json:"status,omitempty"`  // status: the HTTP status
	Code    string `json:"code,omitempty"`    // status, error-in-200: the S3 error code
	Message string `json:"message,omitempty"` // status, error-in-200
	KeyID   string `json:"keyId,omitempty"`   // other-key: the id to name
	Bytes   int64  `json:"bytes,omitempty"`   // cut, stall: after so many body bytes; flip-bit: which byte; content-length: by how much it is wrong
	Millis  int64  `json:"millis,omitempty"`  // delay: how long; stall: how long, 0 until the client leaves
	Echo    bool   `json:"echo,omitempty"`    // store-plain: the answer claims what was asked
}

// Action names what a fault does.
type Action string

// The actions.
const (
	DropSSEHeaders Action = "drop-sse-headers" // the answer carries no x-amz-server-side-encryption* header
	OtherKey       Action = "other-key"        // the answer names another KMS key
	StorePlain     Action = "store-plain"      // the encryption asked for is ignored, the answer is 200
	AnswerStatus   Action = "status"           // nothing is done, the answer is an error
	ErrorIn200     Action = "error-in-200"     // nothing is done, the answer is 200 with an error document
	Cut            Action = "cut"              // the connection breaks after so many body bytes
	FlipBit        Action = "flip-bit"         // one bit of the body is wrong
	Stall          Action = "stall"            // the body stands still after so many bytes
	Delay          Action = "delay"            // the answer comes late
	WrongLength    Action = "content-length"   // the Content-Length is wrong
)

var actions = []Action{DropSSEHeaders, OtherKey, StorePlain, AnswerStatus, ErrorIn200, Cut, FlipBit, Stall, Delay, WrongLength}

func (f Fault) check() error {
	switch {
	case !slices.Contains(actions, f.Do):
		return fmt.Errorf("unknown action %q", f.Do)
	case f.Nth < 0 || f.Count < 0 || f.Millis < 0 || f.Bytes < 0 && f.Do != WrongLength:
		return fmt.Errorf("%s: negative number", f.Do)
	case f.Do == AnswerStatus && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status: must be 400 to 599, not %d", f.Status)
	case f.Do == OtherKey && f.KeyID == "":
		return fmt.Errorf("other-key: keyId is missing")
	}
	return nil
}

// ReadFaults reads a faults file. Unknown names are refused, so that a typing
// error does not pass for a server without faults.
func ReadFaults(path string) (Faults, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Faults{}, fmt.Errorf("read faults: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var f Faults
	if err := d.Decode(&f); err != nil {
		return Faults{}, fmt.Errorf("read faults %s: %w", path, err)
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

// SetFaults replaces the faults, with all their counts at zero, for the
// requests that come from now on.
func (s *Server) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	set := &faultSet{skew: time.Duration(f.ClockSkewSeconds) * time.Second}
	for _, one := range f.Faults {
		set.each = append(set.each, &counted{Fault: one})
	}
	s.faults.Store(set)
	return nil
}

type faultSet struct {
	skew time.Duration
	each []*counted
}

type counted struct {
	Fault
	seen atomic.Int64
}

// of counts the call and gives the faults which hit it.
func (f *faultSet) of(r *request) []*Fault {
	var active []*Fault
	for _, c := range f.each {
		if !matches(c.Op, r.op) || !matches(c.Bucket, r.bucket) || !matches(c.Key, r.key) {
			continue
		}
		n, first := c.seen.Add(1), int64(max(c.Nth, 1))
		if n >= first && (c.Count == 0 || n < first+int64(c.Count)) {
			active = append(active, &c.Fault)
		}
	}
	return active
}

// fault gives the call's fault of one action, nil where there is none.
func (r *request) fault(do Action) *Fault {
	for _, f := range r.active {
		if f.Do == do {
			return f
		}
	}
	return nil
}

// matches compares with * (any run) and ? (one character); an empty pattern is *.
func matches(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	p, n := []rune(pattern), []rune(name)
	i, star, mark := 0, -1, 0
	for j := 0; j < len(n); {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
