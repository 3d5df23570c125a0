package transfer

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A slot is all that an engine holds in memory of a row at rest: 40 bytes. Its job,
// its receipt, its error and its times are in the journal.
type slot struct {
	number        int64  // in the journal
	bytes         int64  // planned, below 0 where nobody told
	changed       Cursor // its place in the engine's history, 0 for a row that is gone
	before, after uint32 // there: rows, counted from 1
	priority      int16
	phase         uint8
	operation     uint8 // its place in allOps
	flags         flags
}

// allOps are the operations as slots name them: what they are in memory alone.
var allOps = [...]Op{Upload, Download, Copy, Move, Delete, Restore, Meta, Class, Encrypt}

// flags are what has to be known of a row without reading it.
type flags uint8

const (
	doubtful   flags = 1 << iota // its last receipt is not as asked
	acceptable                   // Row.Acceptable
	begun                        // there is Progress in the journal
	inLine                       // it waits in the engine's line
	isStream                     // its job reads or writes a stream
	asLeft                       // an earlier program left it so, and nobody has done anything about it
)

func (f flags) has(of flags) bool { return f&of != 0 }

// with sets flags or takes them away.
func (f flags) with(of flags, on bool) flags {
	if on {
		return f | of
	}
	return f &^ of
}

// op is what the job does.
func (s *slot) op() Op { return allOps[s.operation] }

// slotOf is the slot of a row.
func slotOf(number int64, r *Row) slot {
	s := slot{number: number, priority: int16(r.Job.Priority), operation: uint8(max(slices.Index(allOps[:], r.Job.Op), 0))}
	s.flags = s.flags.with(isStream, r.Job.From.Stream != "" || r.Job.To.Stream != "")
	s.follow(r)
	return s
}

// follow takes over what a row says.
func (s *slot) follow(r *Row) {
	s.phase, s.bytes = uint8(r.Phase), r.Job.bytes()
	s.flags = s.flags.with(doubtful, r.Job.Op.WritesObject() && r.Receipt != nil && !r.Receipt.Verdict.AsAsked()).
		with(acceptable, r.Acceptable())
}

// endsWithProgram reports whether nobody goes on with the job once its program has
// ended: a stream is gone then, and who interrupts a deletion wants no more deleted.
func (s *slot) endsWithProgram() bool { return s.op() == Delete || s.flags.has(isStream) }

func (s *slot) is(p Phase) bool { return Phase(s.phase) == p }

// slotsInAPage is how many rows are kept together, and forgotten together once all
// of them are gone.
const slotsInAPage = 1024

type page struct {
	slots [slotsInAPage]slot
	used  int // slots that were filled
	there int // of those, the ones that are not gone
}

// slots are the rows of an engine by Row.Nth, in pages of which those without a row
// are nil; and by their numbers. The zero value is empty. It belongs to the engine's
// mutex.
type slots struct {
	pages []*page
	next  int   // Nth of the next row
	there int   // rows that are not gone
	runs  []run // by number
}

// A run is rows that have their numbers one after the other, as they have their
// places. There are few of them: a journal numbers what is submitted together so.
type run struct {
	number int64
	first  uint32 // Nth of the row that has that number
	n      uint32
}

// add puts a slot at the end and returns its Nth.
func (all *slots) add(s slot) int {
	nth := all.next
	if all.next%slotsInAPage == 0 {
		all.pages = append(all.pages, &page{})
	}
	p := all.pages[all.next/slotsInAPage]
	if p == nil { // those before are gone already
		p = &page{used: all.next % slotsInAPage}
		all.pages[all.next/slotsInAPage] = p
	}
	p.slots[all.next%slotsInAPage] = s
	p.used++
	p.there++
	all.next++
	all.there++
	all.number(s.number, uint32(nth))
	return nth
}

