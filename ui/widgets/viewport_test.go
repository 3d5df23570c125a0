package widgets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestScrollingToARowIsExactInAMillion(t *testing.T) {
	for _, rowHeight := range []float32{25, 26.3} {
		v := viewport{rows: 1_000_000, row: rowHeight, height: 481.7}
		for _, row := range []int{0, 1_000, 100_000, 999_999, 500_000, 777_777, 777_778, 999_998, 1} {
			v.show(row)
			first, end := v.visible()
			assert.True(t, row >= first && row < end, "row %d of %v px: shows %d..%d", row, rowHeight, first, end-1)
			assert.GreaterOrEqual(t, v.y(row), float32(-0.01))
			assert.LessOrEqual(t, v.y(row)+v.row, v.height+0.01, "row %d is seen whole", row)
			assert.Equal(t, row, v.rowAt(v.y(row)+v.row/2))
		}
	}
}

func TestShowingARowThatIsSeenDoesNotScroll(t *testing.T) {
	v := viewport{rows: 1000, row: 25, height: 250}
	v.setOffset(1010)
	v.show(45)
	assert.Equal(t, 1010.0, v.offset())
}

func TestTheViewStaysInsideTheList(t *testing.T) {
	v := viewport{rows: 100, row: 25, height: 260}
	v.scrollBy(-50)
	assert.Equal(t, 0.0, v.offset())
	v.scrollBy(1e9)
	assert.Equal(t, 100*25-260.0, v.offset())
	assert.Equal(t, 1.0, v.fraction())
	_, end := v.visible()
	assert.Equal(t, 100, end)
	v.rows = 3
	v.clamp()
	assert.Equal(t, 0.0, v.offset())
	assert.Equal(t, 1.0, v.share())
	assert.Equal(t, -1, v.rowAt(3*25+1), "below the last row there is none")
	assert.Equal(t, -1, v.rowAt(-1))
	v.rows = 0
	v.clamp()
	assert.Equal(t, -1, v.rowAt(1))
}

func TestAMillionSmallStepsDoNotDrift(t *testing.T) {
	v := viewport{rows: 1_000_000, row: 25, height: 480}
	for range 100_000 {
		v.scrollBy(7)
	}
	assert.InDelta(t, 700_000.0, v.offset(), 1)
	v.setFraction(0.5)
	assert.InDelta(t, (1_000_000*25-480)/2.0, v.offset(), 0.01)
}
