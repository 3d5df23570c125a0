package transfer

// recentRows is how many rows at rest are held in memory.
const recentRows = 4096

// fewParts is up to how many parts a receipt may have to be held in memory beyond
// the transfer: of one with thousands a row is large.
const fewParts = 64

// recent are rows at rest that were looked at, changed, or are about to run, as the
// journal has them: a few thousand of all there are. Those that came first make room.
// It belongs to the engine's mutex.
type recent struct {
	rows  map[int]*Row
	order [recentRows]int // of their coming, a ring
	next  int
}

func newRecent() recent { return recent{rows: make(map[int]*Row, 64)} }

// put holds a copy of a row.
func (c *recent) put(r *Row) {
	if r.Receipt != nil && len(r.Receipt.Parts) > fewParts {
		delete(c.rows, r.Nth)
		return
	}
	held := c.rows[r.Nth]
	if held == nil {
		// A place in the ring may name a row that left meanwhile, and came again at another.
		left := c.order[c.next] - 1
		if held = c.rows[left]; held == nil {
			held = new(Row)
		}
		delete(c.rows, left)
		c.order[c.next] = r.Nth + 1
		c.next = (c.next + 1) % recentRows
		c.rows[r.Nth] = held
	}
	*held = *r
}

// at is a row, nil where it is not held. It is another row's once the mutex is given up.
func (c *recent) at(nth int) *Row { return c.rows[nth] }

func (c *recent) remove(nth int) { delete(c.rows, nth) }
