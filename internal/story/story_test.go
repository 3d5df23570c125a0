//go:build story

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
	s.press(mainWindow, "reports", shows(mainWindow, "Drop files"))
	s.shot("bucket")

	// Tools > Server-Side-Encryption > + Add
	s.do("Tools > Server-Side-Encryption", func() {
		tools := s.exact(mainWindow, "Tools")
		s.click(tools)
		item := tools // the only item of the menu, which drops down below its word
		item.X, item.Y = tools.X+40, tools.Y+32
		s.click(item)
	}, shows(rulesWindow, "No rules"))
	s.press(rulesWindow, "Add", shows(rulesWindow, "Bucket name or mask"))

	// The key, first from the list, then typed as the manual says.
	s.press(rulesWindow, "Enter KMS master key ARN", shows(rulesWindow, "Choose from list"))
	s.press(rulesWindow, "Choose from list", shows(rulesWindow, "Choose a key"))
	s.press(rulesWindow, "Choose a key", shows(rulesWindow, "alias/reports"))
	listed := s.sees(rulesWindow, "alias/reports")
	id := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).FindString(listed.Text)
	require.NotEmpty(t, id, listed.Text)
	s.shot("keys")
	s.do("leave the list of keys", func() { s.key("Escape") }, shows(rulesWindow, "Bucket name or mask"))
	s.press(rulesWindow, "Choose from list", shows(rulesWindow, "Enter KMS master key ARN"))
	s.press(rulesWindow, "Enter KMS master key ARN", shows(rulesWindow, "sent exactly as it stands"))
	s.fill(rulesWindow, "Bucket name or mask", "rep*")
	s.fill(rulesWindow, "KMS master key ARN or key ID", id)
	s.sees(rulesWindow, "Matches now: 1 of the 2 buckets")
	s.shot("rule")

	// Save changes (the rule), Save changes (the list)
	s.press(rulesWindow, "Save changes", shows(rulesWindow, "1 of 2 buckets")) // which the list says, not the rule
	s.shot("rules")
	s.press(rulesWindow, "Save changes", shows(mainWindow, "rule 1"))

	// Upload
	s.press(mainWindow, "Upload", shows(mainWindow, "Paths"))
	s.fill(mainWindow, "Paths", file)
	s.press(mainWindow, "OK", shows(mainWindow, "1 file, 20 MiB: rule 1, rep*")) // the question, not the status line
	s.sees(mainWindow, "As the rules say")
	s.shot("confirm")
	s.press(mainWindow, "Upload", shows(mainWindow, "Verified"))
	s.sees(mainWindow, "Verified, SSE-KMS "+id[:13]) // the column may be too narrow for the middle of it
	s.sees(mainWindow, "scan-0417.bin")
	s.shot("verified")

	// Right-click > Properties
	const properties = "Properties: scan-0417.bin"
	s.do("right-click > Properties", func() {
		s.rightClick(s.object("scan-0417.bin"))
		s.click(s.exact(mainWindow, "Properties"))
	}, shows(properties, "Encryption"))
	s.press(properties, "Encryption", shows(properties, "As asked"))
	s.sees(properties, id[:18])
	s.shot("properties")
	s.do("close the properties", func() {
		s.click(s.exact(properties, "Encryption"))
		s.key("Escape")
	}, func(all []spot) bool { return !shows(properties, "Encryption")(all) })

	// Download
	s.do("Download", func() {
		s.click(s.object("scan-0417.bin"))
		s.click(s.exact(mainWindow, "Download"))
	}, shows(mainWindow, "Path"))
	s.fill(mainWindow, "Path", back)
	s.press(mainWindow, "OK", shows(mainWindow, "Done 2"))
	s.shot("downloaded")
	got, err := os.ReadFile(filepath.Join(back, "scan-0417.bin"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got), "what came back is not what was sent")
}

// press clicks on the words until something comes of it.
func (s *screen) press(title, words string, holds func([]spot) bool) {
	s.t.Helper()
	s.do("click "+words, func() { s.click(s.exact(title, words)) }, holds)
}
