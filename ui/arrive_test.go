package ui

import (
	"errors"
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
)

func TestAnObjectPastedIntoThePathIsScrolledIntoSight(t *testing.T) {
	s := opens(t, preferences.Window{})
	for i := range 300 {
		s.store.Fill(1, fmt.Sprintf("photos/p%03d", i))
	}
	s.goTo("s3://photos/p250")
	row := s.state.Browser.Selection().Cursor()
	require.Equal(t, "p250", s.state.Browser.Row(row).Name)
	first, end := s.main.objects.table.VisibleRows()
	assert.True(t, first <= row && row < end, "%d is not in [%d, %d)", row, first, end)
}

func TestWhatATestOfAnAccountFoundIsInSightOnASmallScreen(t *testing.T) {
	inEveryDress(t, "account-failed", func(t *testing.T, s *screen) {
		s.desk.Fail = func(call string) error {
			if call == "test account" {
				return &client.Error{Op: "ListBuckets", Kind: client.KindTLS, Err: errors.New("x509: certificate signed by unknown authority")}
			}
			return nil
		}
		s.perform(s.actions.addAccount)
		d := s.account
		for f, text := range map[accounts.Field]string{
			accounts.FieldName: "lab", accounts.FieldEndpoint: "https://127.0.0.1:9000", accounts.FieldAccessKey: "AK", accounts.FieldSecret: "hidden",
		} {
			d.entries[f].SetText(text)
		}
		d.model.Test()
		s.loop.Pump()
		bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.result).Y + d.result.Size().Height
		assert.Positive(t, d.result.Size().Height)
		assert.Less(t, bottom, s.window.Canvas().Size().Height-40, "it stands above the buttons")
	})
}
