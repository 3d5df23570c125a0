package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// scrollsSideways says whether the bar below a table is shown, the last of its parts.
func scrollsSideways(table *widgets.RowTable) bool {
	parts := test.WidgetRenderer(table).Objects()
	return parts[len(parts)-1].Visible()
}

func TestNoTableScrollsSidewaysInASmallWindow(t *testing.T) {
	for _, language := range []string{"en", "zh-Hant"} {
		for _, width := range []float32{900, 760} {
			s := opens(t, preferences.Window{Language: language})
			s.window.Resize(fyne.NewSize(width, 600))
			s.goTo("reports/2026/")
			s.leavesUnproven()
			assert.False(t, scrollsSideways(s.main.transfers.table), "transfers, %s, %v", language, width)
			assert.False(t, scrollsSideways(s.main.objects.table), "objects, %s, %v", language, width)
		}
	}
}

func TestTheStateOfATransferHoldsEachVerdictWhole(t *testing.T) {
	const pads, icon = 2 * 7, 16 + 5
	for _, language := range []string{"en", "zh-Hant"} {
		s := opens(t, preferences.Window{Language: language})
		column := s.main.transfers.table.Columns()[1]
		require.Equal(t, "state", column.ID)
		for _, verdict := range []string{
			"Encrypted, another key", "Encrypted in another way", "Encrypted, key not reported", "Not encrypted", "Not yet verified",
		} {
			for _, before := range []string{"Failed: %s", "Kept: %s"} {
				text := i18n.T(before, i18n.T(verdict))
				width := fyne.MeasureText(text, theme.TextSize(), fyne.TextStyle{}).Width
				assert.LessOrEqual(t, width+pads+icon, column.Min, text)
			}
		}
	}
}
