package rulelist

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Remark is what is said below a field.
type Remark struct {
	Text    string
	Warning bool // the rule can be saved all the same
}

// Remarks are what is wrong or odd, by field. An empty field that nobody has
// touched yet is not complained of unless all is true.
func (e *Editor) Remarks(all bool) map[rules.Field]Remark {
	found := map[rules.Field]Remark{}
	add := func(f rules.Field, text string, warning bool) {
		if have, ok := found[f]; text != "" && (!ok || have.Warning && !warning) {
			found[f] = Remark{text, warning}
		}
	}
	r, _ := e.Rule()
	for _, p := range r.Problems() {
		add(p.Field, explain.Sentence(p.Text), p.Warning)
	}
	if e.UsesKMS() {
		if r.KMSKey == "" && e.keyType != KeyManaged && (all || e.touched[rules.FieldKMSKey]) {
			add(rules.FieldKMSKey, e.missingKey(), false)
		}
		_, wrong := parseContext(e.context)
		add(rules.FieldContext, wrong, false)
	}
	if e.UsesCustomerKey() {
		text, warning := e.customerKeyRemark(all || e.touched[FieldCustomerKey])
		add(FieldCustomerKey, text, warning)
	}
	if e.denied != "" && e.keyType == KeyTyped {
		add(rules.FieldKMSKey, e.denied, true)
	}
	return found
}

func (e *Editor) missingKey() string {
	if e.keyType == KeyListed {
		return i18n.T("Choose a key from the list.")
	}
	return i18n.T("Enter the key id you were given, or choose %s above.", KeyManaged.Label())
}

// customerKeyRemark is what is wrong with the SSE-C key.
func (e *Editor) customerKeyRemark(touched bool) (text string, warning bool) {
	if strings.TrimSpace(e.customerKey) != "" {
		key, err := client.ParseCustomerKey(client.NewSecret(e.customerKey))
		switch {
		case err != nil:
			return explain.Sentence(client.TextOf(err)), false
		case e.generated:
			return i18n.T("Keep a copy of this key in a safe place now: without it nobody can ever read the files again. Key MD5 %s", key.MD5()), true
		case e.before.CustomerKeyMD5 != "" && key.MD5() != e.before.CustomerKeyMD5:
			return i18n.T("This is another key than before (MD5 %s), which is kept for the files written with it. Key MD5 %s", e.before.CustomerKeyMD5, key.MD5()), true
		}
		return "", false
	}
	switch {
	case e.before.Type != client.TypeSSEC || e.before.CustomerKeyMD5 == "":
		if !touched {
			return "", false
		}
		return i18n.T("Enter the key, or have one generated."), false
	case !e.list.keyAsked(e.before):
		return "", false
	}
	if !e.list.hasKey(e.before) {
		return i18n.T("The key of this rule is not kept on this computer: enter it (MD5 %s).", e.before.CustomerKeyMD5), false
	}
	return "", false
}

// CustomerKeyNote is what is good to know of the SSE-C key: its MD5 when it is
// valid, or how to leave it as it is.
func (e *Editor) CustomerKeyNote() (text string, role explain.Role) {
	if strings.TrimSpace(e.customerKey) != "" {
		if key, err := client.ParseCustomerKey(client.NewSecret(e.customerKey)); err == nil {
			return i18n.T("Key MD5 %s", key.MD5()), explain.RoleGood
		}
		return "", explain.RoleMuted
	}
	if e.before.Type == client.TypeSSEC && e.before.CustomerKeyMD5 != "" {
		return i18n.T("Leave empty to keep the key there is (MD5 %s).", e.before.CustomerKeyMD5), explain.RoleMuted
	}
	return i18n.T("32 bytes, as base64, as 64 hexadecimal digits or as 32 characters. Kept in: %s", e.list.world.SecretsKeptIn()), explain.RoleMuted
}

// WhyNotSave says why the rule cannot be taken over, "" when it can.
func (e *Editor) WhyNotSave() string {
	if e.asking {
		return i18n.T("One moment, please.")
	}
	if why := e.list.WhyNotChange(); why != "" {
		return why
	}
	remarks := e.Remarks(true)
	for _, f := range []rules.Field{rules.FieldBucket, rules.FieldKey, rules.FieldType, rules.FieldKMSKey, rules.FieldContext, FieldCustomerKey} {
		if m, ok := remarks[f]; ok && !m.Warning {
			return m.Text
		}
	}
	return ""
}

// problemWords is the first thing wrong with a rule, "" for nothing.
func problemWords(r rules.Rule) string {
	for _, p := range r.Problems() {
		if !p.Warning {
			return i18n.Say(p.Text)
		}
	}
	return ""
}

// parseContext reads NAME=VALUE lines; wrong says what cannot be read, "" for
// nothing. Empty lines are left out.
func parseContext(text string) (pairs map[string]string, wrong string) {
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if _, twice := pairs[name]; twice {
			return pairs, i18n.T("Line %d names %s a second time.", i+1, name)
		}
		if !ok {
			return pairs, i18n.T("Line %d has no =: write NAME=VALUE.", i+1)
		}
		if pairs == nil {
			pairs = map[string]string{}
		}
		pairs[name] = strings.TrimSpace(value)
	}
	return pairs, ""
}
