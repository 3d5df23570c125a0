package faults

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
)

// Injector holds the faults that are in force. The zero value has none. Safe for
// concurrent use.
type Injector struct{ current atomic.Pointer[faultSet] }

// Set replaces the faults, with all their counts at zero, for the requests that
// come from now on. It refuses faults that can never hit.
func (i *Injector) Set(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	second := func(n int64) time.Duration { return time.Duration(n) * time.Second }
	set := &faultSet{given: f, skew: second(f.ClockSkewSeconds), dateSkew: second(f.DateSkewSeconds)}
	for _, one := range f.Faults {
		set.each = append(set.each, &counted{Fault: one})
		set.journal.keep = max(set.journal.keep, one.Changes)
	}
	i.current.Store(set)
	return nil
}

func (i *Injector) set() *faultSet {
	if set := i.current.Load(); set != nil {
		return set
	}
	return &faultSet{}
}

// Skew is how wrong the server's clock is.
func (i *Injector) Skew() time.Duration { return i.set().skew }

// DateSkew is how wrong the Date is that the server sends, its clock apart.
func (i *Injector) DateSkew() time.Duration { return i.set().dateSkew }

// Count is what became of a fault that is set.
type Count struct {
	Seen int64 `json:"seen"` // calls that matched
	Hit  int64 `json:"hit"`  // and went wrong
}

// Report tells the faults in force, and what became of each of them.
func (i *Injector) Report() (Faults, []Count) {
	set := i.set()
	counts := []Count{}
	for _, c := range set.each {
		counts = append(counts, Count{c.seen.Load(), c.hit.Load()})
	}
	return set.given, counts
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

// Match counts a call, and gives the faults which hit it.
func (i *Injector) Match(op, bucket, key string) []*Fault {
	var active []*Fault
	for _, c := range i.set().each {
		if covers(c.Op, op) && covers(c.Bucket, bucket) && covers(c.Key, key) && c.hits(c.seen.Add(1)) {
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

// Find gives the fault of one action among those which hit a call, nil where
// there is none.
func Find(active []*Fault, do Action) *Fault {
	for _, f := range active {
		if f.Do == do {
			return f
		}
	}
	return nil
}
