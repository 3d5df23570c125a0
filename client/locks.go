package client

import (
	"context"
	"time"
)

// A Locker reads and sets the locks of versions. A Store that can implements Locker too
// ([As]). A bucket without object lock, and a server that has none, say KindUnsupported.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
type Locker interface {
	// Lock is what keeps a version from being removed; versionID "" is the current one.
	// What was never set is zero, whichever way the server says that.
	Lock(ctx context.Context, at Location, versionID string) (Lock, error)
	// SetRetention keeps a version until a time; the zero Retention takes that away.
	// Less of one in governance needs bypass, and the right to; less of one in
	// compliance nobody can have (KindDenied). Ceph 16 shortens a retention and takes
	// none away (KindUnsupported).
	SetRetention(ctx context.Context, at Location, versionID string, r Retention, bypass bool) error
	// SetHold keeps a version until the hold is taken away.
	SetHold(ctx context.Context, at Location, versionID string, on bool) error
}

// A Lock is what keeps a version from being removed.
type Lock struct {
	Retention
	Hold bool
}

// A Retention keeps a version until a time. The zero value is none.
type Retention struct {
	Mode  string // Governance or Compliance, "" for none
	Until time.Time
}

// The modes of a retention. What is kept in compliance nobody can remove before its time,
// not even the owner of the account; in governance those who have the right.
const (
	Governance = "GOVERNANCE"
	Compliance = "COMPLIANCE"
)

// Same reports whether two retentions keep as long in the same way; servers keep seconds.
func (r Retention) Same(as Retention) bool {
	return r.Mode == as.Mode && (r.Mode == "" || r.Until.Sub(as.Until).Abs() < time.Second)
}
