package state

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// size writes bytes for people: "20 MiB", a dash where they are not told.
func size(n int64) string {
	if n < 0 {
		return "–"
	}
	return humanize.IBytes(uint64(n))
}

// together writes the size of several things, of which some have not told theirs.
func together(bytes int64, untold int) string {
	switch {
	case untold == 0:
		return size(bytes)
	case bytes == 0:
		return size(-1)
	}
	return i18n.T("at least %s", size(bytes))
}

// count writes a number with separators: "12,408".
func count(n int) string { return humanize.Comma(int64(n)) }

// files writes "1 file" or "12 files".
func files(n int) string {
	return i18n.N(n, "%s file", "%s files", count(n))
}

// moment writes a time in the zone of this computer, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// span writes a duration as a clock would: "3:41", "1:02:09".
func span(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func joinLines(lines []string) string { return strings.Join(lines, "\n") }

func compareNames(a, b string) int { return strings.Compare(a, b) }
