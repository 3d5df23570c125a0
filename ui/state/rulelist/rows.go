package rulelist

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Row is a rule as a row of the list.
type Row struct {
	Number                                             string
	On                                                 bool
	Account, Bucket, File, Encryption, Key, MatchesNow string
	Role                                               explain.Role // RoleMuted for a rule that is off, RoleWarn for one that never applies
}

// String is the row on one line, for tests.
func (r Row) String() string {
	on := "off"
	if r.On {
		on = "on"
	}
	return strings.Join([]string{r.Number, on, r.Account, r.Bucket, r.File, r.Encryption, r.Key, r.MatchesNow}, " | ")
}

// Row is a rule as text.
func (l *List) Row(i int) Row { return l.rows[i] }

// Remarks are what is odd about the rules: those that can never apply, and
// those that refuse what they take.
func (l *List) Remarks() []string { return l.remarks }

// mostRemarks is how many remarks are shown below the list.
const mostRemarks = 3

// describe makes rows and remarks.
func (l *List) describe() {
	l.rows, l.remarks = l.rows[:0], nil
	unknown := rules.UnknownAccounts(l.draft.Rules, l.world.Accounts())
	if l.gone != nil && len(l.draft.Rules) > 0 {
		l.remarks = append(l.remarks, i18n.T("The rules that were stored are gone: saving begins with this list."))
	}
	for i, by := range rules.ShadowedBy(l.draft.Rules) {
		why := l.unusable(i)
		l.rows = append(l.rows, l.row(i, by > 0 || why != "" || unknown[i]))
		if unknown[i] && !l.draft.Rules[i].Disabled {
			l.remarks = append(l.remarks, i18n.T("Rule %d applies to nothing: there is no account called %s.", i+1, l.draft.Rules[i].Account.Name))
			continue
		}
		if by > 0 {
			l.remarks = append(l.remarks, i18n.T("Rule %d can never apply: rule %d already matches everything it matches.", i+1, by))
		}
		if why != "" && !l.draft.Rules[i].Disabled {
			l.remarks = append(l.remarks, i18n.T("Rule %d refuses what it matches: %s", i+1, why))
		}
	}
	if more := len(l.remarks) - mostRemarks; more > 0 {
		l.remarks = append(l.remarks[:mostRemarks], i18n.N(more, "and %d more", "and %d more", more))
	}
}

func (l *List) accountNames() []string {
	var names []string
	for _, a := range l.world.Accounts() {
		names = append(names, a.Name)
	}
	return names
}

func (l *List) row(i int, odd bool) Row {
	r := l.draft.Rules[i]
	row := Row{
		Number: explain.Count(i + 1), On: !r.Disabled, Account: orAll(r.Account.Name), Bucket: orAll(r.Bucket), File: orAll(r.Key),
		Encryption: typeName(r.Type), Key: keyName(r), MatchesNow: l.matches(i),
	}
	switch {
	case r.Disabled:
		row.Role = explain.RoleMuted
	case odd:
		row.Role = explain.RoleWarn
	}
	return row
}

func orAll(s string) string {
	if s == "" {
		return i18n.T("all")
	}
	return s
}

// typeName is an encryption type in a few letters.
func typeName(t client.EncryptionType) string {
	switch t {
	case client.TypeInherit:
		return i18n.T("Bucket default")
	case client.TypeUndecided:
		return "?"
	}
	return string(t)
}

// keyName is the key a rule asks for.
func keyName(r rules.Rule) string {
	switch r.Type {
	case client.TypeSSEKMS, client.TypeDSSEKMS:
		if r.KMSKey == "" {
			return i18n.T("AWS managed key")
		}
		return explain.ShortKey(r.KMSKey) // of an ARN a column would show the road only
	case client.TypeSSEC:
		return i18n.T("MD5 %s", r.CustomerKeyMD5)
	}
	return "–"
}

// matches says in how many of the open account's buckets a rule takes files.
func (l *List) matches(i int) string {
	s, r := l.set(l.draft.Rules), l.draft.Rules[i]
	names, known := l.world.Buckets()
	switch {
	case !r.Account.IsZero() && !r.Account.Is(s.Account):
		return i18n.T("another account")
	case !known:
		return "–"
	}
	taken := 0
	found := s.MatchesNow(i, names)
	for _, m := range found {
		if m.TakenBy > 0 {
			taken++
		}
	}
	text := i18n.N(len(names), "%s of %s bucket", "%s of %s buckets", explain.Count(len(found)-taken), explain.Count(len(names)))
	if r.Disabled {
		return i18n.T("%s (off)", text)
	}
	return text
}

// unusable says why files that a rule takes would be refused, "" when they
// would not.
func (l *List) unusable(i int) string {
	r := l.draft.Rules[i]
	if err := r.Check(); err != nil {
		return problemWords(r)
	}
	if r.Type != client.TypeSSEC || !l.keyAsked(r) || l.hasKey(r) {
		return ""
	}
	return i18n.T("its SSE-C key is not kept on this computer: edit the rule and enter the key")
}

// Empty says why there are no rows.
func (l *List) Empty() explain.Message {
	switch {
	case l.err != nil:
		return explain.Error(l.err)
	case !l.read:
		return explain.Message{Title: i18n.T("Loading…")}
	}
	if l.gone != nil {
		return explain.Message{
			Title: i18n.T("The rules are gone"), Body: explain.Error(l.gone).Body,
			Hints: []string{i18n.T("Nothing is uploaded until they are back, or until you save a list here: add rules, or save the empty list to go on without rules.")},
		}
	}
	return explain.Message{
		Title: i18n.T("No rules yet"),
		Hints: []string{i18n.T("Every upload uses the bucket's default. Add a rule to say which buckets and files are encrypted with which key; the first enabled rule that matches wins.")},
	}
}

// Failed reports whether the rules could not be read.
func (l *List) Failed() bool { return l.err != nil }

// SetTest names the file to try the rules on.
func (l *List) SetTest(bucket, key string) {
	l.tested = client.Location{Bucket: strings.TrimSpace(bucket), Key: key}
	l.changed()
}

// Test says which rule would take the file named by SetTest, and why.
func (l *List) Test() (text string, role explain.Role) {
	if l.tested.Bucket == "" || l.tested.Key == "" {
		return i18n.T("Type a bucket and a file name to see which rule takes it."), explain.RoleMuted
	}
	s := l.set(l.draft.Rules)
	d := s.Decide(rules.File{}, l.tested)
	switch {
	case d.Treatment.Rule == 0 && !d.Refuse.IsZero():
		return i18n.Say(d.Refuse), explain.RoleBad
	case d.Treatment.Rule == 0:
		return i18n.Say(d.Treatment.Because), explain.RoleMuted
	}
	text = i18n.Say(d.Treatment.Because)
	if d.Refuse.IsZero() {
		return text, explain.RoleGood
	}
	if l.draft.Rules[d.Treatment.Rule-1].Type == client.TypeSSEC && !l.keyAsked(l.draft.Rules[d.Treatment.Rule-1]) {
		return i18n.T("%s (open an account to see whether its key is at hand)", text), explain.RoleWarn
	}
	return i18n.T("%s: refused, %s", text, i18n.Say(d.Refuse)), explain.RoleBad
}
