package ui

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// People follow a manual in which these stand in English.
func TestInChineseTheManualsEnglishStandsBesideOurs(t *testing.T) {
	s := opens(t, preferences.Window{Language: "zh-Hant"})
	assert.Contains(t, s.menu("工具", "伺服器端加密（Server-Side-Encryption）").Label, "Ctrl+Shift+E")
	s.ShowRules()
	w := s.rules
	t.Cleanup(w.close)
	s.loop.Pump()
	assert.Equal(t, "伺服器端加密（Server-Side-Encryption）", w.window.Title())
	assert.Equal(t, "儲存變更（Save changes）", w.list.save.Text)
	w.add()
	for field, want := range map[string]string{
		"bucket": "儲存體名稱或遮罩（Bucket name or mask）",
		"file":   "遠端檔案名稱或遮罩（Remote file name or mask）",
		"type":   "加密類型（Encryption type）",
	} {
		found := false
		for _, f := range w.editor.fields {
			found = found || f.Label() == want
		}
		assert.True(t, found, field)
	}
}
