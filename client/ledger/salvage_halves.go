package ledger

import (
	"encoding/json"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// isJob and isReceipt tell such records, of every version of their tables.
func isJob(v []any) bool {
	return (len(v) == 10 || len(v) == 11) && shapeOf(v[:5]) == "_iiti" && shapeOf(v[9:10]) == "t"
}

func isReceipt(v []any) bool {
	return (len(v) == 4 || len(v) == 5) && shapeOf(v[:2]) == "_i" && shapeOf(v[3:4]) == "t"
}

// ofHalf is the text of a job or a receipt and the checksum of the half that it shares
// with others, 0 for none; ok is false for other records.
func ofHalf(r rawRecord) (text string, sum int64, ok bool) {
	at := 3
	switch {
	case isJob(r.values):
		at = 9
	case !isReceipt(r.values):
		return "", 0, false
	}
	if len(r.values) > at+1 {
		sum, _ = r.values[at+1].(int64)
	}
	return r.values[at].(string), sum, true
}

// halfTexts are what jobs and receipts of a damaged database have in common, by their
// checksums; "" for one that has not been found.
type halfTexts map[int64]string

// want notes what a record shares.
func (h halfTexts) want(r rawRecord) {
	if _, sum, _ := ofHalf(r); sum != 0 {
		h[sum] += "" // it may be here already
	}
}

// take takes a text if it has the checksum.
func (h halfTexts) take(sum int64, text string) bool {
	is := sum == sumOf(text)
	if is {
		h[sum] = text
	}
	return is
}

// miss reports whether one is not found.
func (h halfTexts) miss() bool {
	for _, text := range h {
		if text == "" {
			return true
		}
	}
	return false
}

// learn takes what is missing from records that are whole: the first of those that share
// it is, and some of the others.
func (h halfTexts) learn(r rawRecord) {
	text, sum, ok := ofHalf(r)
	if !ok || sum != 0 {
		return
	}
	var halves transfer.Halves
	var err error
	if isJob(r.values) {
		var job transfer.Job
		if err = json.Unmarshal([]byte(text), &job); err == nil {
			err = halves.OfJob(&job)
		}
	} else {
		var receipt transfer.Receipt
		if err = json.Unmarshal([]byte(text), &receipt); err == nil {
			err = halves.OfReceipt(&receipt)
		}
	}
	if err != nil {
		return
	}
	found := string(halves.Common)
	if is, wanted := h[sumOf(found)]; wanted && is == "" {
		h[sumOf(found)] = found
	}
}

// whole is the text of a record with what it shares, and no JSON where that is gone.
func (h halfTexts) whole(r rawRecord) string {
	text, sum, _ := ofHalf(r)
	if sum == 0 {
		return text
	}
	halves := transfer.Halves{Common: []byte(h[sum]), Own: []byte(text)}
	if h[sum] == "" || text == "" {
		return ""
	}
	return string(halves.Whole(nil))
}
