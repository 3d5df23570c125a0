package widgets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/sfnt"

	"github.com/bucketseal/bucketseal/assets"
)

func TestBothFontsHaveWhatIsWrittenInTaiwan(t *testing.T) {
	for name, data := range map[string][]byte{"regular": assets.FontRegular, "bold": assets.FontBold} {
		font, err := sfnt.Parse(data)
		require.NoError(t, err)
		var buf sfnt.Buffer
		has := func(r rune) bool {
			i, err := font.GlyphIndex(&buf, r)
			require.NoError(t, err)
			return i != 0
		}
		for _, r := range "Aéß…›▲▼→「」，。儲存體規則加密金鑰報告鈺瑋琇澔あカㄅＡ" {
			assert.True(t, has(r), "%s: %q", name, r)
		}
		assert.False(t, has(0x2A6D6), "what is not there is drawn by the system: %s", name)
		assert.Less(t, len(data), 4<<20)
	}
	assert.Contains(t, assets.FontLicence, "SIL OPEN FONT LICENSE")
}
