package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/uitest"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// propertiesOpen is the window that was opened last, once it knows.
func propertiesOpen(t *testing.T, s *screen, title string) *propertiesWindow {
	t.Helper()
	p := s.properties
	require.NotNil(t, p)
	assert.Equal(t, title, p.window.Title())
	t.Cleanup(p.close)
	s.loop.Pump()
	return p
}

func TestFoldersHaveNoProperties(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.ShowProperties(client.Object{At: client.Location{Bucket: "reports", Key: "2026/"}, IsFolder: true})
	assert.Nil(t, s.properties)
	row, _ := s.state.Browser.Search("11", 0)
	s.state.Browser.Selection().Only(row)
	s.perform(s.actions.properties)
	assert.Nil(t, s.properties)
}

func TestEachValueCanBeCopied(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.ShowProperties(client.Object{At: client.Location{Bucket: "reports", Key: "2026/notes.txt"}})
	p := propertiesOpen(t, s, "Properties: notes.txt")
	var titles []string
	for _, tab := range p.tabs.Items {
		titles = append(titles, tab.Text)
	}
	assert.Equal(t, []string{"General", "Encryption", "Metadata", "Tags", "Raw headers"}, titles)
	v := p.value(explain.Property{Name: "ETag", Value: "abc"}).(*widgets.CopyValue)
	test.Tap(findButton(v, ""))
	assert.Equal(t, "abc", s.app.Clipboard().Content())
	assert.Equal(t, "Copied: ETag", p.copied.Text())
}

func TestCheckAgainStaysOnTheTabAndShowsWhatChanged(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.ShowProperties(client.Object{At: client.Location{Bucket: "reports", Key: "2026/notes.txt"}})
	p := propertiesOpen(t, s, "Properties: notes.txt")
	assert.Equal(t, "Not as asked", p.badge.Text(), "it was stored before the rule")
	p.tabs.SelectIndex(4)
	s.desk.SetRules(rules.Rule{ID: "1", Type: client.TypeInherit})
	press(p.window, fyne.KeyF5)
	assert.True(t, p.again.Disabled(), "one question at a time")
	s.loop.Pump()
	assert.Equal(t, 4, p.tabs.SelectedIndex())
	assert.Equal(t, "Nothing is asked", p.badge.Text())
	assert.False(t, p.again.Disabled())
	press(p.window, fyne.KeyEscape)
	p.model.Check()
	s.loop.Pump()
}

func TestAnObjectThatIsGoneSaysSoAndCanBeAskedForAgain(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.ShowProperties(client.Object{At: client.Location{Bucket: "reports", Key: "2026/gone.txt"}})
	p := propertiesOpen(t, s, "Properties: gone.txt")
	require.Nil(t, p.tabs)
	test.Tap(findButton(p.body, "Copy"))
	assert.Contains(t, s.app.Clipboard().Content(), "There is no such object")
	s.store.Fill(3, "reports/2026/gone.txt")
	test.Tap(findButton(p.body, "Try again"))
	s.loop.Pump()
	require.NotNil(t, p.tabs)
}

func TestThePropertiesInEachDress(t *testing.T) {
	told := func(r client.Reported) func(*screen) {
		return func(s *screen) { s.store.EncryptAs(func(client.Reported) client.Reported { return r }) }
	}
	for name, arrange := range map[string]func(*screen){
		"as-asked": told(client.Reported{Told: true, Type: client.TypeSSEKMS, Raw: "aws:kms", Key: uitest.Key, BucketKey: true}),
		"other-key": told(client.Reported{
			Told: true, Type: client.TypeSSEKMS, Raw: "aws:kms",
			Key: "arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555",
		}),
		"not-told":  told(client.Reported{}),
		"none":      told(client.Reported{Told: true, Type: client.TypeNone}),
		"no-rule":   func(s *screen) { s.desk.SetRules() },
		"error":     func(s *screen) { s.store.Before(refusing(memstore.HeadObject)) },
		"loading":   func(*screen) {},
		"general":   func(*screen) {},
		"headers":   func(*screen) {},
		"tags-fail": func(s *screen) { s.store.Before(refusing(memstore.GetObjectTagging)) },
	} {
		for _, d := range worn(fyne.Size{}) {
			d.size = fyne.NewSize(propertiesWidth, propertiesHeight)
			t.Run(name+"-"+d.name, func(t *testing.T) {
				s := opens(t, preferences.Window{Language: d.language, Appearance: d.look}).goTo("reports/2026/")
				arrange(s)
				s.store.Fill(1_258_291, "reports/2026/年度報告(最終版)v2.pdf")
				s.ShowProperties(client.Object{At: client.Location{Bucket: "reports", Key: "2026/年度報告(最終版)v2.pdf"}})
				p := s.properties
				t.Cleanup(p.close)
				if name != "loading" {
					s.loop.Pump()
				}
				if at, ok := map[string]int{"general": 0, "headers": 4, "tags-fail": 3}[name]; ok {
					p.tabs.SelectIndex(at)
				}
				shoot(t, p.window, "properties-"+name+"-"+d.name)
				need := p.window.Content().MinSize()
				require.LessOrEqual(t, need.Width, d.size.Width, "nothing pushes the window wider")
				require.LessOrEqual(t, need.Height, d.size.Height, "nothing pushes the window higher")
			})
		}
	}
}

// refusing denies one operation.
func refusing(op memstore.Op) func(context.Context, memstore.Call) error {
	return func(_ context.Context, c memstore.Call) error {
		if c.Op == op {
			return &client.Error{Op: string(op), Kind: client.KindDenied, At: c.At, Status: 403, Code: "AccessDenied", RequestID: "4442587FB7D0A2F9", Message: "Access Denied"}
		}
		return nil
	}
}
