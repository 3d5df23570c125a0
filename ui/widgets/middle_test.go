package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestANameIsCutInItsMiddle(t *testing.T) {
	test.NewTempApp(t)
	var f fitter
	f.use(13, theme.TextFont(), theme.TextBoldFont())
	for _, name := range []string{
		"measurement-2026-11-27-run-0001-final.parquet", "一個非常非常長的檔案名稱用來確認省略號會出現在正確的位置.docx",
		strings.Repeat("e\u0301", 60) + ".txt",
	} {
		shown, cut := f.cell(Cell{Text: name, Middle: true}, 180)
		require.True(t, cut)
		head, tail, ok := strings.Cut(shown, "…")
		require.True(t, ok)
		assert.True(t, strings.HasPrefix(name, head) && head != "", shown)
		assert.True(t, strings.HasSuffix(name, tail), shown)
		assert.Contains(t, tail, name[strings.LastIndexByte(name, '.'):], "the extension is whole")
		assert.False(t, strings.HasPrefix(tail, "\u0301"), "a mark stays with its letter")
		assert.LessOrEqual(t, f.measure(shown, false), float32(182))
		assert.Greater(t, f.measure(shown, false), float32(110), "the room is used")
		whole, cut := f.cell(Cell{Text: name, Middle: true}, 5000)
		assert.False(t, cut)
		assert.Equal(t, Printable(name), whole)
	}
	shown, _ := f.cell(Cell{Text: "measurement-2026-11-27-run-0001-final.parquet"}, 180)
	assert.True(t, strings.HasSuffix(shown, "…"), "only where it is asked for")
	shown, _ = f.cell(Cell{Text: "measurement", Middle: true}, 8)
	assert.LessOrEqual(t, len([]rune(shown)), 2)
}

func TestOfAVerdictOnlyTheKeyIsCut(t *testing.T) {
	test.NewTempApp(t)
	var f fitter
	f.use(13, theme.TextFont(), theme.TextBoldFont())
	cell := Cell{Text: "Verified, SSE-KMS 11111111-2222-3333-4444-555555555555", Key: true}
	shown, cut := f.cell(cell, 220)
	require.True(t, cut)
	assert.Regexp(t, `^Verified, SSE-KMS 1+[-0-9]*…[-0-9]*5+$`, shown)
	shown, _ = f.cell(cell, 130)
	assert.Regexp(t, `^Verified, SSE.*…$`, shown, "the words come first")
	shown, _ = f.cell(Cell{Text: "Kept: Encrypted in another way: SSE-S3", Key: true}, 150)
	assert.Regexp(t, `^Kept: Encrypted.*…$`, shown, "there is no key")
	shown, cut = f.cell(Cell{Text: "Verified", Key: true}, 150)
	assert.False(t, cut)
	assert.Equal(t, "Verified", shown)
}

func TestADisabledButtonThatIsClickedSaysWhy(t *testing.T) {
	test.NewTempApp(t)
	done, said := 0, ""
	b := NewToolButton("Upload", nil, "", func() { done++ })
	b.OnRefused = func(reason string) { said = reason }
	b.DisableBecause("Open a bucket first.")
	b.Tapped(nil)
	assert.Equal(t, "Open a bucket first.", said)
	assert.Zero(t, done)
	b.Enable()
	said = ""
	b.Tapped(nil)
	assert.Empty(t, said)
	assert.Equal(t, 1, done)
}
