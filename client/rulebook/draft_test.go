package rulebook

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func rule(id, bucket string) rules.Rule {
	return rules.Rule{ID: id, Bucket: bucket, Type: client.TypeSSES3}
}

// letters are rules called by their buckets.
func letters(all string) (list []rules.Rule) {
	for _, b := range strings.Split(all, "") {
		list = append(list, rule("id-"+b, b))
	}
	return list
}

func buckets(all []rules.Rule) (s string) {
	for _, r := range all {
		s += r.Bucket
		if r.Disabled {
			s += "-"
		}
	}
	return s
}

func customerKey(t *testing.T, of string) client.CustomerKey {
	t.Helper()
	key, err := client.NewCustomerKey([]byte(strings.Repeat(of, 32)))
	require.NoError(t, err)
	return key
}

func TestEachVerbChangesTheDraftAndNothingElse(t *testing.T) {
	none := client.CustomerKey{}
	for name, c := range map[string]struct {
		change func(d *Draft)
		gives  string
	}{
		"insert at the end":           {func(d *Draft) { d.Insert(4, rule("x", "x"), none) }, "abcdx"},
		"insert first":                {func(d *Draft) { d.Insert(0, rule("x", "x"), none) }, "xabcd"},
		"duplicate":                   {func(d *Draft) { d.Duplicate(1) }, "abbcd"},
		"remove two":                  {func(d *Draft) { d.Remove([]int{3, 0}) }, "bc"},
		"remove all":                  {func(d *Draft) { d.Remove([]int{0, 1, 2, 3}) }, ""},
		"move one down":               {func(d *Draft) { d.Move([]int{0}, 1) }, "bacd"},
		"move one to the end":         {func(d *Draft) { d.Move([]int{0}, 3) }, "bcda"},
		"move one up by two":          {func(d *Draft) { d.Move([]int{3}, -2) }, "adbc"},
		"move neighbours down":        {func(d *Draft) { d.Move([]int{0, 1}, 1) }, "cabd"},
		"move neighbours up":          {func(d *Draft) { d.Move([]int{3, 2}, -1) }, "acdb"},
		"move two that are apart":     {func(d *Draft) { d.Move([]int{1, 3}, -1) }, "badc"},
		"move by nothing":             {func(d *Draft) { d.Move([]int{1}, 0) }, "abcd"},
		"move over the end":           {func(d *Draft) { d.Move([]int{2, 3}, 5) }, "abcd"},
		"move up until the first two": {func(d *Draft) { d.Move([]int{1, 3}, -9) }, "bdac"},
		"switch off":                  {func(d *Draft) { d.Switch([]int{1, 2}, false) }, "ab-c-d"},
		"import":                      {func(d *Draft) { d.Import(letters("xy")) }, "abcdxy"},
		"replace":                     {func(d *Draft) { d.Replace(letters("xy")) }, "xy"},
		"replace by none":             {func(d *Draft) { d.Replace(nil) }, ""},
		"edit": {func(d *Draft) {
			at, err := d.Edit(2, rule("id-c", "c"), rule("id-c", "x"), none)
			require.NoError(t, err)
			assert.Equal(t, 2, at)
		}, "abxd"},
		"edit what has moved": {func(d *Draft) {
			at, err := d.Edit(0, rule("id-c", "c"), rule("id-c", "x"), none)
			require.NoError(t, err)
			assert.Equal(t, 2, at)
		}, "abxd"},
		"edit what was the last and has moved": {func(d *Draft) {
			_, err := d.Edit(9, rule("id-c", "c"), rule("id-c", "x"), none)
			require.NoError(t, err)
		}, "abxd"},
		"edit what is gone": {func(d *Draft) {
			_, err := d.Edit(2, rule("id-c", "other"), rule("id-c", "x"), none)
			require.ErrorIs(t, err, ErrRuleChanged)
		}, "abcd"},
	} {
		t.Run(name, func(t *testing.T) {
			stored := letters("abcd")
			d := NewDraft(stored)
			before := d
			c.change(&d)
			assert.Equal(t, c.gives, buckets(d.Rules))
			assert.Equal(t, "abcd", buckets(before.Rules), "a copy stays as it was")
			assert.Equal(t, "abcd", buckets(stored))
			assert.Equal(t, c.gives != "abcd", d.Differs(stored))
		})
	}
}

