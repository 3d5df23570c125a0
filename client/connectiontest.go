package client

import (
	"context"
	"time"
)

// A ConnectionTest is what came of the way to an account's server, step by step. A
// step that failed is the last but those that could not be tried.
type ConnectionTest struct {
	Steps       []TestStep
	Certificate Certificate   // that the server showed; zero over plain http or where it was not reached
	Clock       time.Duration // how far the server's clock is before ours; 0 where it did not tell
	Buckets     int           // how many it lists, or the account names
	Region      string        // of the bucket that was looked at; "" is not told
}

// A TestStep is one of them.
type TestStep struct {
	Name   StepName
	Status StepStatus
	Said   Text  // what was found
	Err    error // why it failed: a *Error; nil otherwise
}

// StepName says which step it is; in JSON too.
type StepName string

// The steps, in their order.
const (
	StepResolve StepName = "name"        // the host's name has an address
	StepConnect StepName = "connect"     // something listens there
	StepTLS     StepName = "tls"         // it shows a certificate that is trusted
	StepClock   StepName = "clock"       // its clock and ours agree
	StepSignIn  StepName = "credentials" // it lets us in
	StepBuckets StepName = "buckets"     // it lists our buckets
	StepRegion  StepName = "region"      // a bucket is where we think
)

// StepStatus is how a step went.
type StepStatus string

// The statuses. A noted step went on, and there is something to know of it.
const (
	StepPassed  StepStatus = "passed"
	StepNoted   StepStatus = "noted"
	StepFailed  StepStatus = "failed"
	StepSkipped StepStatus = "skipped"
)

// Failed is the step that failed; ok is false where none did.
func (t ConnectionTest) Failed() (step TestStep, ok bool) {
	for _, s := range t.Steps {
		if s.Status == StepFailed {
			return s, true
		}
	}
	return TestStep{}, false
}

// A Certificate is what a server shows of itself.
type Certificate struct {
	Names       []string // hosts and addresses it is for
	Issuer      string
	From, Until time.Time
	SHA256      string // in hex; by this an account is bound to it
}

// IsZero reports whether there is none.
func (c Certificate) IsZero() bool { return c.SHA256 == "" }

// Examiner is a [Store] that tests its connection.
type Examiner interface {
	// Examine goes the way to the server step by step and changes nothing. bucket is the
	// one whose region is looked at; "" is the first there is.
	Examine(ctx context.Context, bucket string) ConnectionTest
}
