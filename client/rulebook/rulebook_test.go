package rulebook

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// memory is storage, keyring and key index, and writes down what is done to them.
type memory struct {
	rules  []rules.Rule
	gone   bool
	kept   []rules.KeptKey
	keys   map[string]client.CustomerKey
	log    []string
	fail   func(what string) error
	update func() // another program's turn, before an update looks
}

func (m *memory) book() Book { return Book{Storage: m, Keys: m, KeyIndex: m} }

func (m *memory) did(what string) error {
	m.log = append(m.log, what)
	if m.fail != nil {
		return m.fail(what)
	}
	return nil
}

func (m *memory) Rules() ([]rules.Rule, error) {
	if m.gone {
		return nil, rules.ErrGone
	}
	return m.rules, nil
}

func (m *memory) UpdateRules(begin bool, change func([]rules.Rule) ([]rules.Rule, error)) error {
	if m.update != nil {
		m.update()
	}
	now := m.rules
	switch {
	case m.gone && !begin:
		return rules.ErrGone
	case m.gone:
		now = nil
	}
	next, err := change(slices.Clone(now))
	if err == nil {
		err = m.did("rules")
	}
	if err == nil {
		m.rules, m.gone = next, false
	}
	return err
}

func (m *memory) SetCustomerKey(_ context.Context, key client.CustomerKey) error {
	if err := m.did("key"); err != nil {
		return err
	}
	if m.keys == nil {
		m.keys = map[string]client.CustomerKey{}
	}
	m.keys[key.MD5()] = key
	return nil
}

func (m *memory) DeleteCustomerKey(_ context.Context, md5 string, ids ...string) error {
	for _, id := range ids {
		m.log = append(m.log, "delete of "+id)
	}
	delete(m.keys, md5)
	return m.did("delete")
}

func (m *memory) KeptKeys() ([]rules.KeptKey, error) { return m.kept, m.did("kept") }

func (m *memory) NoteKey(md5 string, r rules.Rule) error {
	m.kept = append(m.kept, rules.KeptKey{MD5: md5, Places: []rules.KeyPlace{rules.PlaceOf(r)}, RuleIDs: []string{r.ID}})
	return m.did("note " + r.Bucket)
}

func (m *memory) ForgetKey(md5 string) error {
	m.kept = slices.DeleteFunc(m.kept, func(k rules.KeptKey) bool { return k.MD5 == md5 })
	return m.did("forget")
}

var errTorn = errors.New("the cable is torn")

func TestKeysAreRememberedThenKeptThenTheRulesAreStored(t *testing.T) {
	key := customerKey(t, "k")
	m := &memory{rules: letters("a")}
	d := NewDraft(m.rules)
	d.Insert(0, rules.Rule{Bucket: "x", Type: client.TypeSSEC}, key)
	d.Insert(0, rules.Rule{Bucket: "y", Type: client.TypeSSEC}, key)
	saved, err := m.book().Save(t.Context(), letters("a"), d)
	require.NoError(t, err)
	assert.Equal(t, []string{"note y", "note x", "key", "rules"}, m.log)
	assert.Equal(t, saved, m.rules)
	assert.Equal(t, "yxa", buckets(saved))
	assert.Equal(t, key, m.keys[key.MD5()])
}

func TestAFailureAtAnyPointLeavesTheOldRulesAndTakesNoKeyBack(t *testing.T) {
	key, older := customerKey(t, "k"), customerKey(t, "o")
	for _, at := range []string{"note x", "key", "rules"} {
		m := &memory{rules: letters("a"), keys: map[string]client.CustomerKey{older.MD5(): older}}
		m.fail = func(what string) error {
			if what == at {
				return errTorn
			}
			return nil
		}
		_, err := m.book().Change(t.Context(), func(d *Draft) error {
			d.Insert(1, rules.Rule{Bucket: "x", Type: client.TypeSSEC}, key)
			return nil
		})
		require.ErrorIs(t, err, errTorn, at)
		assert.Equal(t, "a", buckets(m.rules), at)
		assert.Equal(t, older, m.keys[older.MD5()], at)
		if at == "rules" {
			assert.Equal(t, key, m.keys[key.MD5()])
		} else {
			assert.ErrorContains(t, err, "nothing was saved: ")
		}
	}
}

