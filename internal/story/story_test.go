//go:build story

// Package story plays the main job in the program's real window, with mouse
// and keyboard: the clicks of an S3 Browser manual, then the proof.
// scripts/story.sh runs it in a virtual screen.
package story

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	mainWindow  = "Bucketseal"
	rulesWindow = "Server-Side-Encryption"
	size        = 20 << 20 // bytes of the file that travels
)

func TestARuleIsMadeAFileSentProvedLookedAtAndFetched(t *testing.T) {
	home := t.TempDir()
	content := make([]byte, size)
	_, err := rand.Read(content)
	require.NoError(t, err)
	file := filepath.Join(home, "scan-0417.bin")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	back := filepath.Join(home, "back")
	require.NoError(t, os.Mkdir(back, 0o700))

	s := open(t, home)
	s.sees(mainWindow, "Connected: Local demo")
	s.click(s.exact(mainWindow, "reports"))
	s.sees(mainWindow, "Drop files")
	s.shot("bucket")

	// Tools > Server-Side-Encryption > + Add
	s.click(s.exact(mainWindow, "Tools"))
	s.key("Down", "Return")
	s.sees(rulesWindow, "No rules")
	s.click(s.exact(rulesWindow, "Add"))
	s.sees(rulesWindow, "Bucket name or mask")

	// The key, first from the list, then typed as the manual says.
	s.click(s.exact(rulesWindow, "Enter KMS master key ARN"))
	s.click(s.exact(rulesWindow, "Choose from list"))
	s.click(s.exact(rulesWindow, "Choose a key"))
	listed := s.sees(rulesWindow, "alias/reports")
	id := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).FindString(listed.Text)
	require.NotEmpty(t, id, listed.Text)
	s.shot("keys")
	s.key("Escape")
	s.click(s.exact(rulesWindow, "Choose from list"))
	s.click(s.exact(rulesWindow, "Enter KMS master key ARN"))
	s.fill(s.field(rulesWindow, "Bucket name or mask"), "rep*")
	s.fill(s.field(rulesWindow, "KMS master key ARN or key ID"), id)
	s.sees(rulesWindow, "reports")
	s.shot("rule")

	// Save changes (the rule), Save changes (the list)
	s.click(s.exact(rulesWindow, "Save changes"))
	s.layer(rulesWindow, 0)
	s.sees(rulesWindow, "rep*")
	s.shot("rules")
	s.click(s.exact(rulesWindow, "Save changes"))
	s.sees(mainWindow, "rule 1")

	// Upload
	s.click(s.exact(mainWindow, "Upload"))
	s.pickPaths(file)
	s.sees(mainWindow, "rule 1")
	s.shot("confirm")
	s.click(s.exact(mainWindow, "Upload"))
	s.sees(mainWindow, "Verified")
	s.sees(mainWindow, id)
	s.sees(mainWindow, "scan-0417.bin")
	s.shot("verified")

	// Right-click > Properties
	s.rightClick(s.object("scan-0417.bin"))
	s.click(s.exact(mainWindow, "Properties"))
	properties := "Properties"
	s.click(s.exact(properties, "Encryption"))
	s.sees(properties, "As asked")
	s.sees(properties, id)
	s.shot("properties")
	s.key("Escape")

	// Download
	s.click(s.object("scan-0417.bin"))
	s.click(s.exact(mainWindow, "Download"))
	s.pickPaths(back)
	s.until("the download", func([]spot) bool {
		_, err := os.Stat(filepath.Join(back, "scan-0417.bin"))
		return err == nil
	})
	s.sees(mainWindow, "Done 2")
	s.shot("downloaded")
	got, err := os.ReadFile(filepath.Join(back, "scan-0417.bin"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got), "what came back is not what was sent")
}

// pickPaths answers the question for paths that stands in for a file dialog.
func (s *screen) pickPaths(path string) {
	s.t.Helper()
	var entry spot
	s.until("a question for a path", func(all []spot) bool {
		top := topLayer(all, mainWindow)
		for _, p := range all {
			if top > 0 && p.Layer == top && p.Kind == "entry" {
				entry = p
				return true
			}
		}
		return false
	})
	s.fill(entry, path)
	s.click(s.exact(mainWindow, "OK"))
}
