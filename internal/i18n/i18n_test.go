package i18n_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// speak sets the language for one test.
func speak(t *testing.T, l i18n.Language) {
	t.Helper()
	i18n.Set(l)
	t.Cleanup(func() { i18n.Set(i18n.English) })
}

func TestEnglishIsSaidAsItIsWritten(t *testing.T) {
	speak(t, i18n.English)
	assert.Equal(t, "Automatic", i18n.T("Automatic"))
	assert.Equal(t, "100% of 3", i18n.T("%d%% of %d", 100, 3))
	assert.Equal(t, "100% sure", i18n.T("100% sure"), "without values a percent sign is one")
	assert.Equal(t, "1 file", i18n.N(1, "%d file", "%d files", 1))
	assert.Equal(t, "0 files", i18n.N(0, "%d file", "%d files", 0))
	assert.Equal(t, "Key", i18n.C("object", "Key"))
	assert.Equal(t, "Automatic", i18n.M("Automatic"))
}

func TestChineseIsSaidAfterSetAndEnglishAgainAfterIt(t *testing.T) {
	speak(t, i18n.TraditionalChinese)
	assert.Equal(t, i18n.TraditionalChinese, i18n.Current())
	assert.Equal(t, "自動", i18n.T("Automatic"))
	assert.Equal(t, "no such text 3", i18n.T("no such text %d", 3), "what is not translated is said in English")
	assert.Equal(t, "自動", i18n.Auto.Name())
	assert.Equal(t, "English", i18n.English.Name(), "a language is named in itself")
	i18n.Set(i18n.Auto)
	assert.Equal(t, i18n.English, i18n.Current())
	assert.Equal(t, "Automatic", i18n.T("Automatic"))
}

func TestTheLanguageIsTheOneWantedElseTheSystems(t *testing.T) {
	for _, c := range []struct {
		want    i18n.Language
		locales []string
		is      i18n.Language
	}{
		{i18n.English, []string{"zh_TW.UTF-8"}, i18n.English},
		{i18n.TraditionalChinese, []string{"en_US.UTF-8"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"zh_TW.UTF-8"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"zh-Hant-HK"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"zh_HK@radical"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"zh"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"zh_CN.UTF-8"}, i18n.English},
		{i18n.Auto, []string{"zh-Hans-TW"}, i18n.English},
		{i18n.Auto, []string{"de_DE", "zh-TW", "en"}, i18n.TraditionalChinese},
		{i18n.Auto, []string{"C.UTF-8", "zh_TW"}, i18n.English},
		{i18n.Auto, []string{"", "_"}, i18n.English},
		{i18n.Auto, nil, i18n.English},
		{"tlh", []string{"zh_TW"}, i18n.TraditionalChinese},
	} {
		assert.Equal(t, c.is, i18n.Choose(c.want, c.locales...), "%s with %v", c.want, c.locales)
	}
}
