package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

func TestTheMainWindowInEveryDress(t *testing.T) {
	inEveryDress(t, "main", func(t *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.leavesUnproven()
		s.store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op == memstore.PutObject {
				return &client.Error{Op: string(c.Op), Kind: client.KindKeyUnknown, Key: uitestKey, Status: 400, Code: "KMS.NotFoundException"}
			}
			return nil
		})
		s.uploads("broken.csv")
		s.state.Browser.Selection().Only(2)
		s.selectionChanged()
		s.main.objects.table.Refresh()
	})
}

func TestTheFirstStartInEveryDress(t *testing.T) {
	inEveryDress(t, "empty", func(*testing.T, *screen) {})
}

func TestTheUploadConfirmationInEveryDress(t *testing.T) {
	inEveryDress(t, "confirm", func(t *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.picker.paths = []string{s.file("notes.txt", 3_000_000), s.file("年度報告(最終版)v2.pdf", 12), "/does/not/exist"}
		s.perform(s.actions.upload)
		s.loop.Pump()
		require.NotNil(t, s.window.Canvas().Overlays().Top())
		s.confirm.model.SetChoice("SSE-KMS", "alias/reports")
		s.loop.Pump()
	})
}

func TestTheDeletionInEveryDress(t *testing.T) {
	inEveryDress(t, "delete", func(t *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.state.Browser.Selection().SelectAll()
		s.perform(s.actions.remove)
		s.loop.Pump()
		require.NotNil(t, s.window.Canvas().Overlays().Top())
	})
}

func TestTheAccountDialogInEveryDress(t *testing.T) {
	inEveryDress(t, "account", func(t *testing.T, s *screen) {
		s.perform(s.actions.addAccount)
		require.NotNil(t, s.window.Canvas().Overlays().Top())
	})
}

func TestAProblemInEveryDress(t *testing.T) {
	inEveryDress(t, "problem", func(t *testing.T, s *screen) {
		s.store.Before(func(_ context.Context, c memstore.Call) error {
			return &client.Error{Op: string(c.Op), Kind: client.KindDenied, At: c.At, Status: 403, Code: "AccessDenied", Message: "no", RequestID: "tx0001"}
		})
		s.goTo("reports/2026/")
		s.state.Browser.MakeFolder("a")
		s.loop.Pump()
		require.NotNil(t, s.window.Canvas().Overlays().Top())
	})
}

const uitestKey = client.KeyID("arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555")

// confirmStart presses the button of the confirmation that is shown.
func (s *screen) confirmStart() {
	s.t.Helper()
	require.NotNil(s.t, s.confirm)
	s.confirm.model.Start()
	s.loop.Pump()
	require.Nil(s.t, s.window.Canvas().Overlays().Top())
}

func TestThePassphraseInEveryDress(t *testing.T) {
	inEveryDress(t, "passphrase", func(_ *testing.T, s *screen) {
		s.showPassphrase("/home/somebody/.config/bucketseal/secrets.age", true, false, make(chan PassphraseAnswer, 1))
	})
}

func TestAMenuInEveryDress(t *testing.T) {
	inEveryDress(t, "menu", func(_ *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.state.Browser.Selection().Only(3)
		s.main.objects.menu(3, fyne.NewPos(400, 200))
	})
}

func TestDetailsInEveryDress(t *testing.T) {
	inEveryDress(t, "details", func(t *testing.T, s *screen) {
		s.ShowProblem(explain.Error(&client.Error{
			Op: "PutObject", Kind: client.KindKeyUnknown, Key: uitestKey, Status: 400, Code: "KMS.NotFoundException",
			Message: "Key 'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555' does not exist", RequestID: "tx00000000000000000001",
		}))
		for _, o := range s.parts() {
			if f, ok := o.(*widgets.Fold); ok {
				f.Open()
			}
		}
	})
}

func TestAnAccountWithoutAListOfBucketsInEveryDress(t *testing.T) {
	inEveryDress(t, "nobuckets", func(_ *testing.T, s *screen) {
		s.store.Before(refusing(memstore.ListBuckets))
		s.desk.Add(client.Account{Name: "guest", Endpoint: "https://cos.twcc.ai"}, s.store)
		s.state.Open("guest")
		s.loop.Pump()
	})
}

// parts are the objects of the topmost dialog as they are drawn.
func (s *screen) parts() (all []fyne.CanvasObject) {
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		all = append(all, o)
		switch o := o.(type) {
		case *fyne.Container:
			for _, part := range o.Objects {
				walk(part)
			}
		case fyne.Widget:
			for _, part := range test.WidgetRenderer(o).Objects() {
				walk(part)
			}
		}
	}
	walk(s.window.Canvas().Overlays().Top())
	return all
}
