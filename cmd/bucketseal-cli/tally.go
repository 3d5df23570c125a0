package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A tally counts files by how they ended. A file is only counted as verified where
// what was asked was compared and is so.
type tally struct {
	files int
	by    [len(endNames)]int
	bytes int64 // of the files that are done
	done  map[transfer.Op]int
}

// An end is how a file ended, for a person.
type end int

const (
	endVerified end = iota
	endNothingAsked
	endUnverified
	endDeleted
	endNotAsAsked
	endSkipped
	endNotYetVerified
	endCancelled
	endFailed
)

var endNames = [...]string{
	"verified", "nothing asked of their encryption", "unverified", "deleted", "not encrypted as asked", "skipped", "not yet verified", "cancelled", "failed",
}

// add counts a file that is over.
func (t *tally) add(r transfer.Row) {
	t.files++
	t.by[endOf(r)]++
	if r.Phase == transfer.Done && r.Receipt != nil && r.Job.Op != transfer.Delete {
		t.bytes += max(r.Receipt.Size, 0)
	}
	if r.Phase == transfer.Done {
		if t.done == nil {
			t.done = map[transfer.Op]int{}
		}
		t.done[r.Job.Op]++
	}
}

func endOf(r transfer.Row) end {
	kind := client.KindOf(r.Err)
	switch {
	case r.Phase == transfer.Skipped:
		return endSkipped
	case r.Phase == transfer.Cancelled:
		return endCancelled
	case kind == client.KindNotYetVerified:
		return endNotYetVerified
	case kind == client.KindEncryptionNotAsAsked:
		return endNotAsAsked
	case r.Phase == transfer.Done && r.Job.Op == transfer.Delete:
		return endDeleted
	case r.Phase == transfer.Failed || r.Receipt == nil:
		return endFailed
	case r.Job.Op.WritesObject():
		return endOfUpload(r.Receipt.Verdict)
	case r.Receipt.Content.OfBytes():
		return endVerified
	}
	return endUnverified
}

func endOfUpload(v transfer.Verdict) end {
	switch v {
	case transfer.Verified:
		return endVerified
	case transfer.NothingAsked:
		return endNothingAsked
	}
	return endNotAsAsked
}

// sum is the tally in one line.
func (t *tally) sum(took time.Duration) string {
	var parts []string
	for e, n := range t.by {
		if n > 0 {
			parts = append(parts, humanize.Comma(int64(n))+" "+endNames[e])
		}
	}
	rate := float64(t.bytes) / max(took.Seconds(), 0.001)
	return fmt.Sprintf("%s files: %s; %s in %s (%s/s)", humanize.Comma(int64(t.files)), strings.Join(parts, ", "),
		humanize.IBytes(uint64(t.bytes)), spanOf(took), humanize.IBytes(uint64(rate)))
}

// spanOf is span, with a fraction where it is short.
func spanOf(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return span(d)
}
