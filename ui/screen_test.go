package ui

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A screen is the program over a desk in memory, with its goroutine turned by
// hand.
type screen struct {
	*UI
	t      *testing.T
	loop   *uitest.Loop
	desk   *uitest.Desk
	store  *memstore.Store
	picker *fakePicker
}

// fakePicker answers at once.
type fakePicker struct {
	paths []string
	err   error
}

func (p *fakePicker) OpenFiles(context.Context, string) ([]string, error) { return p.paths, p.err }
func (p *fakePicker) OpenFolder(context.Context, string) (string, error) {
	return append(p.paths, "")[0], p.err
}

func (p *fakePicker) SaveFile(context.Context, string, string) (string, error) {
	return append(p.paths, "")[0], p.err
}

// testApp is one app for all tests: a new one reads its fonts anew, which takes
// longer than most tests. Each test closes its windows.
var testApp = sync.OnceValue(test.NewApp)

// opens starts the program with the preferences given, an account of two
// buckets and one rule.
func opens(t *testing.T, p preferences.Window, change ...func(*uitest.Desk)) *screen {
	t.Helper()
	s := &screen{t: t, loop: &uitest.Loop{}, store: uitest.NewStore("photos", "reports", "備份"), picker: &fakePicker{}}
	s.store.Fill(48_100_000, "reports/2026/raw.parquet", "reports/2026/11/a.csv", "reports/2026/季報/b.csv")
	s.store.Fill(1_258_291, "reports/2026/年度報告(最終版)v2.pdf", "reports/2026/notes.txt",
		"reports/2026/一個非常非常長的檔案名稱用來確認省略號會出現在正確的位置而不是把視窗撐開到螢幕之外.docx")
	s.desk = uitest.NewDesk().Add(client.Account{Name: "TWCC prod", Endpoint: "https://cos.twcc.ai"}, s.store).
		SetRules(
			rules.Rule{ID: "1", Bucket: "photos", Key: "*.raw", Type: client.TypeSSES3},
			rules.Rule{ID: "2", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key}).
		SetPreferences(p)
	for _, f := range change {
		f(s.desk)
	}
	s.UI = New(testApp(), s.desk, Options{Loop: s.loop, Picker: s.picker, Locales: []string{"en"}, TypingPause: 1})
	s.window.Resize(fyne.NewSize(1280, 800))
	s.Start()
	s.loop.Pump()
	t.Cleanup(func() {
		i18n.Set(i18n.English)
		s.state.Close(func() {})
		s.loop.Pump()
		s.window.SetCloseIntercept(nil)
		s.window.Close()
	})
	return s
}

func (s *screen) goTo(place string) *screen {
	s.t.Helper()
	require.NoError(s.t, s.state.Browser.GoTo(place))
	s.loop.Pump()
	return s
}

func (s *screen) file(name string, size int) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	require.NoError(s.t, os.WriteFile(path, make([]byte, size), 0o600))
	return path
}

func (s *screen) waitIdle() {
	s.t.Helper()
	s.loop.Until(s.t, "all transfers are over", func() bool {
		return s.state.Transfers.Rows() > 0 && s.state.Transfers.Tally().Open() == 0
	})
}

// shot writes what the window shows to the folder named by
// BUCKETSEAL_SHOTS, if any, for people to look at.
func (s *screen) shot(name string) { shoot(s.t, s.window, name) }

func shoot(t *testing.T, w fyne.Window, name string) {
	t.Helper()
	folder := os.Getenv("BUCKETSEAL_SHOTS")
	if folder == "" {
		return
	}
	picture := w.Canvas().Capture()
	require.NoError(t, os.MkdirAll(folder, 0o700))
	f, err := os.Create(filepath.Join(folder, name+".png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, picture))
	require.NoError(t, f.Close())
}

// dress is a size, a language and a look.
type dress struct {
	name     string
	size     fyne.Size
	language string
	look     preferences.Appearance
}

// The first two are the narrow ones, where things do not fit if anywhere; the
// others are worn only for pictures.
var dresses = []dress{
	{"900-en-dark", fyne.NewSize(900, 600), "en", preferences.AppearanceDark},
	{"900-zh-light", fyne.NewSize(900, 600), "zh-Hant", preferences.AppearanceLight},
	{"1280-en-light", fyne.NewSize(1280, 800), "en", preferences.AppearanceLight},
	{"1280-zh-dark", fyne.NewSize(1280, 800), "zh-Hant", preferences.AppearanceDark},
}

// worn are the dresses of this run; size, unless zero, is that of the window in
// all but the first two.
func worn(size fyne.Size) []dress {
	if os.Getenv("BUCKETSEAL_SHOTS") == "" {
		return dresses[:2]
	}
	all := slices.Clone(dresses)
	for i := range all[2:] {
		if !size.IsZero() {
			all[2+i].size = size
		}
	}
	return all
}

// inEveryDress shows a screen in each size, language and look.
func inEveryDress(t *testing.T, name string, show func(*testing.T, *screen)) {
	for _, d := range worn(fyne.Size{}) {
		t.Run(d.name, func(t *testing.T) {
			s := opens(t, preferences.Window{Language: d.language, Appearance: d.look, Size: preferences.Size{Width: d.size.Width, Height: d.size.Height}})
			s.window.Resize(d.size)
			show(t, s)
			s.shot(name + "-" + d.name)
			s.fits(d.size)
		})
	}
}

// fits asserts that nothing needs more room than the window has.
func (s *screen) fits(size fyne.Size) {
	s.t.Helper()
	need := s.window.Content().MinSize()
	require.LessOrEqual(s.t, need.Width, size.Width, "nothing pushes the window wider")
	require.LessOrEqual(s.t, need.Height, size.Height-40, "nothing pushes the window higher; the menu needs room too")
	if o := s.window.Canvas().Overlays().Top(); o != nil {
		need = o.MinSize()
		require.LessOrEqual(s.t, need.Width, size.Width, "the dialog fits")
		require.LessOrEqual(s.t, need.Height, size.Height, "the dialog fits")
	}
}