func TestARuleThatIsWrongIsNamedAndNothingIsKept(t *testing.T) {
	m := &memory{rules: letters("a")}
	_, err := m.book().Change(t.Context(), func(d *Draft) error {
		d.Insert(1, rules.Rule{Type: client.TypeSSEC, BucketKey: true}, customerKey(t, "k"))
		return nil
	})
	require.ErrorContains(t, err, "rule 2: type: a bucket key belongs to SSE-KMS only")
	assert.Empty(t, m.log)
}

func TestNeitherOfTwoChangesAtOnceIsLost(t *testing.T) {
	m := &memory{rules: letters("a")}
	times, asked := 0, 0
	m.update = func() {
		if times++; times == 2 { // between our look and our writing
			m.rules = letters("ab")
		}
	}
	saved, err := m.book().Change(t.Context(), func(d *Draft) error {
		asked++
		d.Insert(len(d.Rules), rule("x", "x"), customerKey(t, "k"))
		d.Rules[len(d.Rules)-1].Type = client.TypeSSEC
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, "abx", buckets(m.rules))
	assert.Equal(t, m.rules, saved)
	assert.Equal(t, 2, asked)
}

func TestAListThatWasChangedMeanwhileIsNotOverwritten(t *testing.T) {
	for _, when := range []int{1, 2} { // before the look, and before the writing
		m := &memory{rules: letters("a")}
		times := 0
		m.update = func() {
			if times++; times == when {
				m.rules = letters("ab")
			}
		}
		d := NewDraft(m.rules)
		d.Insert(0, rules.Rule{Bucket: "x", Type: client.TypeSSEC}, customerKey(t, "k"))
		_, err := m.book().Save(t.Context(), letters("a"), d)
		var changed *ChangedError
		require.ErrorAs(t, err, &changed)
		assert.Equal(t, "ab", buckets(changed.Now))
		assert.Equal(t, "ab", buckets(m.rules))
		assert.Equal(t, "the stored rules were changed by another program", err.Error())

		_, err = m.book().Save(t.Context(), changed.Now, d)
		require.NoError(t, err, "whoever saw them may")
		assert.Equal(t, "xa", buckets(m.rules))
	}
}

func TestAChangeThatIsRefusedOrInterruptedChangesNothing(t *testing.T) {
	m := &memory{rules: letters("a")}
	_, err := m.book().Change(t.Context(), func(*Draft) error { return errTorn })
	require.ErrorIs(t, err, errTorn)
	assert.Empty(t, m.log)

	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	m.update = func() { n++; m.rules = letters("abcdefgh"[:1+n%8]) }
	_, err = m.book().Change(ctx, func(d *Draft) error {
		if n > 4 {
			cancel()
		}
		d.Remove([]int{0})
		return nil
	})
	var changed *ChangedError
	require.ErrorAs(t, err, &changed, "it does not go on for ever")
	assert.Empty(t, m.log)
}

func TestRulesThatAreGoneBeginAnewOnlyWhereThatIsMeant(t *testing.T) {
	add := func(d *Draft) error { d.Insert(len(d.Rules), rule("x", "x"), client.CustomerKey{}); return nil }
	m := &memory{rules: letters("a"), gone: true}
	_, err := m.book().Change(t.Context(), add)
	require.ErrorIs(t, err, rules.ErrGone)
	assert.True(t, m.gone)
	_, err = m.book().Save(t.Context(), letters("a"), NewDraft(letters("a")))
	var changed *ChangedError
	require.ErrorAs(t, err, &changed, "they were there when they were read")
	assert.Empty(t, changed.Now)

	saved, gone, err := m.book().Begin(t.Context(), add)
	require.NoError(t, err)
	require.ErrorIs(t, gone, rules.ErrGone)
	assert.Equal(t, "x", buckets(saved))
	saved, gone, err = m.book().Begin(t.Context(), add)
	require.NoError(t, err)
	require.NoError(t, gone)
	assert.Equal(t, "xx", buckets(saved))

	m.gone = true
	_, err = m.book().Save(t.Context(), nil, NewDraft(letters("b")))
	require.NoError(t, err, "whoever was told may")
	assert.Equal(t, "b", buckets(m.rules))

	m.gone, m.fail = true, func(string) error { return errTorn }
	_, gone, err = m.book().Begin(t.Context(), add)
	require.ErrorIs(t, err, errTorn)
	require.ErrorIs(t, gone, rules.ErrGone)
	assert.True(t, m.gone)
}

func TestKeysAreKnownByWhatIsRememberedAndByRulesFromBefore(t *testing.T) {
	m := &memory{
		kept: []rules.KeptKey{{MD5: "old", Places: []rules.KeyPlace{{Bucket: "b"}}}, {MD5: "used", RuleIDs: []string{"r1"}}},
		rules: []rules.Rule{
			{Type: client.TypeSSEC, CustomerKeyMD5: "used"},
			rule("x", "x"),
			{Type: client.TypeSSEC, Bucket: "c", CustomerKeyMD5: "unknown"},
			{Type: client.TypeSSEC},
			{Type: client.TypeSSEC, CustomerKeyMD5: "used"},
		},
	}
	known, err := m.book().KnownKeys()
	require.NoError(t, err)
	assert.Equal(t, []Key{
		{MD5: "old", Places: []rules.KeyPlace{{Bucket: "b"}}},
		{MD5: "used", Rules: []int{1, 5}, ruleIDs: []string{"r1"}},
		{MD5: "unknown", Places: []rules.KeyPlace{{Bucket: "c"}}, Rules: []int{3}},
	}, known)

	m.gone = true
	_, err = m.book().KnownKeys()
	require.ErrorIs(t, err, rules.ErrGone)
	require.ErrorIs(t, m.book().ForgetKey(t.Context(), "old"), rules.ErrGone, "a rule may name it")
	m.fail = func(string) error { return errTorn }
	_, err = m.book().KnownKeys()
	require.ErrorIs(t, err, errTorn)
}

func TestOnlyAKeyThatNoRuleNamesIsForgottenAndTheKeyGoesFirst(t *testing.T) {
	key := customerKey(t, "k")
	m := &memory{keys: map[string]client.CustomerKey{key.MD5(): key}, kept: []rules.KeptKey{{MD5: key.MD5(), RuleIDs: []string{"r1", "r2"}}}}
	m.rules = []rules.Rule{rule("x", "x"), {Type: client.TypeSSEC, CustomerKeyMD5: key.MD5()}}
	var used *KeyInUseError
	require.ErrorAs(t, m.book().ForgetKey(t.Context(), key.MD5()), &used)
	assert.Equal(t, "rules name this key: [2]", used.Error())
	assert.Len(t, m.keys, 1)

	m.rules, m.log = nil, nil
	require.NoError(t, m.book().ForgetKey(t.Context(), key.MD5()))
	assert.Equal(t, []string{"kept", "delete of r1", "delete of r2", "delete", "forget"}, m.log)
	assert.Empty(t, m.keys)
	assert.Empty(t, m.kept)

	m.kept = []rules.KeptKey{{MD5: "k"}}
	m.fail = func(what string) error {
		if what == "delete" {
			return errTorn
		}
		return nil
	}
	require.ErrorIs(t, m.book().ForgetKey(t.Context(), "k"), errTorn)
	assert.Len(t, m.kept, 1, "it can be removed again")
}
