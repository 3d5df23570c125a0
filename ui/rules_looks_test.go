package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// inEachRulesDress shows the window of the rules in its own size and in that
// of a small screen, in each language and look.
func inEachRulesDress(t *testing.T, name string, all []rules.Rule, show func(*testing.T, *screen, *rulesWindow)) {
	for _, d := range worn(fyne.NewSize(rulesWidth, rulesHeight)) {
		t.Run(d.name, func(t *testing.T) {
			s := opens(t, preferences.Window{Language: d.language, Appearance: d.look})
			s.desk.SetRules(all...)
			s.goTo("reports/2026/")
			s.ShowRules()
			w := s.rules
			t.Cleanup(w.close)
			w.window.Resize(d.size)
			s.loop.Pump()
			show(t, s, w)
			shoot(t, w.window, "rules-"+name+"-"+d.name)
			need := w.window.Content().MinSize()
			require.LessOrEqual(t, need.Width, d.size.Width, "nothing pushes the window wider")
			require.LessOrEqual(t, need.Height, d.size.Height, "nothing pushes the window higher")
			if o := w.window.Canvas().Overlays().Top(); o != nil {
				need = o.MinSize()
				require.LessOrEqual(t, need.Width, d.size.Width, "the dialog fits")
				require.LessOrEqual(t, need.Height, d.size.Height, "the dialog fits")
			}
		})
	}
}

// someRules are a list of every kind: one of them can never apply, one is off,
// one lost its key.
func someRules() []rules.Rule {
	return []rules.Rule{
		{ID: "1", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key, BucketKey: true},
		{ID: "2", Key: "*.log", Type: client.TypeSSES3},
		{ID: "3", Disabled: true, Bucket: "備份", Type: client.TypeSSEKMS},
		{ID: "4", Bucket: "reports-2026", Key: "q?/*", Type: client.TypeDSSEKMS, KMSKey: "alias/twcc-k1"},
		{ID: "5", Account: client.AccountRef{Name: "lab"}, Bucket: "secret", Type: client.TypeSSEC, CustomerKeyMD5: "abcdefghijklmnopqrstuw=="},
		{ID: "6", Bucket: "photos", Type: client.TypeInherit},
	}
}

func TestTheRulesInEachDress(t *testing.T) {
	inEachRulesDress(t, "empty", nil, func(*testing.T, *screen, *rulesWindow) {})
	inEachRulesDress(t, "list", someRules(), func(_ *testing.T, _ *screen, w *rulesWindow) {
		w.list.table.SetCursor(0)
		w.list.enable()
		w.list.bucket.SetText("reports")
		w.list.file.SetText("2026/季報.csv")
	})
	inEachRulesDress(t, "unsaved", someRules(), func(_ *testing.T, _ *screen, w *rulesWindow) {
		w.list.table.SetCursor(0)
		w.model.Delete()
		w.askClose()
	})
}

func TestTheRuleEditorInEachDress(t *testing.T) {
	for name, arrange := range map[string]func(*screen, *ruleDialog){
		"new":  func(*screen, *ruleDialog) {},
		"kms":  func(_ *screen, d *ruleDialog) { d.typedKey.SetText("twcc-project-key-1") },
		"list": func(s *screen, d *ruleDialog) { d.keyType.SetSelectedIndex(1); s.loop.Pump() },
		"denied": func(s *screen, d *ruleDialog) {
			s.store.Before(memstore.Failing(client.KindDenied, memstore.ListKeys))
			d.keyType.SetSelectedIndex(1)
			s.loop.Pump()
		},
		"managed": func(_ *screen, d *ruleDialog) { d.keyType.SetSelectedIndex(0); d.advanced.Open(); d.refresh() },
		"dsse":    func(_ *screen, d *ruleDialog) { d.kind.SetSelectedIndex(3) },
		"s3":      func(_ *screen, d *ruleDialog) { d.kind.SetSelectedIndex(1); d.bucket.SetText("") },
		"inherit": func(_ *screen, d *ruleDialog) { d.kind.SetSelectedIndex(0); d.bucket.SetText("nothing-fits-*") },
		"ssec":    func(_ *screen, d *ruleDialog) { d.kind.SetSelectedIndex(4); d.model.Generate() },
		"errors": func(_ *screen, d *ruleDialog) {
			d.bucket.SetText("a/b")
			d.file.SetText("/x")
			d.model.SetContext("aws:x")
			d.advanced.Open()
			d.model.Save()
		},
	} {
		inEachRulesDress(t, "editor-"+name, someRules(), func(_ *testing.T, s *screen, w *rulesWindow) {
			w.add()
			arrange(s, w.editor)
		})
	}
}