func TestMoveSaysWhereTheRulesAreNow(t *testing.T) {
	d := NewDraft(letters("abcd"))
	assert.Equal(t, []int{1, 3}, d.Move([]int{2, 0}, 1))
	assert.Equal(t, []int{0, 1}, d.Move([]int{1, 3}, -9))
}

func TestEveryRuleHasAnIDOfItsOwn(t *testing.T) {
	d := NewDraft(letters("ab"))
	d.Duplicate(0)
	d.Insert(0, rule("", "new"), client.CustomerKey{})
	d.Import([]rules.Rule{rule("id-b", "imported"), rule("x", "x"), rule("x", "y")})
	seen := map[string]bool{}
	for _, r := range d.Rules {
		assert.NotEmpty(t, r.ID, r.Bucket)
		assert.False(t, seen[r.ID], r.Bucket)
		seen[r.ID] = true
	}
	assert.Equal(t, "id-a", d.Rules[1].ID, "whoever had it keeps it")
	assert.Equal(t, "id-b", d.Rules[3].ID)
	assert.Equal(t, "x", d.Rules[5].ID)

	given := []rules.Rule{rule("", "a")}
	d.Replace(given)
	assert.NotEmpty(t, d.Rules[0].ID)
	assert.Empty(t, given[0].ID, "the caller's list is not written to")
}

func TestADuplicateHasItsOwnContextAndTheSameKey(t *testing.T) {
	key := customerKey(t, "k")
	d := NewDraft(nil)
	d.Insert(0, rules.Rule{Type: client.TypeSSEC}, key)
	d.Insert(1, rules.Rule{Type: client.TypeSSEKMS, Context: map[string]string{"a": "b"}}, client.CustomerKey{})
	d.Duplicate(1)
	d.Rules[2].Context["a"] = "c"
	assert.Equal(t, "b", d.Rules[1].Context["a"])
	d.Duplicate(0)
	assert.Equal(t, key.MD5(), d.Rules[1].CustomerKeyMD5)
}

func TestAKeyIsEnteredForTheRuleThatNamesIt(t *testing.T) {
	key, other := customerKey(t, "k"), customerKey(t, "o")
	d := NewDraft(nil)
	d.Insert(0, rules.Rule{Type: client.TypeSSEC, Bucket: "a"}, key)
	stored := d.Rules
	assert.True(t, d.Differs(stored), "its key is not kept yet")
	assert.True(t, d.HasKey(key.MD5()))
	assert.False(t, d.HasKey(""))
	assert.Equal(t, map[string]client.CustomerKey{key.MD5(): key}, d.Keys())

	before := d
	_, err := d.Edit(0, d.Rules[0], d.Rules[0], other)
	require.NoError(t, err)
	assert.Equal(t, other.MD5(), d.Rules[0].CustomerKeyMD5)
	assert.Equal(t, []entry{{other, d.Rules}}, d.entered(d.Rules), "nobody needs the first any more")
	assert.False(t, before.HasKey(other.MD5()), "a copy stays as it was")
	d.Rules[0].Type = client.TypeSSES3
	assert.Empty(t, d.entered(d.Rules))
}

func TestAnEmptyContextIsNone(t *testing.T) {
	a := rules.Rule{Type: client.TypeSSEKMS, Context: map[string]string{}}
	b := rules.Rule{Type: client.TypeSSEKMS}
	assert.True(t, Same([]rules.Rule{a}, []rules.Rule{b}))
	b.Context = map[string]string{"a": "b"}
	assert.False(t, Same([]rules.Rule{a}, []rules.Rule{b}))
	assert.False(t, Same([]rules.Rule{a}, nil))
}

func TestARuleForARenamedAccountIsTheSameRule(t *testing.T) {
	in := func(id, name string) []rules.Rule {
		return []rules.Rule{{Type: client.TypeSSES3, Account: client.AccountRef{ID: id, Name: name}}}
	}
	assert.True(t, Same(in("1", "team"), in("1", "lab")))
	assert.True(t, Same(in("", "team"), in("1", "team")), "by its name, as files have it")
	assert.False(t, Same(in("1", "team"), in("2", "team")), "another account took the name")
	assert.False(t, Same(in("1", "team"), in("", "")), "all accounts are another rule")
}
