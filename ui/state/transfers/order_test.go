package transfers

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plain is an order as a plain list would keep it.
type plain map[int]rank

func (p plain) of(r rank) (all []int) {
	for nth, have := range p {
		if have == r {
			all = append(all, nth)
		}
	}
	slices.Sort(all)
	return all
}

func TestRandomMovesAgreeWithAPlainList(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var o order
	want := plain{}
	for move := range 20_000 {
		nth := random.IntN(min(move+1, 5*runLength))
		to := rank(random.IntN(ranks))
		if move > 15_000 && random.IntN(3) > 0 {
			to = absent // towards the end most rows go
		}
		end := nth + 1
		if move%50 == 0 { // a verb for many
			end += random.IntN(3 * runLength)
			o.setAll(nth, end, to)
		} else {
			o.set(nth, to)
		}
		for nth := nth; nth < end; nth++ {
			if was, gone := want[nth], o.first*runLength > nth; gone && was == absent {
				continue
			}
			if want[nth] = to; to == absent {
				delete(want, nth)
			}
		}
		if move%1000 != 0 {
			continue
		}
		for r := running; r < ranks; r++ {
			rows := want.of(r)
			require.Equal(t, len(rows), o.count[r])
			for _, k := range []int{0, len(rows) / 2, len(rows) - 1} {
				if k >= 0 && k < len(rows) {
					assert.Equal(t, rows[k], o.at(r, k))
					assert.Equal(t, k, o.index(rows[k]))
					assert.Equal(t, r, o.of(rows[k]))
				}
			}
			assert.Equal(t, -1, o.at(r, len(rows)), "there are no more")
		}
		var all []int
		for nth := range want {
			all = append(all, nth)
		}
		slices.SortFunc(all, cmp.Compare[int])
		assert.Equal(t, all, slices.Collect(o.nths()))
	}
}

func TestAMoveOfManyRowsKeepsWhatIsMarked(t *testing.T) {
	var o order
	o.setAll(100, 5000, waits)
	for p := range o.all(waits) {
		*p |= marked
		break
	}
	o.setAll(0, 6000, over)
	n := 0
	for p := range o.all(over) {
		if *p&marked != 0 {
			n++
		}
	}
	assert.Equal(t, 1, n)
	assert.Equal(t, 6000, o.count[over])
	assert.Zero(t, o.count[waits])
	o.setAll(0, 6000, absent)
	assert.Equal(t, [ranks]int{}, o.count)
}

func TestRowsThatAreGoneTakeNoMemory(t *testing.T) {
	var o order
	for nth := range 100 * runLength {
		o.set(nth, waits)
		if nth >= 10 {
			o.set(nth-10, absent)
		}
	}
	assert.LessOrEqual(t, len(o.runs), 2)
	assert.Equal(t, 10, o.count[waits])
	o.set(5, over)
	assert.Equal(t, absent, o.of(5), "what was forgotten does not come back")
	assert.Equal(t, 99*runLength+1020, o.at(waits, 6))
}