func (all *slots) number(number int64, nth uint32) {
	i, _ := slices.BinarySearchFunc(all.runs, number, func(r run, number int64) int { return cmp.Compare(r.number, number) })
	if i > 0 {
		if r := &all.runs[i-1]; r.number+int64(r.n) == number && r.first+r.n == nth {
			r.n++
			return
		}
	}
	all.runs = slices.Insert(all.runs, i, run{number, nth, 1})
}

// place is a slot by its place counted from 1, as the history counts: one that was
// filled, in a page that is there.
func (all *slots) place(at uint32) *slot {
	return &all.pages[(at-1)/slotsInAPage].slots[(at-1)%slotsInAPage]
}

// at is the nth row, nil where it is gone or never was.
func (all *slots) at(nth int) *slot {
	if nth < 0 || nth >= all.next || all.pages[nth/slotsInAPage] == nil {
		return nil
	}
	if s := &all.pages[nth/slotsInAPage].slots[nth%slotsInAPage]; s.changed != 0 {
		return s
	}
	return nil
}

// of is the row that has a number in the journal, -1 where there is none.
func (all *slots) of(number int64) int {
	i, ok := slices.BinarySearchFunc(all.runs, number, func(r run, number int64) int { return cmp.Compare(r.number, number) })
	if !ok {
		i--
	}
	if i < 0 || number >= all.runs[i].number+int64(all.runs[i].n) {
		return -1
	}
	return int(all.runs[i].first) + int(number-all.runs[i].number)
}

// remove makes the nth row one that is gone.
func (all *slots) remove(nth int) {
	p := all.pages[nth/slotsInAPage]
	p.slots[nth%slotsInAPage] = slot{}
	p.there--
	all.there--
	if p.there == 0 {
		all.pages[nth/slotsInAPage] = nil
	}
}

// clip is ranges without the places that no row had yet, and without the empty ones; no
// range means all.
func (all *slots) clip(ranges []Range) (clipped []Range) {
	if len(ranges) == 0 {
		ranges = []Range{{0, all.next}}
	}
	for _, r := range ranges {
		first, end := max(r.First, 0), min(r.End(), all.next)
		if first < end {
			clipped = append(clipped, Range{first, end - first})
		}
	}
	return clipped
}

// in yields the rows of ranges that are there; no range means all.
func (all *slots) in(ranges []Range) iter.Seq2[int, *slot] {
	if len(ranges) == 0 {
		ranges = []Range{{0, all.next}}
	}
	return func(yield func(int, *slot) bool) {
		for _, r := range ranges {
			for nth, end := max(r.First, 0), min(r.End(), all.next); nth < end; nth++ {
				if all.pages[nth/slotsInAPage] == nil {
					nth += slotsInAPage - 1 - nth%slotsInAPage
					continue
				}
				if s := all.at(nth); s != nil && !yield(nth, s) {
					return
				}
			}
		}
	}
}

// A Range is rows that were submitted one behind the other: N of them, from the row
// First on (Row.Nth). Some may be gone.
type Range struct{ First, N int }

// End is the place behind the last.
func (r Range) End() int { return r.First + r.N }

// Holds reports whether a row is in the range.
func (r Range) Holds(nth int) bool { return r.First <= nth && nth < r.End() }

// Ranges are rows, which come in ascending order, as ranges.
func Ranges(nths iter.Seq[int]) (all []Range) {
	for nth := range nths {
		if last := len(all) - 1; last >= 0 && all[last].End() == nth {
			all[last].N++
			continue
		}
		all = append(all, Range{nth, 1})
	}
	return all
}

// idOf is the id of a job to which its planner gave none.
func idOf(number int64) string { return "t" + strconv.FormatInt(number, 10) }

// numberIn is the number of the row that has such an id; ok is false for other ids.
func numberIn(id string) (number int64, ok bool) {
	digits, ok := strings.CutPrefix(id, "t")
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseInt(digits, 10, 64)
	return number, err == nil && idOf(number) == id
}
