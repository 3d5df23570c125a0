package transfers

import "iter"

// A rank is the group a row is shown in: what runs first, then what asks for a decision
// or has failed, then what waits, then what is over.
type rank uint8

const (
	absent rank = iota
	running
	failed
	waits
	over
	ranks = iota
)

// marked is set beside the rank of a row that is selected, while rows move.
const marked rank = 0x80

// An order is the rows of one engine by rank, and in each rank as they were
// submitted. It takes one byte a row, and finds a row among a million in about a
// microsecond: rows are kept in runs, with the number of each rank in a run.
type order struct {
	first int    // of the runs: those before hold nothing any more
	runs  []*run // nil where nothing is left
	count [ranks]int
}

const runLength = 1024

type run struct {
	rank  [runLength]rank
	count [ranks]int
}

// of is the rank of the nth row.
func (o *order) of(nth int) rank {
	if i := nth/runLength - o.first; i >= 0 && i < len(o.runs) && o.runs[i] != nil {
		return o.runs[i].rank[nth%runLength] &^ marked
	}
	return absent
}

// set moves the nth row to a rank; absent takes it off.
func (o *order) set(nth int, to rank) {
	i := nth/runLength - o.first
	if i < 0 { // taken off long ago
		return
	}
	for i >= len(o.runs) {
		o.runs = append(o.runs, nil)
	}
	if o.runs[i] == nil {
		if to == absent {
			return
		}
		o.runs[i] = &run{}
		o.runs[i].count[absent] = runLength
	}
	r, at := o.runs[i], nth%runLength
	from := r.rank[at] &^ marked
	r.rank[at] = to | r.rank[at]&marked
	if to == absent {
		r.rank[at] = absent
	}
	r.count[from]--
	r.count[to]++
	if from != absent {
		o.count[from]--
	}
	if to != absent {
		o.count[to]++
	}
	if r.count[absent] == runLength {
		o.runs[i] = nil
		o.trim()
	}
}

// setAll moves rows to a rank, as set does one by one.
func (o *order) setAll(first, end int, to rank) {
	for nth, next := first, 0; nth < end; nth = next {
		next = min(end, (nth/runLength+1)*runLength)
		if to == absent {
			for ; nth < next; nth++ {
				o.set(nth, to)
			}
			continue
		}
		o.set(nth, to) // which makes the run
		if i := nth/runLength - o.first; i >= 0 {
			o.setRun(o.runs[i], nth%runLength, nth%runLength+next-nth, to)
		}
	}
}

// setRun moves rows of one run to a rank; none is taken off.
func (o *order) setRun(r *run, first, end int, to rank) {
	var were [ranks]int
	for at := first; at < end; at++ {
		had := r.rank[at]
		were[had&^marked]++
		r.rank[at] = to | had&marked
	}
	were[to] -= end - first
	for of, n := range were {
		r.count[of] -= n
		if rank(of) != absent {
			o.count[of] -= n
		}
	}
}

// trim forgets the runs at the beginning in which nothing is left.
func (o *order) trim() {
	n := 0
	for n < len(o.runs)-1 && o.runs[n] == nil { // the last may yet be filled
		n++
	}
	o.first, o.runs = o.first+n, o.runs[n:]
}

// at is the kth row of a rank, counted from 0.
func (o *order) at(of rank, k int) (nth int) {
	for i, r := range o.runs {
		switch {
		case r == nil:
			continue
		case k >= r.count[of]:
			k -= r.count[of]
			continue
		}
		for at, have := range r.rank {
			if have&^marked != of {
				continue
			}
			if k == 0 {
				return (o.first+i)*runLength + at
			}
			k--
		}
	}
	return -1
}

// index is how many rows of its rank are before the nth row.
func (o *order) index(nth int) (k int) {
	of, i := o.of(nth), nth/runLength-o.first
	for _, r := range o.runs[:i] {
		if r != nil {
			k += r.count[of]
		}
	}
	for _, have := range o.runs[i].rank[:nth%runLength] {
		if have&^marked == of {
			k++
		}
	}
	return k
}

// nths yields the rows there are, as they were submitted.
func (o *order) nths() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, r := range o.runs {
			if r == nil {
				continue
			}
			for at, have := range r.rank {
				if have != absent && !yield((o.first+i)*runLength+at) {
					return
				}
			}
		}
	}
}

// all yields the places of the rows of a rank, as they were submitted.
func (o *order) all(of rank) iter.Seq[*rank] {
	return func(yield func(*rank) bool) {
		for _, r := range o.runs {
			if r == nil || r.count[of] == 0 {
				continue
			}
			for at := range r.rank {
				if r.rank[at]&^marked == of && !yield(&r.rank[at]) {
					return
				}
			}
		}
	}
}
