package explain

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Size writes bytes for people: "20 MiB", a dash where they are not told.
func Size(n int64) string {
	if n < 0 {
		return "–"
	}
	return humanize.IBytes(uint64(n))
}

// TotalSize writes the size of several things, of which some have not told theirs.
func TotalSize(bytes int64, untold int) string {
	switch {
	case untold == 0:
		return Size(bytes)
	case bytes == 0:
		return Size(-1)
	}
	return i18n.T("at least %s", Size(bytes))
}

// Count writes a number with separators: "12,408".
func Count(n int) string { return humanize.Comma(int64(n)) }

// Files writes "1 file" or "12 files".
func Files(n int) string {
	return i18n.N(n, "%s file", "%s files", Count(n))
}

// Time writes a time in the zone of this computer, "" for none.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// Duration writes a duration as a clock would: "3:41", "1:02:09".
func Duration(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// maxLines is how many names are below a line at most.
const maxLines = 20

// Shorten keeps the first of many lines and says how many more there are.
func Shorten(all []string) []string {
	if len(all) <= maxLines {
		return all
	}
	return append(all[:maxLines:maxLines], i18n.T("… and %s more", Count(len(all)-maxLines)))
}
