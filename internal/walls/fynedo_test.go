package walls

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The screen's goroutine is come back to in one place, so that an answer to a
// question the user has left is dropped in one place too.
func TestFyneDoIsCalledInOneFileAndDoAndWaitNowhere(t *testing.T) {
	var do, doAndWait []string
	for _, s := range readSources(t) {
		calls := callsTo(s.file, "fyne.io/fyne/v2")
		if slices.Contains(calls, "Do") {
			do = append(do, s.path)
		}
		if slices.Contains(calls, "DoAndWait") {
			doAndWait = append(doAndWait, s.path)
		}
	}
	assert.Len(t, do, 1, "fyne.Do belongs in one file: %v", do)
	assert.Empty(t, doAndWait, "fyne.DoAndWait can wait for ever")
}
