package ledger

import (
	"database/sql"

	"github.com/cespare/xxhash/v2"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// Most of the text of a job and of a receipt is that of thousands of others: the
// account, the key, why it was chosen, what was compared and found. Where files are
// many that half stands once in the table commons, and the rows name it by its
// checksum. So a damaged ledger shows whether it is what they mean (salvage.go).

// mostCommons is how many texts are remembered. A run has a few.
const mostCommons = 64

// wholeEach is after how many of one text a row is written whole again: from such a row
// the text can be had where the table is damaged. The first of each is.
const wholeEach = 256

// A common is a text that rows have, or may have again.
type common struct {
	times int   // that it was written
	sum   int64 // by what it stands in the table, 0 as long as it does not
	alone bool  // it never will: another text has its checksum
}

// halves is how a value is kept: its text and, where that is its own half only, the
// checksum of the other, nil for none.
func (t *transaction) halves(h *transfer.Halves, err error) (text string, commonly any) {
	if err != nil {
		return t.text(nil, err), nil
	}
	if c := t.common(h.Common); c.times%wholeEach != 1 && t.isShared(c, h.Common) {
		return string(h.Own), c.sum
	}
	t.database.text = h.Whole(t.database.text[:0])
	return string(t.database.text), nil
}

// common counts a text.
func (t *transaction) common(text []byte) *common {
	all := t.database.commons
	c := all[string(text)]
	if c == nil {
		if len(all) >= mostCommons {
			clear(all)
		}
		c = &common{}
		all[string(text)] = c
	}
	c.times++
	return c
}

// isShared has a text in the table, unless another one is in its place.
func (t *transaction) isShared(c *common, text []byte) bool {
	if c.sum == 0 && !c.alone {
		sum, is := sumOf(string(text)), ""
		t.exec("INSERT INTO commons (sum, text) VALUES (?, ?) ON CONFLICT DO NOTHING", sum, string(text))
		t.each("SELECT text FROM commons WHERE sum = ?", []any{sum}, func(r *sql.Rows) error { return r.Scan(&is) })
		if c.alone = is != string(text); !c.alone {
			c.sum = sum
		}
	}
	return !c.alone
}

func sumOf(text string) int64 { return int64(xxhash.Sum64String(text)) | 1 } //nolint:gosec // as many signs, and never 0
