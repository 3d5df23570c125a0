package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATextIsSaidWithItsValues(t *testing.T) {
	assert.Equal(t, "", Text{}.String())
	assert.True(t, Text{}.IsZero())
	assert.Equal(t, "100% sure", Say("100%% sure").String())
	assert.Equal(t, `rule 3 of "a%b": no key`, Say("rule %d of %q: %v", 3, "a%b", Say("no key")).String())
	assert.Equal(t, "rule 3: no key", Say("rule %d: %v", 3, Say("no key").Err()).String())
}

func TestATextIsSaidWhollyInAnotherLanguage(t *testing.T) {
	german := map[string]string{"rule %d: %v": "%[2]v: Regel %[1]d", "no key": "kein Schlüssel"}
	in := func(form string) string { return german[form] }
	assert.Equal(t, "kein Schlüssel: Regel 3", Say("rule %d: %v", 3, Say("no key")).In(in))
	assert.Equal(t, "kein Schlüssel: Regel 3", Say("rule %d: %v", 3, Say("no key").Err()).In(in))
	assert.Equal(t, "x: EOF: Regel 3", Say("rule %d: %v", 3, fmt.Errorf("x: %w", io.EOF)).In(in))
}

func TestATextAsAnErrorKeepsItsCauses(t *testing.T) {
	require.NoError(t, Text{}.Err())
	err := Say("read %s: %v", "a", io.ErrUnexpectedEOF).Err()
	require.EqualError(t, err, "read a: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "read %s: %v", TextOf(err).Form)
}

func TestTheCausesOfATextWithinATextAreItsCausesToo(t *testing.T) {
	err := Say("plan: %v", Say("%s: %v", "a", &Error{Kind: KindDenied, Err: io.EOF})).Err()
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, KindDenied, KindOf(err))
	assert.Equal(t, KindUnknown, KindOf(Say("plan: %v", Say("nothing")).Err()))
}

func TestAnyErrorIsSaidWhollyAndInAnotherLanguageAsFarAsItIsOurs(t *testing.T) {
	german := map[string]string{"no key": "kein Schlüssel", "%s: %v": "%s – %v", "%v: %v": "%v – %v", "denied": "verboten", "not found": "weg"}
	in := func(form string) string {
		if g, ok := german[form]; ok {
			return g
		}
		return form
	}
	ours := Say("no key").Err()
	for want, err := range map[string]error{
		"":                                nil,
		"EOF":                             io.EOF,
		"100% EOF %s":                     errors.New("100% EOF %s"),
		"kein Schlüssel":                  ours,
		"plan: no key":                    fmt.Errorf("plan: %w", ours),
		"kein Schlüssel\nEOF":             errors.Join(ours, io.EOF),
		"put – verboten – kein Schlüssel": &Error{Op: "put", Kind: KindDenied, Err: ours},
		"put – verboten – X – mine":       &Error{Op: "put", Kind: KindDenied, Code: "X", Message: "mine", Err: ours},
		"a, b":                            errors.New("a, b"),
	} {
		assert.Equal(t, want, TextOf(err).In(in))
	}
	both := fmt.Errorf("%w and %w", ours, io.EOF)
	assert.Equal(t, "no key and EOF", TextOf(both).In(in), "it says more than its causes")
}

func TestAStoredTextSaysTheSame(t *testing.T) {
	for _, text := range []Text{
		{},
		Say("nothing asked"),
		Say("%d of %d bytes, %s, %v, %.1f%%", 3, int64(1)<<60, "a \"b\"", true, 12.5),
		Say("rule %d: %v", 3, Say("key %s: %v", KeyID("ab12"), Say("gone").Err())),
		Say("%.1f%% of %g and %d", 12.0, 1e21, uint64(math.MaxUint64)),
		Say("%v, %v and %v", math.NaN(), math.Inf(-1), float32(3)),
		Say("%d and %q of %s", uint8(3), 'x', Verbatim("100% %d")),
		Say("%v: %v", KindNotKept, nil),
		Say("in %v at %s", fmt.Errorf("x: %w", io.EOF), Location{Bucket: "b", Key: "k"}),
	} {
		b, err := json.Marshal(text)
		require.NoError(t, err)
		var back Text
		require.NoError(t, json.Unmarshal(b, &back), string(b))
		assert.Equal(t, text.String(), back.String(), string(b))
		assert.Equal(t, text.Form, back.Form)
	}
	b, err := json.Marshal(Say("%.1f", 12.0))
	require.NoError(t, err)
	assert.JSONEq(t, `{"form":"%.1f","args":[12.0]}`, string(b))
	var old Text
	require.NoError(t, json.Unmarshal([]byte(`"50% of a sentence"`), &old))
	assert.Equal(t, "50% of a sentence", old.String(), "as a version without values wrote it")
	for _, bad := range []string{`3`, `{"form":3}`, `{"form":"a","args":3}`, `{"form":"a","args":[{"form":3}]}`} {
		require.Error(t, json.Unmarshal([]byte(bad), &old), bad)
	}
}
