package mock

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
)

// SetFaults replaces the faults, with all their counts at zero, for the
// requests that come from now on.
func (s *Server) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	second := func(n int64) time.Duration { return time.Duration(n) * time.Second }
	set := &faultSet{given: f, skew: second(f.ClockSkewSeconds), dateSkew: second(f.DateSkewSeconds)}
	for _, one := range f.Faults {
		set.each = append(set.each, &counted{Fault: one})
		set.journal.keep = max(set.journal.keep, one.Changes)
	}
	s.faults.Store(set)
	return nil
}

// faultSet is never changed but for its counts and its journal.
type faultSet struct {
	given          Faults
	skew, dateSkew time.Duration
	each           []*counted
	journal        journal
}

type counted struct {
	Fault
	seen, hit atomic.Int64 // calls that matched, and those of them that went wrong
}

// of counts the call and gives the faults which hit it.
func (f *faultSet) of(r *request) []*Fault {
	var active []*Fault
	for _, c := range f.each {
		if covers(c.Op, r.op) && covers(c.Bucket, r.bucket) && covers(c.Key, r.key) && c.hits(c.seen.Add(1)) {
			c.hit.Add(1)
			active = append(active, &c.Fault)
		}
	}
	return active
}

// hits tells whether the n-th matching call goes wrong.
func (f *Fault) hits(n int64) bool {
	first := int64(max(f.Nth, 1))
	if n < first || f.Count > 0 && n >= first+int64(f.Count) {
		return false
	}
	// The numbers of one generator each, so that calls at the same time do not
	// change each other's.
	return f.Probability == 0 || rand.New(rand.NewPCG(f.Seed, uint64(n))).Float64() < f.Probability //nolint:gosec // it must be repeatable
}

// covers is iam.Matches, where an empty pattern is *.
func covers(pattern, name string) bool { return pattern == "" || iam.Matches(pattern, name) }

// fault gives the call's fault of one action, nil where there is none.
func (r *request) fault(do Action) *Fault {
	for _, f := range r.active {
		if f.Do == do {
			return f
		}
	}
	return nil
}
