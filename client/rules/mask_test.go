package rules

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMasksMatchAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct {
		mask, name string
		want       bool
	}{
		{"", "anything/at all", true},
		{"", "", true},
		{"*", "", true},
		{"reports", "reports", true},
		{"reports", "Reports", false},
		{"reports", "reports2", false},
		{"reports*", "reports", true},
		{"reports*", "reports-2026", true},
		{"*.log", "a/b/c.log", true},
		{"*.log", "a/b/c.log.gz", false},
		{"2026/*/raw.*", "2026/11/x/raw.csv", true},
		{"?", "報", true},
		{"?", "", false},
		{"??", "報", false},
		{"報告*.pdf", "報告 (1).pdf", true},
		{"a**b", "ab", true},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXbYbZ", false},
		{"[a]", "a", false},
		{"[a]", "[a]", true},
		{`a\*`, `a\b`, true},
		{"a.c", "abc", false},
	} {
		assert.Equal(t, c.want, Match(c.mask, c.name), "%q on %q", c.mask, c.name)
	}
}

func TestAMaskOfManyStarsDoesNotTakeForEver(t *testing.T) {
	assert.False(t, Match(strings.Repeat("a*", 200)+"b", strings.Repeat("a", 1024)))
}

// asRegexp is the independent judge: the same mask as a regular expression.
func asRegexp(mask string) *regexp.Regexp {
	if mask == "" {
		mask = "*"
	}
	var b strings.Builder
	for _, r := range mask {
		switch r {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(`(?s)\A` + b.String() + `\z`)
}

func FuzzMasksAgreeWithRegularExpressions(f *testing.F) {
	for _, s := range [][2]string{{"a*b?", "axxbc"}, {"*", ""}, {"報?", "報告"}, {"**a", "a"}, {"(.*", "(x"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, mask, name string) {
		if len(mask) > 60 || len(name) > 200 || !isUTF8(mask) || !isUTF8(name) {
			t.Skip()
		}
		require.Equal(t, asRegexp(mask).MatchString(name), Match(mask, name), "%q on %q", mask, name)
	})
}

func isUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }

func TestCoveringIsDecidedForTheMasksThemselves(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "reports", true},
		{"*", "", true},
		{"reports*", "reports-2026*", true},
		{"reports-2026*", "reports*", false},
		{"*", "?*", true},
		{"?*", "*", false},
		{"*a*", "*aa*", true},
		{"*.log", "app/*.log", true},
		{"*.log", "app/*", false},
		{"a?c", "abc", true},
		{"abc", "a?c", false},
		{"*b*", "a*b*c", true},
		{"?*?", "??*", true},
		{"reports", "backup", false},
	} {
		assert.Equal(t, c.want, covers(c.a, c.b), "%q covers %q", c.a, c.b)
	}
}

// A list of rules is shown whole, however its masks were made: what cannot be
// decided soon is said to be no shadow.
func TestMasksTooIntricateToDecideShadowNothing(t *testing.T) {
	many := strings.Repeat("*a", 500) + "b"
	assert.True(t, covers(many, many), "a mask covers itself")
	assert.True(t, covers("*", many))
	a := "*a" + strings.Repeat("?", 60) + "*"
	assert.False(t, covers(a+"b*", "*"+a[1:]+"?*b*"), "the sets of positions are too many to look at")
	work := testing.AllocsPerRun(1, func() { covers(a+"b*", "*"+a[1:]+"?*b*") })
	assert.Less(t, work, 50_000.0)
}

// Whatever fits b must fit a when a is said to cover b.
func FuzzACoveredMaskNeverMatchesMore(f *testing.F) {
	f.Add("*a", "ba", "ba")
	f.Add("?*", "*", "")
	f.Fuzz(func(t *testing.T, a, b, name string) {
		if len(a) > 12 || len(b) > 12 {
			t.Skip()
		}
		if covers(a, b) && Match(b, name) && !Match(a, name) {
			t.Fatalf("%q covers %q, and %q fits only the second", a, b, name)
		}
	})
}
